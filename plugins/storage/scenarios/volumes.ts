import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aNode, aStorage, resources, volume, volumesOn } from "./cluster.ts";

const ALLOCATE = "proxmox_storage_allocate";
const DELETE = "proxmox_storage_volume_delete";

/** A VMID that no guest has. */
const FREE = 4711;

export const volumeScenarios: readonly Scenario[] = [
  scenario({
    tool: ALLOCATE,
    title: "makes a volume of the size asked for, once",
    async run(t) {
      const node = await aNode(t);
      const storage = await aStorage(t, "images");
      const filename = `vm-${FREE}-data.qcow2`;
      const volid = `${storage}:${FREE}/${filename}`;
      const wanted = { storage, node, vmid: FREE, filename, size: "2G" };
      await t.ok(ALLOCATE, { ...wanted, dryRun: true });
      t.expect.equal(await volume(t, node, volid), undefined, "the volume after a dry run");
      await t.ok(ALLOCATE, wanted);
      const made = await volume(t, node, volid);
      t.expect.equal([made?.size, made?.vmid], [2 * 2 ** 30, FREE], "size and VMID");
      await t.refused(ALLOCATE, wanted, "conflict");
      await t.refused(ALLOCATE, { ...wanted, size: "much" }, "invalid_input");
      const local = await aStorage(t, "images", "local");
      const raw = { storage: local, vmid: FREE, filename: `vm-${FREE}-raw`, size: "64M", format: "raw" };
      await t.refused(ALLOCATE, raw, "invalid_input");
      await t.ok(ALLOCATE, { ...raw, node });
      t.expect.equal((await volume(t, node, `${local}:vm-${FREE}-raw`))?.size, 64 * 2 ** 20, "the size");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a volume, but none that its guest uses",
    async run(t) {
      const node = await aNode(t);
      const storage = await aStorage(t, "images");
      const filename = `vm-${FREE}-data.qcow2`;
      const volid = `${storage}:${FREE}/${filename}`;
      await t.ok(ALLOCATE, { storage, vmid: FREE, filename, size: "1G" });
      t.expect.equal((await volume(t, node, volid))?.vmid, FREE, "the volume");
      const dry = await t.ok(DELETE, { volid, dryRun: true });
      t.expect.match(dry.text, "1.00 GiB", "the plan says what goes");
      const count = (await volumesOn(t, node, storage)).length;
      await t.restart({ access: "write" });
      await t.refused(DELETE, { volid }, "denied");
      await t.restart({ access: "destructive" });
      await t.ok(DELETE, { volid });
      t.expect.equal(await volume(t, node, volid), undefined, "the volume");
      t.expect.equal((await volumesOn(t, node, storage)).length, count - 1, "the others");
      await t.refused(DELETE, { volid }, "not_found");
      await t.refused(DELETE, { volid: "nonsense" }, "invalid_input");
      const guests = new Set((await resources(t)).map(({ vmid }) => vmid));
      const disk = (await volumesOn(t, node, storage)).find(
        ({ content, vmid }) => (content === "images" || content === "rootdir") && guests.has(vmid),
      );
      t.expect.that(disk !== undefined, "there is a guest's disk");
      if (disk === undefined) return;
      await t.refused(DELETE, { volid: disk.volid }, "conflict");
      t.expect.equal((await volume(t, node, disk.volid))?.vmid, disk.vmid, "the guest's disk");
    },
  }),
];
