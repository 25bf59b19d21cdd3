import { expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

test.each([
  ["baseline", "vm", 100, { 20000: 20_000, 1: 2 }],
  ["small", "pve1", 101, { 20000: 10_000, 1: 1 }],
] as const)(
  "CPU weights are kept within what the control groups of %s take",
  async (seed, node, vmid, kept) => {
    const lab = await LabClient.start(seed);
    try {
      for (const [given, now] of Object.entries(kept)) {
        const path = `/nodes/${node}/qemu/${vmid}/config`;
        await lab.call("PUT", path, { cpuunits: given });
        expect(await lab.fields(path)).toMatchObject({ cpuunits: now });
      }
    } finally {
      await lab.close();
    }
  },
);
