import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const STOPPED = "/nodes/pve3/lxc/203";
const RUNNING = "/nodes/pve1/lxc/201";
let lab: LabClient;

beforeEach(async () => {
  lab = await LabClient.start();
});
afterEach(() => lab.close());

async function makeTemplate(): Promise<void> {
  expect(await lab.ok("POST", `${STOPPED}/template`)).toBeNull();
  expect(await lab.newest("vztemplate")).toMatchObject({ exitstatus: "OK" });
}

describe("cloning", () => {
  test("a full copy has volumes and addresses of its own", async () => {
    const { exitstatus, log } = await lab.task("POST", `${STOPPED}/clone`, { newid: 300, hostname: "copy" });
    expect(exitstatus).toBe("OK");
    expect(log).toContain("create full clone of mountpoint rootfs (local-lvm:vm-203-disk-0)");
    const [source, copy] = [
      await lab.fields(`${STOPPED}/config`),
      await lab.fields("/nodes/pve3/lxc/300/config"),
    ];
    expect(copy).toMatchObject({ hostname: "copy", rootfs: "local-lvm:vm-300-disk-0,size=8G", memory: 512 });
    expect(copy.net0).not.toBe(source.net0);
    expect([source.lock, copy.lock]).toEqual([undefined, undefined]);
  });

  test("a template is linked, and stays while its clones need it", async () => {
    await makeTemplate();
    const { log } = await lab.task("POST", `${STOPPED}/clone`, { newid: 300 });
    expect(log).toContain("create linked clone of mount point rootfs (local-lvm:base-203-disk-0)");
    expect(await lab.task("DELETE", STOPPED)).toMatchObject({
      exitstatus: expect.stringContaining("is still in use by linked clone"),
    });
    await lab.task("DELETE", "/nodes/pve3/lxc/300");
    expect(await lab.task("DELETE", STOPPED)).toMatchObject({ exitstatus: "OK" });
  });

  test.each([
    [{ full: 0 }, "Linked clone feature for 'local-lvm:vm-203-disk-0' is not available"],
    [{ full: 0, storage: "nfs" }, "parameter 'storage' not allowed for linked clones"],
    [{ target: "pve1" }, "can't clone CT to node 'pve1' (CT uses local storage)"],
    [{ snapname: "none" }, "snapshot 'none' does not exist"],
    [{ newid: 201 }, "CT 201 already exists on node 'pve1'"],
  ])("%j is refused at once", async (parts, message) => {
    expect(await lab.call("POST", `${STOPPED}/clone`, { newid: 300, ...parts })).toMatchObject({
      status: 500,
      message,
    });
    expect(await lab.fields(`${STOPPED}/config`)).not.toHaveProperty("lock");
  });

  test("a running container is copied only from a snapshot", async () => {
    expect(await lab.call("POST", `${RUNNING}/clone`, { newid: 300 })).toMatchObject({
      message: "Full clone of a running container is only possible from a snapshot",
    });
    await lab.task("POST", `${RUNNING}/snapshot`, { snapname: "s1" });
    expect(await lab.task("POST", `${RUNNING}/clone`, { newid: 300, snapname: "s1" })).toMatchObject({
      exitstatus: "OK",
    });
  });
});

