import { describe, expect, test } from "@jest/globals";
import { vmDiskImport } from "../../../plugins/vm/vm-disk-import.ts";
import { vmDiskMove, vmDiskResize, vmDiskUnlink } from "../../../plugins/vm/vm-disks.ts";
import { codeOf, fakeReader, fakeVm, planOf } from "../../helpers/fake-reader.ts";

const storage = (name: string, content: string[]) => ({
  storage: name,
  node: "pve1",
  status: "available",
  shared: false,
  content,
});

const reader = fakeReader({
  guests: [fakeVm({ vmid: 100, name: "web" })],
  storages: [storage("fast", ["images"]), storage("slow", ["images", "iso"]), storage("isos", ["iso"])],
  answers: {
    "GET /nodes/{node}/qemu/{vmid}/config": {
      scsi0: "fast:vm-100-disk-0,size=32G",
      scsi1: "fast:vm-100-disk-1,size=512M",
      ide2: "isos:iso/x.iso,media=cdrom,size=1G",
      unused0: "slow:vm-100-disk-2",
    },
  },
});

describe("enlarging", () => {
  test.each([
    ["scsi0", "32G"],
    ["scsi0", "33G"],
    ["scsi0", "+1M"],
    ["scsi1", "1G"],
    ["scsi1", "0.5G"],
  ])("%s to %s is sent", async (disk, size) => {
    const [step] = await planOf(vmDiskResize, { vmid: 100, disk, size }, reader);
    expect(step).toMatchObject({ method: "PUT", params: { disk, size } });
  });

  test.each([
    ["scsi0", "31G"],
    ["scsi0", "32767M"],
    ["scsi1", "511M"],
    ["scsi5", "+1G"],
    ["ide2", "+1G"],
  ])("%s to %s is not", async (disk, size) => {
    expect(await codeOf(planOf(vmDiskResize, { vmid: 100, disk, size }, reader))).toBe("invalid_input");
  });
});

describe("moving", () => {
  test.each([
    ["to another storage", { storage: "slow" }],
    ["to another format", { storage: "fast", format: "qcow2" }],
    ["to another VM", { "target-vmid": 101 }],
  ])("%s is sent", async (_, parts) => {
    const [step] = await planOf(vmDiskMove, { vmid: 100, disk: "scsi0", ...parts }, reader);
    expect(step?.params).toMatchObject({ vmid: 100, disk: "scsi0", ...parts });
  });

  test.each([
    ["where it is", { storage: "fast" }, "conflict"],
    ["nowhere", {}, "invalid_input"],
    ["to two places", { storage: "slow", "target-vmid": 101 }, "invalid_input"],
    ["to a storage without disks", { storage: "isos" }, "invalid_input"],
    ["to no storage", { storage: "none" }, "not_found"],
  ])("%s is not", async (_, parts, code) => {
    expect(await codeOf(planOf(vmDiskMove, { vmid: 100, disk: "scsi0", ...parts }, reader))).toBe(code);
  });
});

describe("importing", () => {
  const given = { vmid: 100, source: "slow:import/a.qcow2", storage: "fast" };

  test("takes the next free slot, or the one named", async () => {
    const [next] = await planOf(vmDiskImport, given, reader);
    expect(next?.params).toEqual({
      node: "pve1",
      vmid: 100,
      scsi2: "fast:0,import-from=slow:import/a.qcow2",
    });
    const more = { disk: "virtio0", format: "raw", options: "ssd=1,discard=on" };
    const [named] = await planOf(vmDiskImport, { ...given, ...more }, reader);
    expect(named?.params.virtio0).toBe("fast:0,import-from=slow:import/a.qcow2,format=raw,ssd=1,discard=on");
  });

  test.each([
    ["a slot that is taken", { disk: "scsi0" }, "conflict"],
    ["a path on the node", { source: "/root/a.qcow2" }, "unsupported"],
    ["a second option in the source", { source: "slow:import/a.qcow2,size=1" }, "invalid_input"],
    ["what has an input of its own", { options: "ssd=1,import-from=/etc/shadow" }, "invalid_input"],
  ])("refuses %s", async (_, parts, code) => {
    expect(await codeOf(planOf(vmDiskImport, { ...given, ...parts }, reader))).toBe(code);
  });
});

test("only what the VM has is detached, a drive for CDs included", async () => {
  for (const idlist of ["scsi0 unused0", ["ide2"]]) {
    const [step] = await planOf(vmDiskUnlink, { vmid: 100, idlist }, reader);
    expect(step).toMatchObject({ method: "PUT", params: { idlist } });
  }
  for (const idlist of ["scsi9", "scsi0,unused7", "net0"])
    expect(await codeOf(planOf(vmDiskUnlink, { vmid: 100, idlist }, reader))).toBe("invalid_input");
});
