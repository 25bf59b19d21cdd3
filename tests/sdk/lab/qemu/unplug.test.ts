import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

const VM = "/nodes/vm/qemu/100";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start("baseline");
  await client.ok("PUT", `${VM}/config`, { scsi1: "local:1", virtio0: "local:1" });
});
afterEach(() => client.close());

const start = () => client.task("POST", `${VM}/status/start`);
const change = (params: Readonly<Record<string, unknown>>) => client.call("PUT", `${VM}/config`, params);
const problem = (text: string) => `hotplug problem - ${text}\n`;

/** A system in the VM that knows of its PCI bus. */
function installSystem(): void {
  const runtime = client.lab.state.guests.get(100)?.runtime;
  if (runtime !== undefined) runtime.ignoresShutdown = false;
}

describe("a running VM", () => {
  test("keeps the disk that it boots from until it stops", async () => {
    await start();
    installSystem();
    const errors = { scsi0: problem("can't unplug bootdisk 'scsi0'") };
    expect(await change({ delete: "scsi0" })).toMatchObject({ status: 400, errors });
    expect(await change({ scsi0: "local:1" })).toMatchObject({ status: 400, errors });
    const pending = await client.rows(`${VM}/pending`);
    expect(pending).toContainEqual({ key: "boot", value: "order=scsi0;net0", pending: "order=net0" });
  });

  test("without a system holds on to what is on its PCI bus", async () => {
    await start();
    expect((await change({ delete: "net0" })).errors).toEqual({
      net0: problem("error on hot-unplugging device 'net0'"),
    });
    expect((await change({ net0: "e1000,bridge=vmbr0" })).errors).toEqual({
      net0: problem("error on hot-unplugging device 'net0'"),
    });
    expect((await change({ delete: "virtio0" })).errors).toEqual({
      virtio0: problem("error on hot-unplugging device 'virtio0'"),
    });
    expect((await change({ delete: "scsi1" })).status).toBe(200);
  });

  test("with a system lets go of it", async () => {
    await start();
    installSystem();
    expect((await change({ delete: "net0,virtio0,scsi1" })).status).toBe(200);
    const config = await client.fields(`${VM}/config`, { current: 1 });
    expect(["net0", "virtio0", "scsi1"].filter((name) => name in config)).toEqual([]);
  });

  test("without a system holds on to the controller of a disk that goes", async () => {
    await client.ok("PUT", `${VM}/config`, { scsihw: "virtio-scsi-single" });
    await start();
    expect((await change({ delete: "scsi1" })).errors).toEqual({
      scsi1: problem("error on hot-unplugging device 'virtioscsi1'"),
    });
    await client.task("POST", `${VM}/status/stop`);
    await client.ok("PUT", `${VM}/config`, { scsihw: "lsi", delete: "scsi0", boot: "order=net0" });
    await client.ok("PUT", `${VM}/config`, { scsi9: "local:1" });
    await start();
    expect((await change({ delete: "scsi9" })).errors).toEqual({
      scsi9: problem("error on hot-unplugging device 'scsihw1'"),
    });
  });

  test("takes no more processors than it has places for", async () => {
    await client.ok("PUT", `${VM}/config`, { hotplug: "cpu", cores: 2 });
    await start();
    expect((await change({ vcpus: 3 })).errors).toEqual({
      vcpus: problem("you can't add more vcpus than maxcpus"),
    });
    expect((await change({ vcpus: 2 })).status).toBe(200);
  });

  test("gives up the disk of an old setting of its boot disk no sooner", async () => {
    await client.ok("PUT", `${VM}/config`, { boot: "c", bootdisk: "scsi1" });
    await start();
    installSystem();
    expect((await change({ delete: "scsi1" })).errors).toEqual({
      scsi1: problem("can't unplug bootdisk 'scsi1'"),
    });
    expect((await change({ delete: "scsi0" })).status).toBe(200);
  });
});

test("a VM that shares a folder with its node cannot be saved with its memory", async () => {
  await client.ok("PUT", `${VM}/config`, {
    delete: "virtio0",
    scsi1: "none,media=cdrom",
    virtiofs0: "share",
  });
  const message = "Cannot live-migrate, snapshot (with RAM), or hibernate a VM with: virtiofs";
  const snapshot = { snapname: "s1", vmstate: 1 };
  expect(await client.call("POST", `${VM}/snapshot`, snapshot)).toMatchObject({ status: 500, message });
  await start();
  const { exitstatus } = await client.task("POST", `${VM}/status/suspend`, { todisk: 1 });
  expect(exitstatus).toBe(message);
  expect(await client.fields(`${VM}/config`)).not.toHaveProperty("lock");
  expect((await client.task("POST", `${VM}/snapshot`, { snapname: "s1" })).exitstatus).toBe("OK");
});
