import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

let client: LabClient;

beforeAll(async () => {
  client = await LabClient.start();
});
afterAll(() => client.close());

describe("disks of a node", () => {
  test("can be narrowed to those that nothing uses", async () => {
    const all = await client.rows("/nodes/pve1/disks/list");
    expect(all.map(({ devpath, used }) => [devpath, used])).toEqual([
      ["/dev/sda", "LVM"],
      ["/dev/sdb", undefined],
    ]);
    const unused = await client.rows("/nodes/pve1/disks/list", { type: "unused" });
    expect(unused.map(({ devpath }) => devpath)).toEqual(["/dev/sdb"]);
  });

  test("hold the volume groups that scans find", async () => {
    const { children } = await client.fields("/nodes/pve1/disks/lvm");
    const scanned = await client.rows("/nodes/pve1/scan/lvm");
    expect(children).toMatchObject(scanned.map(({ vg, size }) => ({ name: vg, size })));
    expect(await client.rows("/nodes/pve1/disks/lvmthin")).toMatchObject([{ vg: "pve", lv: "data" }]);
  });

  test("are made into a storage of their node alone, and taken apart again", async () => {
    const pool = { name: "tank", devices: "/dev/sdb", raidlevel: "single", add_storage: 1 };
    expect(await client.task("POST", "/nodes/pve2/disks/zfs", pool)).toMatchObject({ exitstatus: "OK" });
    expect(await client.rows("/nodes/pve2/disks/list", { type: "unused" })).toEqual([]);
    expect(await client.rows("/nodes/pve1/disks/list", { type: "unused" })).toHaveLength(1);
    const tank = await client.fields("/storage/tank");
    expect(tank).toMatchObject({ type: "zfspool", nodes: "pve2" });
    expect(tank).not.toHaveProperty("disable");
    const again = await client.call("POST", "/nodes/pve2/disks/directory", {
      name: "dir2",
      device: "/dev/sdb",
    });
    expect(again.message).toContain("device '/dev/sdb' is already in use");
    const clean = { "cleanup-config": 1 };
    expect(await client.task("DELETE", "/nodes/pve2/disks/zfs/tank", clean)).toMatchObject({
      exitstatus: "OK",
    });
    expect(await client.rows("/nodes/pve2/disks/list", { type: "unused" })).toHaveLength(1);
    expect((await client.call("GET", "/storage/tank")).message).toContain("does not exist");
  });

  test.each([
    ["/dev/nope", "not a valid block device"],
    ["sdb", "got unusual device path 'sdb'"],
    ["/dev/sda", "device '/dev/sda' is already in use"],
  ])("are not made of %s", async (device, message) => {
    const made = await client.call("POST", "/nodes/pve1/disks/lvm", { name: "vg1", device });
    expect(made.message).toContain(message);
  });

  test("cannot be taken apart where they are not there", async () => {
    expect(await client.task("DELETE", "/nodes/pve1/disks/lvm/none")).toMatchObject({
      exitstatus: "no such volume group 'none'",
    });
  });
});
