import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { storeArchive } from "../../../../sdk/lab/qemu/archive.ts";
import { LabClient } from "./client.ts";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

describe("migration", () => {
  test("tells beforehand what stands in the way", async () => {
    expect(await client.fields("/nodes/pve1/qemu/101/migrate")).toMatchObject({
      running: 1,
      allowed_nodes: ["pve2", "pve3"],
      not_allowed_nodes: {},
      local_disks: [{ volid: "local-lvm:vm-101-disk-0", cdrom: 0, size: 32 * 2 ** 30 }],
    });
  });

  test("a running VM moves online, its local disks only where asked for", async () => {
    const path = "/nodes/pve1/qemu/101";
    expect((await client.call("POST", `${path}/migrate`, { target: "pve2" })).message).toBe(
      "can't migrate running VM without --online",
    );
    const refused = await client.task("POST", `${path}/migrate`, { target: "pve2", online: 1 });
    expect(refused.exitstatus).toBe("migration aborted");
    expect(refused.log.join("\n")).toContain(
      "can't live migrate attached local disks without with-local-disks",
    );
    const moved = await client.task("POST", `${path}/migrate`, {
      ...{ target: "pve2", online: 1, "with-local-disks": 1, targetstorage: "nfs" },
    });
    expect(moved.exitstatus).toBe("OK");
    expect(await client.fields("/nodes/pve2/qemu/101/config")).toMatchObject({
      scsi0: "nfs:101/vm-101-disk-0.raw,size=32G",
    });
    expect(await client.fields("/nodes/pve2/qemu/101/status/current")).toMatchObject({ status: "running" });
    expect((await client.call("GET", `${path}/config`)).status).toBe(500);
    expect(await client.rows("/nodes/pve1/storage/local-lvm/content", { vmid: 101 })).toEqual([]);
  });

  test("fails in its task where the target is down, and leaves the VM unlocked", async () => {
    client.lab.power("pve2", "down");
    const moved = await client.task("POST", "/nodes/pve3/qemu/112/migrate", { target: "pve2" });
    expect(moved.exitstatus).toBe("migration aborted");
    expect(await client.fields("/nodes/pve3/qemu/112/config")).not.toHaveProperty("lock");
  });
});

describe("disks", () => {
  test("move to another storage, the source kept or deleted", async () => {
    const path = "/nodes/pve3/qemu/112";
    const kept = await client.task("POST", `${path}/move_disk`, { disk: "scsi0", storage: "nfs" });
    expect(kept.exitstatus).toBe("OK");
    expect(await client.fields(`${path}/config`)).toMatchObject({
      scsi0: "nfs:112/vm-112-disk-0.raw,size=8G",
      unused0: "local-lvm:vm-112-disk-0",
    });
    await client.task("POST", `${path}/move_disk`, {
      ...{ disk: "scsi0", storage: "nfs", format: "qcow2", delete: 1 },
    });
    expect(await client.fields(`${path}/config`)).toMatchObject({
      scsi0: "nfs:112/vm-112-disk-1.qcow2,size=8G",
    });
    const volumes = await client.rows("/nodes/pve3/storage/nfs/content", { vmid: 112, content: "images" });
    expect(volumes.map((one) => one.volid)).toEqual(["nfs:112/vm-112-disk-1.qcow2"]);
  });

  test("are given to another VM of the node", async () => {
    await client.ok("PUT", "/nodes/pve3/qemu/112/config", { scsi1: "nfs:1" });
    const given = await client.task("POST", "/nodes/pve3/qemu/112/move_disk", {
      ...{ disk: "scsi1", "target-vmid": 104, "target-disk": "sata1" },
    });
    expect(given.exitstatus).toBe("OK");
    expect(await client.fields("/nodes/pve3/qemu/104/config")).toMatchObject({
      sata1: "nfs:104/vm-104-disk-0.raw,size=1G",
    });
    expect(await client.fields("/nodes/pve3/qemu/112/config")).not.toHaveProperty("scsi1");
    expect((await client.call("POST", "/nodes/pve3/qemu/112/move_disk", { disk: "scsi0" })).errors).toEqual({
      "target-vmid": "both 'storage' and 'target-vmid' missing, either needs to be set",
      storage: "both 'storage' and 'target-vmid' missing, either needs to be set",
    });
  });
});

describe("restoring", () => {
  const archive = "nfs:backup/vzdump-qemu-112-2026_01_02-03_04_05.vma.zst";

  beforeEach(() => {
    const { volumes, storages } = client.lab.state;
    const nfs = storages.get("nfs");
    if (nfs === undefined) throw new Error("the seed has no nfs");
    const file = {
      content: "backup",
      format: "vma.zst",
      vmid: 112,
      size: 1000,
      used: 1000,
      ctime: 0,
    } as const;
    const config = new Map([
      ["name", "saved"],
      ["net0", "virtio=BC:24:11:00:00:01,bridge=vmbr0"],
      ["scsi0", "local-lvm:vm-112-disk-0,size=8G"],
    ]);
    storeArchive(volumes.put(nfs, "pve3", { volid: archive, ...file }), {
      config,
      disks: new Map([["scsi0", { format: "raw", size: 8 * 2 ** 30, blank: false }]]),
    });
  });

  test("makes a new VM, with new addresses where asked for", async () => {
    const restored = await client.task("POST", "/nodes/pve3/qemu", {
      vmid: 300,
      archive,
      unique: 1,
      storage: "nfs",
    });
    expect(restored.exitstatus).toBe("OK");
    const config = await client.fields("/nodes/pve3/qemu/300/config");
    expect(config).toMatchObject({ name: "saved", scsi0: "nfs:300/vm-300-disk-0.raw,size=8G" });
    expect(config.net0).not.toContain("BC:24:11:00:00:01");
  });

  test("overwrites a VM only by force and only a stopped one", async () => {
    expect((await client.call("POST", "/nodes/pve3/qemu", { vmid: 112, archive })).message).toBe(
      "unable to restore VM 112 - VM 112 already exists on node 'pve3'",
    );
    await client.task("POST", "/nodes/pve3/qemu/112/status/start");
    const refused = await client.task("POST", "/nodes/pve3/qemu", { vmid: 112, archive, force: 1 });
    expect(refused.exitstatus).toBe("unable to restore VM 112 - vm is running");
    await client.task("POST", "/nodes/pve3/qemu/112/status/stop");
    await client.task("POST", "/nodes/pve3/qemu", { vmid: 112, archive, force: 1 });
    expect(await client.fields("/nodes/pve3/qemu/112/config")).toMatchObject({ name: "saved" });
  });
});
