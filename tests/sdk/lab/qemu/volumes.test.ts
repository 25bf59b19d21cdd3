import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

const NODE = "/nodes/vm";
const VM = `${NODE}/qemu/100`;

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start("baseline");
});
afterEach(() => client.close());

const set = (params: Readonly<Record<string, unknown>>) => client.ok("PUT", `${VM}/config`, params);
const config = (vmid = 100) => client.fields(`${NODE}/qemu/${vmid}/config`);
const start = () => client.task("POST", `${VM}/status/start`);

/** Backs VM 100 up; the volume that this makes. */
async function backUp(): Promise<string> {
  await client.task("POST", `${NODE}/vzdump`, { vmid: 100, storage: "local" });
  const [backup] = await client.rows(`${NODE}/storage/local/content`, { content: "backup" });
  return String(backup?.volid);
}

const restore = (params: Readonly<Record<string, unknown>>) =>
  client.task("POST", `${NODE}/qemu`, { force: 1, ...params });

describe("a start fails", () => {
  test.each([
    ["virtio,bridge=nosuch", "bridge 'nosuch' does not exist"],
    ["virtio,bridge=vmbr0,mtu=100", "netdev net1: MTU '100' is smaller than the IP minimum MTU '576'"],
    [
      "virtio,bridge=vmbr0,mtu=9000",
      expect.stringMatching(/MTU '9000' is bigger than the bridge MTU '1500' - /),
    ],
    ["e1000,bridge=nosuch", "start failed: QEMU exited with code 1"],
  ])("with a card %s", async (net1, exitstatus) => {
    await set({ net1 });
    expect((await start()).exitstatus).toEqual(exitstatus);
  });

  test("where a storage does not take its disks any more", async () => {
    await client.ok("PUT", "/storage/local", { content: "iso,backup" });
    expect((await start()).exitstatus).toBe("storage 'local' does not support content-type 'images'");
  });

  test("not for the MTU of the bridge itself", async () => {
    await set({ net1: "virtio,bridge=vmbr0,mtu=1" });
    expect((await start()).exitstatus).toBe("OK");
  });
});

describe("a copy", () => {
  test("of a cloud-init drive moves no data", async () => {
    await set({ ide2: "local:cloudinit" });
    const { log } = await client.task("POST", `${VM}/clone`, { newid: 300 });
    const lines = log.slice(log.findIndex((line) => line.includes("drive ide2")));
    expect(lines[2]).toBe("allocated target volume 'local:300/vm-300-cloudinit.qcow2'");
    expect(lines[3]).toBe("create full clone of drive scsi0 (local:100/vm-100-disk-1.qcow2)");
  });

  test("of an unused disk is not mirrored, and its entry tells no size", async () => {
    await set({ scsi1: "local:1" });
    await set({ delete: "scsi1" });
    await start();
    const { log } = await client.task("POST", `${VM}/move_disk`, {
      ...{ disk: "unused0", storage: "local", format: "qcow2", delete: 1 },
    });
    expect(log.filter((line) => line.includes("mirror"))).toEqual([]);
    expect((await config()).unused0).toBe("local:100/vm-100-disk-2.qcow2");
  });

  test("of the state of a TPM waits until the VM has stopped", async () => {
    await set({ tpmstate0: "local:1" });
    await start();
    expect(await client.call("POST", `${VM}/clone`, { newid: 300 })).toMatchObject({
      status: 500,
      message: "cannot clone TPM state while VM is running",
    });
    const move = { disk: "tpmstate0", storage: "local", format: "qcow2" };
    expect((await client.task("POST", `${VM}/move_disk`, move)).exitstatus).toBe(
      "storage migration failed: cannot move TPM state while VM is running",
    );
  });
});

test("a disk that can be no base image stays as it is in a template", async () => {
  const small = await LabClient.start();
  try {
    await small.ok("POST", "/storage", { storage: "thick", type: "lvm", vgname: "vg1", content: "images" });
    await small.task("POST", "/nodes/pve1/qemu", { vmid: 300, scsi0: "thick:1" });
    const { exitstatus } = await small.task("POST", "/nodes/pve1/qemu/300/template");
    expect(exitstatus).toBe("OK");
    expect(await small.fields("/nodes/pve1/qemu/300/config")).toMatchObject({
      ...{ template: 1, scsi0: "thick:vm-300-disk-0,size=1G" },
    });
  } finally {
    await small.close();
  }
});

describe("a restore", () => {
  test("makes all volumes before it fills one", async () => {
    await set({ scsi1: "local:1" });
    const { log } = await restore({ vmid: 100, archive: await backUp() });
    const lines = log.filter((line) => /^(?:new volume|map)/.test(line)).map((line) => line.split(" ")[0]);
    expect(lines).toEqual(["new", "new", "map", "map"]);
  });

  test("gives another generation always, another machine only where all is to be unique", async () => {
    await set({ smbios1: "uuid=11111111-2222-3333-4444-555555555555,serial=YQ==" });
    const archive = await backUp();
    const before = await config();
    await restore({ vmid: 300, archive });
    await restore({ vmid: 301, archive, unique: 1 });
    const [same, other] = [await config(300), await config(301)];
    expect(same.vmgenid).not.toBe(before.vmgenid);
    expect(same.smbios1).toBe(before.smbios1);
    expect(other.smbios1).toMatch(/^serial=YQ==,uuid=(?!1111)[0-9a-f-]{36}$/);
    expect(other.net0).not.toBe(before.net0);
  });

  test("has a cloud-init drive of its own", async () => {
    await set({ ide2: "local:cloudinit" });
    const archive = await backUp();
    await restore({ vmid: 300, archive });
    expect((await config(300)).ide2).toBe("local:300/vm-300-cloudinit.qcow2,media=cdrom");
    await restore({ vmid: 100, archive });
    expect((await config()).ide2).toBe("local:100/vm-100-cloudinit.qcow2,media=cdrom");
  });

  test("over a VM keeps disks that the backup does not know, and says so", async () => {
    const archive = await backUp();
    await set({ scsi1: "local:1" });
    const { log } = await restore({ vmid: 100, archive });
    const kept = "local:100/vm-100-disk-0.raw";
    expect(log).toContain(`VM 100 add unreferenced volume '${kept}' as 'unused0' to config`);
    expect((await config()).unused0).toBe(kept);
  });

  test("removes the memory of snapshots that go", async () => {
    const archive = await backUp();
    await start();
    await client.task("POST", `${VM}/snapshot`, { snapname: "s1", vmstate: 1 });
    await client.task("POST", `${VM}/status/stop`);
    await restore({ vmid: 100, archive });
    const rows = await client.rows(`${NODE}/storage/local/content`, { content: "images" });
    expect(rows.map(({ volid }) => String(volid)).filter((volid) => volid.includes("-state-"))).toEqual([]);
  });

  test("of a template makes a template, and may put it under HA", async () => {
    await client.task("POST", `${VM}/template`);
    const archive = await backUp();
    const { log } = await restore({ vmid: 300, archive, "ha-managed": 1 });
    expect(log).toContain("Convert to template.");
    expect(log).toContain("Add HA resource with request-state 'stopped'");
    expect((await config(300)).scsi0).toMatch(/^local:300\/base-300-disk-0/);
  });
});
