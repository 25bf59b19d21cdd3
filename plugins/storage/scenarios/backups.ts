import {
  OWN,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";
import { NO_STORAGE, type Volume, volume, volumesOn } from "./cluster.ts";

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

/** Backups of the guest, oldest first. */
async function backupsOf(t: ScenarioRun, made: Omit<Backups, "volids">): Promise<readonly Volume[]> {
  const all = await volumesOn(t, made.node, made.storage);
  return all
    .filter(({ content, vmid }) => content === "backup" && Number(vmid) === made.vmid)
    .sort((a, b) => (a.volid < b.volid ? -1 : 1));
}

/** Backups of a stopped guest, one after the other. */
async function someBackups(t: ScenarioRun, count: number): Promise<Backups> {
  const storage = await t.find("backup storage");
  const { vmid, node } = await t.make.vm("stopped");
  for (let made = 0; made < count; made++) {
    const params = { vmid: String(vmid), storage };
    await t.ok("proxmox_api_call", { method: "POST", path: `/nodes/${node}/vzdump`, params });
  }
  const volids = (await backupsOf(t, { node, storage, vmid })).map(({ volid }) => volid);
  t.expect.equal(volids.length, count, "the backups");
  return { node, storage, vmid, volids };
}

export const backupScenarios: readonly Scenario[] = [
  scenario({
    tool: PREVIEW,
    title: "marks backups by the rules given, and removes none",
    access: "write",
    needs: ["backup storage"],
    async run(t) {
      const made = await someBackups(t, 3);
      const { node, storage, vmid, volids } = made;
      const rules = { storage, node, vmid, "prune-backups": "keep-last=1" };
      const marks = (await backupsOf(t, made)).map(({ volid, ctime }, index) => {
        const mark = index === volids.length - 1 ? "keep" : "remove";
        return { volid, mark, vmid, type: "qemu", ctime };
      });
      const byVolid = (rows: readonly { readonly volid?: unknown }[]) =>
        rows.toSorted((a, b) => (String(a.volid) < String(b.volid) ? -1 : 1));
      t.expect.equal(byVolid(rowsOf(await t.ok(PREVIEW, rules))), byVolid(marks), "the marks");
      t.expect.equal(rowsOf(await t.ok(PREVIEW, { ...rules, type: "lxc" })), [], "those of containers");
      const [oldest] = volids;
      await t.ok(UPDATE, { volid: oldest, node, protected: true });
      const safe = rowsOf(await t.ok(PREVIEW, { ...rules, filter: { mark: "protected" } }));
      t.expect.equal(
        safe.map(({ volid }) => volid),
        [oldest],
        "the protected backup",
      );
      t.expect.equal((await backupsOf(t, made)).length, 3, "the backups");
      await t.refused(PREVIEW, { storage: NO_STORAGE }, "not_found");
    },
  }),
  scenario({
    tool: PRUNE,
    title: "deletes what no rule holds, after a human agreed",
    confirm: "destructive",
    needs: ["backup storage"],
    async run(t) {
      const made = await someBackups(t, 3);
      const { node, storage, vmid, volids } = made;
      const rules = { storage, node, vmid, "prune-backups": "keep-last=1", type: "qemu" };
      const other = await someBackups(t, 2);
      const dry = await t.ok(PRUNE, { ...rules, dryRun: true });
      for (const volid of volids.slice(0, 2)) t.expect.match(dry.text, volid, "what the plan removes");
      t.expect.that(!dry.text.includes(volids[2] ?? ""), "the newest is not in the plan");
      const [planned] = stepsOf(dry);
      t.expect.equal(planned?.path, `/nodes/${node}/storage/${storage}/prunebackups`, "where it is pruned");
      t.expect.equal(planned?.params.type, "qemu", "the kind of guest in the plan");
      await t.refused(PRUNE, rules, "declined");
      t.expect.equal((await backupsOf(t, made)).length, 3, "the backups, when nobody agreed");
      t.answerConfirm("accept", storage);
      await t.refused(PRUNE, { ...rules, "prune-backups": "keep-sometimes=1" }, "invalid_input");
      await t.ok(PRUNE, rules);
      const left = (await backupsOf(t, made)).map(({ volid }) => volid);
      t.expect.equal(left, volids.slice(2), "the backups");
      await t.ok(PRUNE, rules);
      t.expect.equal((await backupsOf(t, made)).length, 1, "the backups after pruning again");
      t.expect.equal((await backupsOf(t, other)).length, 2, "the backups of the other guest");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "sets notes and protection of a backup",
    access: "destructive",
    needs: ["backup storage"],
    async run(t) {
      const { node, storage, vmid, volids } = await someBackups(t, 1);
      const [volid = ""] = volids;
      const dry = await t.ok(UPDATE, { volid, node, notes: "Before the move", dryRun: true });
      t.expect.match(
        stepsOf(dry)[0]?.path ?? "",
        `/nodes/${node}/storage/${storage}/`,
        "where the plan goes",
      );
      t.expect.that((await volume(t, node, volid))?.notes !== "Before the move", "the notes after a dry run");
      await t.ok(UPDATE, { volid, node, notes: "Before the move", protected: true });
      const changed = await volume(t, node, volid);
      t.expect.equal([changed?.notes, changed?.protected], ["Before the move", 1], "notes and protection");
      await t.refused("proxmox_storage_volume_delete", { volid, node }, "conflict");
      await t.ok(UPDATE, { volid, node, protected: false });
      t.expect.equal((await volume(t, node, volid))?.protected, undefined, "protection");
      t.expect.equal((await volume(t, node, volid))?.notes, "Before the move", "the notes stay");
      await t.refused(UPDATE, { volid, node }, "invalid_input");
      const none = `${storage}:backup/${OWN}`;
      await t.refused(UPDATE, { volid: none, node, notes: "x" }, "not_found");
      const { scsi0 } = await t.cluster.get<{ scsi0: string }>(`/nodes/${node}/qemu/${vmid}/config`);
      const [disk] = scsi0.split(",");
      await t.refused(UPDATE, { volid: disk, node, notes: "x" }, "conflict");
    },
  }),
];