describe("snapshots", () => {
  test("a rollback stops the container, restores its options and keeps what came later", async () => {
    await lab.task("POST", `${RUNNING}/snapshot`, { snapname: "s1", description: "first" });
    await lab.ok("PUT", `${RUNNING}/config`, { memory: 2048, mp0: "local-lvm:1,mp=/srv" });
    expect(await lab.task("POST", `${RUNNING}/snapshot/s1/rollback`)).toMatchObject({ exitstatus: "OK" });
    expect(await lab.fields(`${RUNNING}/config`)).toMatchObject({
      memory: 512,
      parent: "s1",
      unused0: "local-lvm:vm-201-disk-1",
    });
    expect(await lab.fields(`${RUNNING}/status/current`)).toMatchObject({ status: "stopped" });
  });

  test("a deleted one hands its children to its parent", async () => {
    for (const snapname of ["s1", "s2", "s3"]) await lab.task("POST", `${STOPPED}/snapshot`, { snapname });
    expect(await lab.task("DELETE", `${STOPPED}/snapshot/s2`)).toMatchObject({ exitstatus: "OK" });
    const rows = await lab.rows(`${STOPPED}/snapshot`);
    expect(rows.map(({ name, parent }) => [name, parent])).toEqual([
      ["s1", undefined],
      ["s3", "s1"],
      ["current", "s3"],
    ]);
  });

  test("files cannot be snapshotted, templates neither", async () => {
    const files = await lab.task("POST", "/nodes/pve1/lxc/204/snapshot", { snapname: "s1" });
    expect(files.exitstatus).toBe("snapshot feature is not available");
    await makeTemplate();
    const template = await lab.task("POST", `${STOPPED}/snapshot`, { snapname: "s1" });
    expect(template.exitstatus).toBe("you can't take a snapshot if it's a template");
  });

  test.each(["current", "vzdump"])("%s is a reserved name", async (snapname) => {
    expect(await lab.call("POST", `${STOPPED}/snapshot`, { snapname })).toMatchObject({
      message: `unable to use snapshot name '${snapname}' (reserved name)`,
    });
  });
});

describe("volumes", () => {
  test("grow, and say at once what cannot be", async () => {
    expect(await lab.task("PUT", `${STOPPED}/resize`, { disk: "rootfs", size: "+1G" })).toMatchObject({
      exitstatus: "OK",
    });
    expect(await lab.fields(`${STOPPED}/config`)).toMatchObject({
      rootfs: "local-lvm:vm-203-disk-0,size=9G",
    });
    const refused = (size: string, disk = "rootfs") => lab.call("PUT", `${STOPPED}/resize`, { disk, size });
    expect(await refused("1G")).toMatchObject({ status: 500, message: "unable to shrink disk size" });
    expect(await refused("9G")).toMatchObject({ status: 500, message: "disk is already at specified size" });
    expect(await refused("+1G", "mp0")).toMatchObject({
      status: 500,
      message: "format error",
      errors: { mp: expect.stringContaining("missing"), volume: expect.stringContaining("missing") },
    });
  });

  test("move to another storage, the old one kept as unused", async () => {
    expect(
      await lab.task("POST", `${STOPPED}/move_volume`, { volume: "rootfs", storage: "nfs" }),
    ).toMatchObject({ exitstatus: "OK" });
    expect(await lab.fields(`${STOPPED}/config`)).toMatchObject({
      rootfs: "nfs:203/vm-203-disk-0.raw,size=8G",
      unused0: "local-lvm:vm-203-disk-0",
    });
    expect(
      await lab.call("POST", `${RUNNING}/move_volume`, { volume: "rootfs", storage: "nfs" }),
    ).toMatchObject({
      message: "cannot move volumes of a running container",
    });
  });

  test("are given to another container of the node", async () => {
    await lab.task("POST", `${STOPPED}/clone`, { newid: 300 });
    await lab.ok("PUT", `${STOPPED}/config`, { mp0: "local-lvm:1,mp=/srv" });
    const upid = String(
      await lab.ok("POST", `${STOPPED}/move_volume`, {
        volume: "mp0",
        "target-vmid": 300,
        "target-volume": "mp5",
      }),
    );
    expect(upid).toContain(":move_volume:203-mp0>300-mp5:");
    expect(await lab.ended(upid)).toMatchObject({ exitstatus: "OK" });
    expect(await lab.fields("/nodes/pve3/lxc/300/config")).toMatchObject({
      mp5: "local-lvm:vm-300-disk-1,mp=/srv,size=1G",
    });
    expect(await lab.fields(`${STOPPED}/config`)).not.toHaveProperty("mp0");
  });
});
