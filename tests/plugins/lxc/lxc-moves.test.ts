import { describe, expect, test } from "@jest/globals";
import { lxcMigrate } from "../../../plugins/lxc/lxc-migrate.ts";
import { lxcPending } from "../../../plugins/lxc/lxc-pending.ts";
import { lxcRrd } from "../../../plugins/lxc/lxc-rrd.ts";
import { lxcVolumeMove } from "../../../plugins/lxc/lxc-volume-move.ts";
import { codeOf, fakeNode, fakeReader, pageOf, planOf } from "../../helpers/fake-reader.ts";
import { fakeContainer } from "./fakes.ts";

const CT = "/nodes/{node}/lxc/{vmid}";
const storage = (name: string, content: string[]) => ({
  storage: name,
  node: "pve1",
  status: "available",
  shared: false,
  content,
});

/** 200 is stopped, 201 runs, 202 mounts a directory of its node, 203 is kept by HA rules. */
function readerOf(release = { release: "9.2", version: "9.2.11", major: 9 }) {
  const reader = fakeReader({
    guests: [200, 201, 202, 203].map((vmid) => fakeContainer({ vmid })),
    nodes: [fakeNode("pve1"), fakeNode("pve2"), fakeNode("pve3", { status: "offline" })],
    storages: [storage("fast", ["rootdir"]), storage("slow", ["rootdir"]), storage("isos", ["iso"])],
    answers: {
      [`GET ${CT}/status/current`]: ({ vmid }: { vmid: number }) => ({
        status: vmid === 201 ? "running" : "stopped",
      }),
      [`GET ${CT}/config`]: ({ vmid }: { vmid: number }) => ({
        rootfs: "fast:vm-200-disk-0,size=8G",
        mp0: "/srv/shared,mp=/srv,shared=1",
        ...(vmid === 202 ? { mp1: "/etc,mp=/mnt" } : {}),
      }),
      [`GET ${CT}/migrate`]: ({ vmid }: { vmid: number }) =>
        vmid === 203
          ? {
              "not-allowed-nodes": {
                pve2: { "blocking-ha-resources": [{ sid: "ct:9", cause: "node-affinity" }] },
              },
            }
          : {},
      [`GET ${CT}/pending`]: [
        { key: "tty", value: 2, pending: 1 },
        { key: "cores", value: 1 },
      ],
      [`GET ${CT}/rrddata`]: [{ time: 60, cpu: 0.1 }],
    },
  });
  return Object.assign(reader, { version: async () => release });
}

describe("moving a volume", () => {
  test.each([
    ["to another storage", { storage: "slow", delete: true }],
    ["to another container", { "target-vmid": 201, "target-volume": "mp3" }],
  ])("%s is sent", async (_, parts) => {
    const [step] = await planOf(lxcVolumeMove, { vmid: 200, volume: "rootfs", ...parts }, readerOf());
    expect(step).toMatchObject({ method: "POST", params: { vmid: 200, volume: "rootfs", ...parts } });
  });

  test.each([
    ["where it is", { storage: "fast" }, "conflict"],
    ["of a running container", { vmid: 201, storage: "slow" }, "conflict"],
    ["that is not there", { volume: "mp9", storage: "slow" }, "invalid_input"],
    ["to two places", { storage: "slow", "target-vmid": 201 }, "invalid_input"],
    ["to a storage without containers", { storage: "isos" }, "invalid_input"],
    ["to no storage", { storage: "none" }, "not_found"],
  ])("%s is not", async (_, parts, code) => {
    const input = { vmid: 200, volume: "rootfs", ...parts };
    expect(await codeOf(planOf(lxcVolumeMove, input, readerOf()))).toBe(code);
  });
});

describe("migrating", () => {
  test("is sent where nothing is in the way", async () => {
    for (const input of [{ vmid: 200 }, { vmid: 201, restart: true, timeout: 9 }]) {
      const [step] = await planOf(lxcMigrate, { ...input, target: "pve2" }, readerOf());
      expect(step?.params).toEqual({ node: "pve1", target: "pve2", ...input });
    }
  });

  test.each([
    [{ vmid: 201, target: "pve2" }, /running/],
    [{ vmid: 202, target: "pve2" }, /mp1\. Nothing was sent/],
    [{ vmid: 203, target: "pve2" }, /ct:9 \(node-affinity\)/],
    [{ vmid: 200, target: "pve1" }, /already/],
    [{ vmid: 200, target: "pve3" }, /offline/],
  ])("%j is refused", async (input, pattern) => {
    await expect(planOf(lxcMigrate, input, readerOf())).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(pattern),
    });
  });

  test("does not ask an older release what it cannot tell", async () => {
    const reader = readerOf({ release: "8.4", version: "8.4.5", major: 8 });
    expect(await planOf(lxcMigrate, { vmid: 203, target: "pve2" }, reader)).toHaveLength(1);
    expect(reader.calls.mock.calls.map(([path]) => path)).not.toContain(`${CT}/migrate`);
  });
});

test("what waits and what was used is listed", async () => {
  expect((await pageOf(lxcPending, { vmid: 200 }, readerOf())).rows).toEqual([
    expect.objectContaining({ option: "tty", present: "2", pending: "1" }),
  ]);
  expect((await pageOf(lxcRrd, { vmid: 200, timeframe: "hour" }, readerOf())).rows).toMatchObject([
    { figure: "cpu", last: 10 },
  ]);
});
