import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aVm, type Config, configOf, resources, type Vm } from "./cluster.ts";

const RESIZE = "proxmox_vm_disk_resize";
const MOVE = "proxmox_vm_disk_move";
const IMPORT = "proxmox_vm_disk_import";
const UNLINK = "proxmox_vm_disk_unlink";

function sizeOf(value: unknown): string | undefined {
  return /size=(\w+)/.exec(String(value))?.[1];
}

function unusedIn(config: Config): readonly string[] {
  return Object.keys(config).filter((key) => /^unused\d+$/.test(key));
}

/** A storage of the VM's node that takes disks and is not that of the disk. */
async function otherStorage(t: ScenarioRun, { node }: Vm, disk: unknown): Promise<string> {
  const found = (await resources(t)).find(
    (one) =>
      one.type === "storage" &&
      one.node === node &&
      one.content?.split(",").includes("images") &&
      !String(disk).startsWith(`${one.storage}:`),
  );
  if (found?.storage === undefined) throw new Error(`node ${node} has no other storage for disks`);
  return found.storage;
}

/** An image to import that the node has. */
async function anImage(t: ScenarioRun, { node }: Vm): Promise<string> {
  const storages = (await resources(t)).filter(
    (one) => one.type === "storage" && one.node === node && one.content?.split(",").includes("import"),
  );
  for (const { storage } of storages) {
    const files = await t.cluster.get<readonly { content: string; volid: string }[]>(
      `/nodes/${node}/storage/${storage}/content`,
    );
    const found = files.find(({ content }) => content === "import");
    if (found !== undefined) return found.volid;
  }
  throw new Error(`node ${node} has no image to import`);
}

export const diskScenarios: readonly Scenario[] = [
  scenario({
    tool: RESIZE,
    title: "enlarges a disk, and neither shrinks nor invents one",
    async run(t) {
      const vm = await aVm(t, "stopped");
      const { vmid } = vm;
      const before = await configOf(t, vm);
      const gib = Number.parseInt(sizeOf(before.scsi0) ?? "", 10);
      await t.ok(RESIZE, { vmid, disk: "scsi0", size: "+2G", dryRun: true });
      t.expect.equal((await configOf(t, vm)).scsi0, before.scsi0, "the disk after a dry run");
      await t.ok(RESIZE, { vmid, disk: "scsi0", size: "+2G" });
      t.expect.equal(sizeOf((await configOf(t, vm)).scsi0), `${gib + 2}G`, "the size");
      await t.ok(RESIZE, { vmid, disk: "scsi0", size: `${gib + 3}G` });
      t.expect.equal(sizeOf((await configOf(t, vm)).scsi0), `${gib + 3}G`, "the size");
      await t.refused(RESIZE, { vmid, disk: "scsi0", size: "1G" }, "invalid_input");
      await t.refused(RESIZE, { vmid, disk: "scsi7", size: "+1G" }, "invalid_input");
      await t.refused(
        RESIZE,
        { vmid, disk: "scsi0", size: "+1G", digest: String(before.digest) },
        "task_failed",
      );
      t.expect.equal(sizeOf((await configOf(t, vm)).scsi0), `${gib + 3}G`, "the size after the refusals");
    },
  }),
  scenario({
    tool: MOVE,
    title: "moves a disk and keeps the source as unused, or removes it",
    async run(t) {
      const vm = await aVm(t, "stopped");
      const { vmid } = vm;
      const before = String((await configOf(t, vm)).scsi0);
      const storage = await otherStorage(t, vm, before);
      const home = before.split(":")[0] ?? "";
      await t.ok(MOVE, { vmid, disk: "scsi0", storage, dryRun: true });
      t.expect.equal((await configOf(t, vm)).scsi0, before, "the disk after a dry run");
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
    async run(t) {
      const vm = await aVm(t, "stopped");
      const { text } = await t.ok("proxmox_vm_create", { node: vm.node, name: "heir" });
      const heir = Number(/VM (\d+)/.exec(text)?.[1]);
      const storage = await otherStorage(t, vm, "");
      await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, scsi5: `${storage}:1` });
      await t.ok(MOVE, { vmid: vm.vmid, disk: "scsi5", "target-vmid": heir, "target-disk": "scsi3" });
      const given = await t.cluster.get<Config>(`/nodes/${vm.node}/qemu/${heir}/config`);
      t.expect.match(String(given.scsi3), `${heir}`, "the other VM's disk");
      t.expect.that(!("scsi5" in (await configOf(t, vm))), "the disk is gone from the first");
      const both = { disk: "scsi0", storage, "target-vmid": heir };
      await t.refused(MOVE, { vmid: vm.vmid, ...both }, "invalid_input");
    },
  }),
  scenario({
    tool: IMPORT,
    title: "copies an image into a new disk, in the slot asked for or the next free one",
    async run(t) {
      const vm = await aVm(t, "stopped");
      const { vmid } = vm;
      const before = await configOf(t, vm);
      const source = await anImage(t, vm);
      const storage = await otherStorage(t, vm, before.scsi0);
      await t.ok(IMPORT, { vmid, source, storage, dryRun: true });
      t.expect.equal((await configOf(t, vm)).digest, before.digest, "the digest after a dry run");
      await t.ok(IMPORT, { vmid, source, storage });
      await t.ok(IMPORT, { vmid, source, storage, disk: "virtio4", format: "raw", options: "discard=on" });
      const after = await configOf(t, vm);
      t.expect.match(String(after.scsi1), `${storage}:`, "the disk in the next free slot");
      t.expect.match(String(after.virtio4), /discard=on/, "the option of the second disk");
      t.expect.match(String(after.virtio4), /\.raw|disk/, "the second disk");
      await t.refused(IMPORT, { vmid, source, storage, disk: "scsi0" }, "conflict");
      await t.refused(IMPORT, { vmid, source: "/root/disk.img", storage }, "unsupported");
      await t.refused(IMPORT, { vmid, source, storage, options: "size=1G" }, "invalid_input");
      await t.refused(IMPORT, { vmid, source, storage: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: UNLINK,
    title: "detaches a disk, and removes its volume only where that is allowed",
    async run(t) {
      const vm = await aVm(t, "stopped");
      const { vmid } = vm;
      const storage = await otherStorage(t, vm, "");
      await t.ok("proxmox_vm_update_config", { vmid, scsi5: `${storage}:1`, scsi6: `${storage}:1` });
      await t.restart({ access: "write" });
      await t.ok(UNLINK, { vmid, idlist: "scsi5", dryRun: true });
      t.expect.that("scsi5" in (await configOf(t, vm)), "the disk is there after a dry run");
      await t.ok(UNLINK, { vmid, idlist: ["scsi5"] });
      const detached = await configOf(t, vm);
      const [unused = ""] = unusedIn(detached);
      t.expect.that(!("scsi5" in detached) && unused !== "", "the disk is unused");
      await t.refused(UNLINK, { vmid, idlist: unused }, "denied");
      await t.refused(UNLINK, { vmid, idlist: "scsi6", force: true }, "denied");
      await t.refused(UNLINK, { vmid, idlist: "scsi9" }, "invalid_input");
      await t.restart({ access: "destructive" });
      await t.ok(UNLINK, { vmid, idlist: "scsi6", force: true });
      await t.ok(UNLINK, { vmid, idlist: unused });
      const bare = await configOf(t, vm);
      t.expect.that(!("scsi6" in bare), "the second disk is detached");
      t.expect.equal(unusedIn(bare), [], "the unused disks");
    },
  }),
];
