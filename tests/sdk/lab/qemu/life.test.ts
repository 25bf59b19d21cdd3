import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

async function status(path: string): Promise<Record<string, unknown>> {
  return client.fields(`${path}/status/current`);
}

describe("making VMs", () => {
  test("imports a cloud image and starts", async () => {
    const made = await client.task("POST", "/nodes/pve2/qemu", {
      vmid: 300,
      scsi0: "local-lvm:0,import-from=nfs:import/debian-13-genericcloud-amd64.qcow2",
      ide2: "nfs:cloudinit",
      agent: 1,
      start: 1,
    });
    expect(made.exitstatus).toBe("OK");
    expect((await client.newest("qmstart")).exitstatus).toBe("OK");
    expect(await client.fields("/nodes/pve2/qemu/300/config")).toMatchObject({
      boot: "order=scsi0;ide2",
      ide2: "nfs:300/vm-300-cloudinit.qcow2,media=cdrom",
      scsi0: "local-lvm:vm-300-disk-0,size=412M",
    });
    expect(await client.ok("POST", "/nodes/pve2/qemu/300/agent/ping")).toEqual({ result: {} });
  });

  test("an id is taken in the whole cluster", async () => {
    expect(await client.call("POST", "/nodes/pve3/qemu", { vmid: 101 })).toMatchObject({
      status: 500,
      message: "unable to create VM 101 - VM 101 already exists on node 'pve1'",
    });
    const clone = await client.task("POST", "/nodes/pve3/qemu/112/clone", { newid: 101 });
    expect(clone.exitstatus).toContain("/etc/pve/nodes/pve3/qemu-server/101.conf' failed: File exists");
  });

  test("what was allocated is gone where creating fails", async () => {
    const made = await client.task("POST", "/nodes/pve1/qemu", {
      vmid: 300,
      scsi0: "local-lvm:1",
      scsi1: "nfs:301/vm-301-disk-0.qcow2",
    });
    expect(made.exitstatus).toBe(
      "unable to create VM 300 - volume 'nfs:301/vm-301-disk-0.qcow2' does not exist",
    );
    expect(await client.rows("/nodes/pve1/storage/local-lvm/content", { vmid: 300 })).toEqual([]);
    expect((await client.call("GET", "/nodes/pve1/qemu/300/config")).status).toBe(500);
  });

  test("a linked clone on shared storage may live on another node, and holds its template", async () => {
    const clone = await client.task("POST", "/nodes/pve1/qemu/900/clone", { newid: 300, target: "pve3" });
    expect(clone.exitstatus).toBe("OK");
    expect(await client.fields("/nodes/pve3/qemu/300/config")).toMatchObject({
      scsi0: "nfs:900/base-900-disk-0.qcow2/300/vm-300-disk-0.qcow2,size=3G",
    });
    const destroy = await client.task("DELETE", "/nodes/pve1/qemu/900");
    expect(destroy.exitstatus).toBe(
      "base volume 'nfs:900/base-900-disk-0.qcow2' is still in use by linked cloned",
    );
  });

  test("a VM on local storage is not cloned to another node", async () => {
    expect(
      await client.call("POST", "/nodes/pve3/qemu/112/clone", { newid: 300, target: "pve1" }),
    ).toMatchObject({ status: 500, message: "can't clone VM to node 'pve1' (VM uses local storage)" });
  });
});

