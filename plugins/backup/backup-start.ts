import {
  defineTool,
  fromApi,
  type Guest,
  guestRef,
  listedAs,
  type ParamValue,
  type PveReader,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { needBackupStorage } from "./backup-storages.ts";
import { isOn } from "./job.ts";
import { BACKUP_DEFAULTS, runNote } from "./run-note.ts";
import { partsOf, type Selection, vmidList } from "./selection.ts";
import { vmids } from "./vmids.ts";

export const backupStart = defineTool({
  name: "proxmox_backup_start",
  title: "Back up guests now",
  describe: "Backs up guests now: some, a pool, or all; a step on each of their nodes.",
  // What prune-backups does not keep is removed.
  risk: "destructive",
  uses: ["POST /nodes/{node}/vzdump", BACKUP_DEFAULTS],
  input: fromApi("POST /nodes/{node}/vzdump", {
    // `stop` ends other backups, and `quiet` is for a terminal.
    without: ["stop", "stdout", "quiet", "job-id"],
    risk: "destructive",
    optional: ["node"],
    featured: ["pool", "all", "storage", "mode"],
    describe: {
      node: "Only its guests",
      all: "All guests",
      "prune-backups": "Such as keep-last=3; removes older ones",
      remove: "false: keep all older backups, whatever the storage says",
      "notes-template": "May hold {{guestname}}, {{vmid}}, {{node}}",
      bwlimit: "KiB/s",
    },
    extra: {
      exclude: vmids("With all"),
      vmid: Type.Optional(
        listedAs(Type.Array(guestRef(), { minItems: 1 }), { type: "array", description: "VMIDs or names" }),
      ),
    },
  }),
  async plan({ vmid, pool, all, exclude, node, ...options }, pve) {
    const { storage } = options;
    refuseSelection(vmid, pool, all, exclude);
    const guests = await named(vmid, pve);
    if (node !== undefined) await pve.node(node);
    const selection: Selection = {
      ...(guests === undefined ? {} : { vmids: guests.map((guest) => guest.vmid) }),
      ...(pool === undefined ? {} : { pool }),
      ...(node === undefined ? {} : { node }),
      exclude: vmidList(exclude),
    };
    const { parts, leftOut } = await partsOf(selection, pve);
    const nodes = parts.map((part) => part.node);
    if (storage !== undefined) await needBackupStorage(String(storage), pve, nodes);
    const notes = await Promise.all(
      parts.map((part) =>
        runNote(part, { storage, remove: options.remove, keep: options["prune-backups"] }, pve),
      ),
    );
    return parts.map((part, index) =>
      rest.post(
        "/nodes/{node}/vzdump",
        {
          ...options,
          node: part.node,
          pool,
          exclude,
          ...(guests === undefined ? {} : { vmid: part.guests.map((guest) => guest.vmid) }),
          ...(guests === undefined && pool === undefined ? { all: true } : {}),
        },
        { note: [notes[index], ...(index === 0 ? leftOut : [])].join("; ") },
      ),
    );
  },
});

function refuseSelection(vmid: unknown, pool: unknown, all: ParamValue, exclude: unknown): void {
  const isWhole = isOn(all) || (exclude !== undefined && vmid === undefined && pool === undefined);
  const ways = [vmid !== undefined, pool !== undefined, isWhole].filter(Boolean).length;
  if (ways === 1 && (exclude === undefined || isWhole)) return;
  throw new ToolError({
    code: "invalid_input",
    message: ways === 0 ? "No guests are selected." : "Guests are selected in more than one way.",
    next: "Give one of vmid, pool and all; exclude goes only with all.",
  });
}

/** The guests named one by one; fails for one that is locked, as its backup would fail. */
async function named(
  refs: readonly (number | string)[] | undefined,
  pve: PveReader,
): Promise<readonly Guest[] | undefined> {
  if (refs === undefined) return undefined;
  const guests = await Promise.all(refs.map((ref) => pve.guest("any", ref)));
  const locked = guests.find(({ lock }) => lock !== undefined);
  if (locked === undefined) return guests;
  throw new ToolError({
    code: "conflict",
    message: `${locked.vmid} (${locked.name}) is locked (${locked.lock}).`,
    next: "Wait until its task has ended; proxmox_task_list shows it.",
    retry: true,
  });
}
