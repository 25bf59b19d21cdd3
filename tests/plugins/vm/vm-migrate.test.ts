import { describe, expect, test } from "@jest/globals";
import { blockersOf, type MigrationFacts } from "../../../plugins/vm/migration-blockers.ts";
import { vmMigrate } from "../../../plugins/vm/vm-migrate.ts";
import { codeOf, fakeNode, fakeReader, fakeVm, planOf } from "../../helpers/fake-reader.ts";

const wish = { target: "pve2", online: false, withLocalDisks: false, mapsStorages: false };
const because = (facts: MigrationFacts, parts: Partial<typeof wish> = {}) =>
  blockersOf(facts, { ...wish, ...parts }).map((blocker) => blocker.because);

const disk = { volid: "local-lvm:vm-100-disk-0", drivename: "scsi0", cdrom: 0, is_unused: 0 };

describe("what stands in the way", () => {
  test.each<[string, MigrationFacts, Partial<typeof wish>, RegExp]>([
    ["running without online", { running: 1 }, {}, /running/],
    [
      "local disks of a running VM",
      { running: true, local_disks: [disk] },
      { online: true },
      /scsi0 \(local-lvm/,
    ],
    [
      "a CD image of the node",
      { local_disks: [{ volid: "local:iso/x.iso", drivename: "ide2", cdrom: 1 }] },
      {},
      /CD image.*ide2/,
    ],
    ["devices of the node", { local_resources: ["hostpci0", "usb1"] }, {}, /hostpci0, usb1/],
    ["mapped devices of a running VM", { running: 1, "mapped-resources": ["gpu"] }, { online: true }, /gpu/],
    ["storages", { not_allowed_nodes: { pve2: { unavailable_storages: ["zfs"] } } }, {}, /lacks storage zfs/],
    [
      "devices",
      { not_allowed_nodes: { pve2: { "unavailable-resources": ["gpu"] } } },
      {},
      /mapped devices gpu/,
    ],
    [
      "HA rules",
      {
        not_allowed_nodes: { pve2: { "blocking-ha-resources": [{ sid: "vm:101", cause: "node-affinity" }] } },
      },
      {},
      /vm:101 \(node-affinity\)/,
    ],
  ])("%s", (_, facts, parts, pattern) => {
    expect(because(facts, parts)).toEqual([expect.stringMatching(pattern)]);
  });

  test.each<[string, MigrationFacts, Partial<typeof wish>]>([
    ["nothing", {}, {}],
    ["local disks of a stopped VM", { local_disks: [disk] }, {}],
    [
      "local disks that are to be copied",
      { running: 1, local_disks: [disk] },
      { online: true, withLocalDisks: true },
    ],
    ["detached disks", { running: 1, local_disks: [{ ...disk, is_unused: 1 }] }, { online: true }],
    ["its own cloud-init drive", { local_disks: [{ volid: "local-lvm:vm-100-cloudinit", cdrom: 1 }] }, {}],
    ["another node's trouble", { not_allowed_nodes: { pve3: { unavailable_storages: ["zfs"] } } }, {}],
    [
      "storages that are mapped",
      { not_allowed_nodes: { pve2: { unavailable_storages: ["zfs"] } } },
      { mapsStorages: true },
    ],
    [
      "mapped devices that move live",
      { running: 1, "mapped-resources": ["nic"], "mapped-resource-info": { nic: { "live-migration": 1 } } },
      { online: true },
    ],
  ])("does not %s", (_, facts, parts) => {
    expect(because(facts, parts)).toEqual([]);
  });
});

describe("the plan", () => {
  const reader = fakeReader({
    guests: [fakeVm({ vmid: 100 }), fakeVm({ vmid: 101, name: "busy" })],
    nodes: [fakeNode("pve1"), fakeNode("pve2"), fakeNode("pve3", { status: "offline" })],
    answers: {
      "GET /nodes/{node}/qemu/{vmid}/migrate": ({ vmid }: { vmid: number }) =>
        vmid === 100 ? { running: 0 } : { running: 1, local_resources: ["usb0"] },
    },
  });

  test("is sent where nothing is in the way", async () => {
    const [step] = await planOf(vmMigrate, { vmid: 100, target: "pve2", bwlimit: 5 }, reader);
    expect(step?.params).toEqual({ node: "pve1", vmid: 100, target: "pve2", bwlimit: 5 });
  });

  test("names everything at once", async () => {
    await expect(planOf(vmMigrate, { vmid: 101, target: "pve2" }, reader)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/running.*usb0.*Nothing was sent/),
    });
  });

  test.each([
    ["pve1", "conflict"],
    ["pve3", "conflict"],
    ["none", "not_found"],
  ])("does not go to %s", async (target, code) => {
    expect(await codeOf(planOf(vmMigrate, { vmid: 100, target }, reader))).toBe(code);
  });
});
