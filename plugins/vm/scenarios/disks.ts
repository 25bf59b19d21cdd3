import {
  configOf,
  gibOf,
  type MadeGuest,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
  unusedIn,
} from "../../../sdk/testing/index.ts";

const RESIZE = "proxmox_vm_disk_resize";
const MOVE = "proxmox_vm_disk_move";
const IMPORT = "proxmox_vm_disk_import";
const UNLINK = "proxmox_vm_disk_unlink";

async function diskOf(t: ScenarioRun, vm: MadeGuest, disk: string): Promise<string> {
  return String((await configOf(t, vm))[disk]);
}

export const diskScenarios: readonly Scenario[] = [
  scenario({
    tool: RESIZE,
    title: "enlarges a disk, and neither shrinks nor invents one",
    live: true,
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid } = vm;
      const sizeOf = async () => gibOf(await diskOf(t, vm, "scsi0"));
      const { digest } = await configOf(t, vm);
      await t.ok(RESIZE, { vmid, disk: "scsi0", size: "+2G", dryRun: true });
      t.expect.equal(await sizeOf(), 1, "the size after a dry run");
      await t.ok(RESIZE, { vmid, disk: "scsi0", size: "+2G" });
      t.expect.equal(await sizeOf(), 3, "the size");
      await t.ok(RESIZE, { vmid, disk: "scsi0", size: "4G" });
      t.expect.equal(await sizeOf(), 4, "the size");
      await t.refused(RESIZE, { vmid, disk: "scsi0", size: "1G" }, "invalid_input");
      await t.refused(RESIZE, { vmid, disk: "scsi7", size: "+1G" }, "invalid_input");
      // Proxmox VE 7 resizes before it answers.
      const resize = await t.api("PUT /nodes/{node}/qemu/{vmid}/resize");
      const outdated = { vmid, disk: "scsi0", size: "+1G", digest: String(digest) };
      await t.refused(RESIZE, outdated, resize?.task === true ? "task_failed" : "conflict");
      t.expect.equal(await sizeOf(), 4, "the size after the refusals");
      const present = String((await configOf(t, vm)).digest);
      await t.ok(RESIZE, { vmid, disk: "scsi0", size: "5G", digest: present });
      t.expect.equal(await sizeOf(), 5, "the size with the present digest");
    },
  }),
  scenario({
    tool: MOVE,
    title: "moves a disk and keeps the source as unused, or removes it",
    live: true,
    needs: ["second storage"],
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid } = vm;
      const home = t.place.storage;
      const storage = await t.find("second storage");
      const before = await diskOf(t, vm, "scsi0");
      await t.ok(MOVE, { vmid, disk: "scsi0", storage, dryRun: true });
      t.expect.equal(await diskOf(t, vm, "scsi0"), before, "the disk after a dry run");
      await t.ok(MOVE, { vmid, disk: "scsi0", storage });
      const moved = await configOf(t, vm);
      t.expect.match(String(moved.scsi0), `${storage}:`, "the disk");
      t.expect.equal(unusedIn(moved).length, 1, "the source is kept");
      await t.refused(MOVE, { vmid, disk: "scsi0", storage }, "conflict");
      await t.refused(MOVE, { vmid, disk: "scsi9", storage: home }, "invalid_input");
      await t.refused(MOVE, { vmid, disk: "scsi0" }, "invalid_input");
      await t.refused(MOVE, { vmid, disk: "scsi0", storage: "nosuch" }, "not_found");
      await t.restart({ access: "write" });
      await t.refused(MOVE, { vmid, disk: "scsi0", storage: home, delete: true }, "denied");
      await t.restart({ access: "destructive" });
      await t.ok(MOVE, { vmid, disk: "scsi0", storage: home, delete: true });
      const back = await configOf(t, vm);
      t.expect.match(String(back.scsi0), `${home}:`, "the disk");
      t.expect.equal(unusedIn(back).length, 1, "the second source is removed");
    },
  }),
  scenario({
    tool: MOVE,
    title: "gives a disk to another VM",
    live: true,
    async run(t) {
      const vm = await t.make.vm("stopped", { scsi5: `${t.place.storage}:1` });
      const { vmid } = vm;
      const heir = await t.make.vm("stopped");
      const given = { vmid, disk: "scsi5", "target-vmid": heir.vmid, "target-disk": "scsi3" };
      await t.ok(MOVE, given);
      t.expect.match(await diskOf(t, heir, "scsi3"), `${heir.vmid}`, "the other VM's disk");
      t.expect.that(!("scsi5" in (await configOf(t, vm))), "the disk is gone from the first");
      const both = { disk: "scsi0", storage: t.place.storage, "target-vmid": heir.vmid };
      await t.refused(MOVE, { vmid, ...both }, "invalid_input");
    },
  }),
  scenario({
    tool: IMPORT,
    title: "copies an image into a new disk, in the slot asked for or the next free one",
    live: true,
    needs: ["image to import"],
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid } = vm;
      const { storage } = t.place;
      const source = await t.find("image to import");
      const { digest } = await configOf(t, vm);
      await t.ok(IMPORT, { vmid, source, storage, dryRun: true });
      t.expect.equal((await configOf(t, vm)).digest, digest, "the digest after a dry run");
      await t.ok(IMPORT, { vmid, source, storage });
      await t.ok(IMPORT, { vmid, source, storage, disk: "virtio4", format: "raw", options: "discard=on" });
      const after = await configOf(t, vm);
      t.expect.match(String(after.scsi1), `${storage}:`, "the disk in the next free slot");
      t.expect.match(`${String(after.virtio4)},`, ",discard=on,", "the option of the second disk");
      t.expect.match(String(after.virtio4), `${storage}:`, "the second disk");
      await t.refused(IMPORT, { vmid, source, storage, disk: "scsi0" }, "conflict");
      await t.refused(IMPORT, { vmid, source: "/root/disk.img", storage }, "unsupported");
      await t.refused(IMPORT, { vmid, source, storage, options: "size=1G" }, "invalid_input");
      await t.refused(IMPORT, { vmid, source, storage: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: UNLINK,
    title: "detaches a disk, and removes its volume only where that is allowed",
    live: true,
    async run(t) {
      const volume = `${t.place.storage}:1`;
      const vm = await t.make.vm("stopped", { scsi5: volume, scsi6: volume, scsi7: volume });
      const { vmid } = vm;
      await t.restart({ access: "write" });
      const [step] = stepsOf(await t.ok(UNLINK, { vmid, idlist: "scsi5", dryRun: true }));
      t.expect.equal(step?.params, { idlist: "scsi5" }, "what is sent");
      t.expect.that("scsi5" in (await configOf(t, vm)), "the disk is there after a dry run");
      await t.ok(UNLINK, { vmid, idlist: ["scsi5"] });
      const detached = await configOf(t, vm);
      const [unused = ""] = unusedIn(detached);
      t.expect.that(!("scsi5" in detached) && unused !== "", "the disk is unused");
      t.expect.that("scsi6" in detached && "scsi7" in detached, "the others are there");
      await t.refused(UNLINK, { vmid, idlist: unused }, "denied");
      await t.refused(UNLINK, { vmid, idlist: "scsi6", force: true }, "denied");
      await t.refused(UNLINK, { vmid, idlist: "scsi9" }, "invalid_input");
      await t.restart({ access: "destructive" });
      await t.ok(UNLINK, { vmid, idlist: "scsi6", force: true });
      t.expect.equal(unusedIn(await configOf(t, vm)), [unused], "the unused disks");
      await t.ok(UNLINK, { vmid, idlist: unused });
      const bare = await configOf(t, vm);
      t.expect.that(!("scsi6" in bare) && "scsi7" in bare, "the second disk is detached, the third is not");
      t.expect.equal(unusedIn(bare), [], "the unused disks");
    },
  }),
];
