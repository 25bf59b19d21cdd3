import { readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { createLab } from "../../../sdk/lab/index.ts";
import { DIVERGENCES } from "./replay/divergences.ts";
import { replay } from "./replay/replay.ts";
import { loadSequence, type Sequence } from "./replay/sequence.ts";

/** These rest on guests and are replayed with them. */
const ELSEWHERE = /^(?:qemu|lxc|agent|param|consoles$|auth-root-only$|auth-pool-acl$)/;

const names = readdirSync(new URL("../../fixtures/pve-wire/", import.meta.url))
  .map((file) => file.replace(/\.json$/, ""))
  .filter((name) => !ELSEWHERE.test(name));

/** Lists that Proxmox VE makes from hashes: their order means nothing. */
const HASHED = /^\/(?:storage|nodes\/[^/]+\/(?:storage|aplinfo))$/;

function load(name: string): Sequence {
  const sequence = loadSequence(name);
  const exchanges = sequence.exchanges.map((exchange) =>
    HASHED.test(exchange.path ?? "") ? { ...exchange, unordered: true } : exchange,
  );
  return { ...sequence, exchanges };
}

describe("the lab answers recorded exchanges as Proxmox VE did", () => {
  test.each(names)("%s", async (name) => {
    const lab = await createLab({ seed: "baseline", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
    try {
      const differences = await replay(load(name), lab);
      const places = new Set(differences.map((text) => `${name}${text.split(" ", 1)[0]}`));
      const stale = Object.keys(DIVERGENCES).filter((key) => key.startsWith(`${name}#`) && !places.has(key));
      expect(differences.filter((text) => !(`${name}${text.split(" ", 1)[0]}` in DIVERGENCES))).toEqual([]);
      expect(stale).toEqual([]);
    } finally {
      await lab.close();
    }
  });
});
