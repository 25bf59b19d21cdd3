import { readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { createLab } from "../../../sdk/lab/index.ts";
import { DIVERGENCES } from "./replay/divergences.ts";
import { replay } from "./replay/replay.ts";
import { loadSequence } from "./replay/sequence.ts";

/** These rest on guests and are replayed with them. */
const ELSEWHERE = /^(?:qemu|lxc|agent|param|consoles$|auth-root-only$|auth-pool-acl$)/;

const names = readdirSync(new URL("../../fixtures/pve-wire/", import.meta.url))
  .map((file) => file.replace(/\.json$/, ""))
  .filter((name) => !ELSEWHERE.test(name));

describe("the lab answers recorded exchanges as Proxmox VE did", () => {
  test.each(names)("%s", async (name) => {
    const lab = await createLab({ seed: "baseline", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
    try {
      const differences = await replay(loadSequence(name), lab);
      const places = new Set(differences.map((text) => `${name}${text.split(" ", 1)[0]}`));
      const stale = Object.keys(DIVERGENCES).filter((key) => key.startsWith(`${name}#`) && !places.has(key));
      expect(differences.filter((text) => !(`${name}${text.split(" ", 1)[0]}` in DIVERGENCES))).toEqual([]);
      expect(stale).toEqual([]);
    } finally {
      await lab.close();
    }
  });
});
