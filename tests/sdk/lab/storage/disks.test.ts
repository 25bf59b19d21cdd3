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
});