describe("power", () => {
  test("a system obeys a shutdown; an empty disk does not", async () => {
    const path = "/nodes/pve1/qemu/101";
    expect((await client.task("POST", `${path}/status/shutdown`)).exitstatus).toBe("OK");
    expect((await status(path)).status).toBe("stopped");
    await client.task("POST", "/nodes/pve1/qemu", { vmid: 300, scsi0: "local-lvm:1" });
    await client.task("POST", "/nodes/pve1/qemu/300/status/start");
    expect(
      (await client.task("POST", "/nodes/pve1/qemu/300/status/shutdown", { timeout: 5 })).exitstatus,
    ).toBe("VM quit/powerdown failed - got timeout");
  });

  test("a reboot applies what was pending and starts the VM again", async () => {
    const path = "/nodes/pve1/qemu/101";
    await client.ok("PUT", `${path}/config`, { memory: 4096 });
    await client.task("POST", `${path}/status/reboot`);
    expect((await client.newest("qmstart")).exitstatus).toBe("OK");
    expect(await status(path)).toMatchObject({ status: "running", maxmem: 4096 * 2 ** 20 });
  });

  test("hibernates to a volume and resumes from it", async () => {
    const path = "/nodes/pve1/qemu/101";
    const saved = await client.task("POST", `${path}/status/suspend`, { todisk: 1 });
    expect(saved.log).toContain("State saved, quitting");
    expect(await status(path)).toMatchObject({ status: "stopped", lock: "suspended" });
    const volid = (await client.fields(`${path}/config`)).vmstate;
    expect(volid).toMatch(/^local-lvm:vm-101-state-suspend-\d{4}-\d\d-\d\d$/);
    expect((await client.task("POST", `${path}/status/resume`)).log).toContain("Resumed VM, removing state");
    expect(await status(path)).not.toHaveProperty("lock");
    const volumes = await client.rows("/nodes/pve1/storage/local-lvm/content", { vmid: 101 });
    expect(volumes.map((one) => one.volid)).not.toContain(volid);
  });

  test("a paused VM cannot be shut down", async () => {
    const path = "/nodes/pve1/qemu/101";
    await client.task("POST", `${path}/status/suspend`);
    expect(await status(path)).toMatchObject({ status: "running", qmpstatus: "paused" });
    expect((await client.call("POST", `${path}/status/shutdown`)).message).toBe(
      "VM is paused - cannot shutdown",
    );
  });

  test("HA-managed VMs follow the state asked for, in a task of their own", async () => {
    const guest = client.lab.state.guests.get(110);
    if (guest !== undefined) guest.ha = { state: "stopped" };
    const asked = await client.task("POST", "/nodes/pve2/qemu/110/status/start");
    expect(asked.log).toEqual(["Requesting HA start for VM 110", "TASK OK"]);
    expect((await client.newest("qmstart")).exitstatus).toBe("OK");
    expect(await status("/nodes/pve2/qemu/110")).toMatchObject({
      status: "running",
      ha: { managed: 1, state: "started" },
    });
    expect((await client.call("DELETE", "/nodes/pve2/qemu/110")).message).toBe(
      "unable to remove VM 110 - used in HA resources and purge parameter not set.",
    );
  });
});

describe("snapshots", () => {
  const path = "/nodes/pve1/qemu/101";

  test("one with memory brings the VM back running, disks and sizes as they were", async () => {
    await client.task("POST", `${path}/snapshot`, { snapname: "ram", vmstate: 1 });
    await client.ok("PUT", `${path}/config`, { scsi1: "local-lvm:4" });
    await client.task("PUT", `${path}/resize`, { disk: "scsi0", size: "+8G" });
    await client.task("POST", `${path}/status/stop`);
    expect((await client.task("POST", `${path}/snapshot/ram/rollback`)).exitstatus).toBe("OK");
    expect(await client.fields(`${path}/config`)).toMatchObject({
      parent: "ram",
      scsi0: "local-lvm:vm-101-disk-0,size=32G",
      unused0: "local-lvm:vm-101-disk-1",
    });
    expect((await status(path)).status).toBe("running");
    const volumes = await client.rows("/nodes/pve1/storage/local-lvm/content", { vmid: 101 });
    expect(volumes.find((one) => one.volid === "local-lvm:vm-101-disk-0")?.size).toBe(32 * 2 ** 30);
  });

  test("deleting one in the middle joins the chain", async () => {
    for (const snapname of ["one", "two", "three"])
      await client.task("POST", `${path}/snapshot`, { snapname });
    await client.task("DELETE", `${path}/snapshot/two`);
    const rows = await client.rows(`${path}/snapshot`);
    expect(rows.find((one) => one.name === "three")?.parent).toBe("one");
  });
});

describe("leaving", () => {
  test("destroying takes the VM out of pools and ACLs and frees its disks", async () => {
    const path = "/nodes/pve1/qemu/103";
    expect((await client.call("DELETE", path)).message).toBe("can't remove VM 103 - protection mode enabled");
    await client.ok("PUT", `${path}/config`, { protection: 0 });
    await client.task("POST", `${path}/status/stop`);
    expect((await client.task("DELETE", path, { purge: 1 })).exitstatus).toBe("OK");
    expect(client.lab.state.pools.get("production")?.guests.has(103)).toBe(false);
    expect(await client.rows("/nodes/pve1/storage/nfs/content", { vmid: 103, content: "images" })).toEqual(
      [],
    );
  });
});
