import { readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { createLab } from "../../../../sdk/lab/index.ts";
import { replay } from "../replay/replay.ts";
import { loadSequence, type Sequence } from "../replay/sequence.ts";

const names = readdirSync(new URL("../../../fixtures/pve-wire/", import.meta.url))
  .map((file) => file.replace(/\.json$/, ""))
  .filter((name) => name.startsWith("lxc-"));

/** Lists that Proxmox VE makes from hashes: their order means nothing. */
const HASHED = /\/(?:pending|snapshot)$/;

function load(name: string): Sequence {
  const sequence = loadSequence(name);
  const exchanges = sequence.exchanges.map((exchange) =>
    HASHED.test(exchange.path ?? "") ? { ...exchange, unordered: true } : exchange,
  );
  return { ...sequence, exchanges };
}

describe("containers of the lab answer recorded exchanges as Proxmox VE did", () => {
  test.each(names)("%s", async (name) => {
    const lab = await createLab({ seed: "baseline", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
    try {
      expect(await replay(load(name), lab)).toEqual([]);
    } finally {
      await lab.close();
    }
  });
});
