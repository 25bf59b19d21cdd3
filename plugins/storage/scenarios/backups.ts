import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aNode, aStorage, resources, type Volume, volume, volumesOn } from "./cluster.ts";

const PREVIEW = "proxmox_storage_prune_preview";
const PRUNE = "proxmox_storage_prune";
const UPDATE = "proxmox_storage_volume_update";

interface Backups {
  readonly node: string;
  readonly storage: string;
  readonly vmid: number;
  /** Oldest first. */
  readonly volids: readonly string[];
}

async function backupsOn(t: ScenarioRun, node: string, storage: string): Promise<readonly Volume[]> {
  return (await volumesOn(t, node, storage)).filter(({ content }) => content === "backup");
}

/** Backups of a stopped guest, one after the other. */
async function someBackups(t: ScenarioRun, count: number): Promise<Backups> {
  const node = await aNode(t);
  const storage = await aStorage(t, "backup");
  const guest = (await resources(t)).find(({ type, status }) => type === "lxc" && status === "stopped");
  const vmid = guest?.vmid ?? 0;
  for (let made = 0; made < count; made++) {
    const params = { vmid: String(vmid), storage };
    await t.ok("proxmox_api_call", { method: "POST", path: `/nodes/${guest?.node}/vzdump`, params });
  }
  const volids = (await backupsOn(t, node, storage)).map(({ volid }) => volid).sort();
  t.expect.equal(volids.length, count, "the backups");
  return { node, storage, vmid, volids };
}

export const backupScenarios: readonly Scenario[] = [
  scenario({
    tool: PREVIEW,
    title: "marks backups by the rules given, and removes none",
    access: "write",
    async run(t) {
      const { node, storage, vmid, volids } = await someBackups(t, 3);
      const rules = { storage, "prune-backups": "keep-last=1" };
      const { text } = await t.ok(PREVIEW, { ...rules, vmid });
      const [oldest = "", older = "", newest = ""] = volids;
      for (const volid of [oldest, older])
        t.expect.match(text, new RegExp(`${volid}\\s+remove`), "an older backup");
      t.expect.match(text, new RegExp(`${newest}\\s+keep`), "the newest backup");
      const others = await t.ok(PREVIEW, { ...rules, type: "qemu" });
      for (const volid of volids) t.expect.that(!others.text.includes(volid), "it is no VM's backup");
      await t.ok(UPDATE, { volid: oldest, protected: true });
      const safe = await t.ok(PREVIEW, { ...rules, filter: { mark: "protected" } });
      t.expect.match(safe.text, oldest, "the protected backup");
      t.expect.equal((await backupsOn(t, node, storage)).length, 3, "the backups");
      await t.refused(PREVIEW, { storage: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: PRUNE,
    title: "deletes what no rule holds, after a human agreed",
    confirm: "destructive",
    async run(t) {
      const { node, storage, vmid, volids } = await someBackups(t, 3);
      const rules = { storage, vmid, "prune-backups": "keep-last=1" };
      const dry = await t.ok(PRUNE, { ...rules, dryRun: true });
      for (const volid of volids.slice(0, 2)) t.expect.match(dry.text, volid, "what the plan removes");
      t.expect.that(!dry.text.includes(volids[2] ?? ""), "the newest is not in the plan");
      await t.refused(PRUNE, rules, "declined");
      t.expect.equal((await backupsOn(t, node, storage)).length, 3, "the backups, when nobody agreed");
      t.answerConfirm("accept");
      await t.refused(PRUNE, { ...rules, "prune-backups": "keep-sometimes=1" }, "invalid_input");
      await t.ok(PRUNE, rules);
      const left = (await backupsOn(t, node, storage)).map(({ volid }) => volid);
      t.expect.equal(left, volids.slice(2), "the backups");
      await t.ok(PRUNE, rules);
      t.expect.equal((await backupsOn(t, node, storage)).length, 1, "the backups after pruning again");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "sets notes and protection of a backup",
    access: "destructive",
    async run(t) {
      const { node, storage, volids } = await someBackups(t, 1);
      const [volid = ""] = volids;
      await t.ok(UPDATE, { volid, notes: "Before the move", dryRun: true });
      t.expect.that((await volume(t, node, volid))?.notes !== "Before the move", "the notes after a dry run");
      await t.ok(UPDATE, { volid, notes: "Before the move", protected: true });
      const changed = await volume(t, node, volid);
      t.expect.equal([changed?.notes, changed?.protected], ["Before the move", 1], "notes and protection");
      await t.refused("proxmox_storage_volume_delete", { volid }, "conflict");
      await t.ok(UPDATE, { volid, protected: false });
      t.expect.equal((await volume(t, node, volid))?.protected, undefined, "protection");
      t.expect.equal((await volume(t, node, volid))?.notes, "Before the move", "the notes stay");
      await t.refused(UPDATE, { volid }, "invalid_input");
      await t.refused(UPDATE, { volid: `${storage}:backup/nosuch`, notes: "x" }, "not_found");
      const other = (await volumesOn(t, node, storage)).find(({ content }) => content === "iso");
      await t.refused(UPDATE, { volid: other?.volid, notes: "x" }, "conflict");
    },
  }),
];
