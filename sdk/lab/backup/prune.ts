import { die } from "../errors.ts";
import { freeVolume } from "../qemu/storage/allocate.ts";
import { storageOf } from "../qemu/storage/lookup.ts";
import { activeStorage } from "../storage/activation.ts";
import { mayHold } from "../storage/content-types.ts";
import { guestTypeOf } from "../storage/entry.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import { archiveTime } from "./names.ts";
import { markGroup, type Prunable, parseRetention, type Retention } from "./retention.ts";

/** A backup with what pruning does with it. */
export interface PruneEntry extends Prunable {
  readonly ctime: number;
  readonly type: string;
  readonly volid: string;
  readonly vmid?: number;
}

/** Which backups of a storage are looked at. */
export interface PruneFilter {
  readonly vmid?: number | undefined;
  readonly type?: string | undefined;
}

const PRUNE = "/nodes/{node}/storage/{storage}/prunebackups";

/** Pruning: what it would do, and doing it. */
export function registerPrune(lab: LabCore): void {
  lab.route(`GET ${PRUNE}`, (request) => {
    const { storage, retention, filter } = asked(request);
    const entries = prunePlan(lab.state, storage, request.node.name, retention, filter);
    return entries.map(({ mark, ...entry }) => ({ ...entry, mark }));
  });
  lab.route(`DELETE ${PRUNE}`, prune);
}

function asked({ params }: LabRequest): {
  storage: string;
  retention: Retention | undefined;
  filter: PruneFilter;
} {
  const text = params.text("prune-backups");
  return {
    storage: params.need("storage"),
    retention: text === undefined ? undefined : parseRetention(text),
    filter: { vmid: params.integer("vmid"), type: params.text("type") },
  };
}

function prune(request: LabRequest): string {
  const { lab, node } = request;
  const { storage, retention, filter } = asked(request);
  const { vmid } = filter;
  if (vmid === undefined) request.check(`/storage/${storage}`, ["Datastore.Allocate"]);
  else {
    request.check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
    request.check(`/vms/${vmid}`, ["VM.Backup"]);
  }
  const id = vmid === undefined ? storage : `${vmid}@${storage}`;
  return request.task("prunebackups", id, async (task) => {
    const entries = prunePlan(lab.state, storage, node.name, retention, filter);
    await task.takes(500);
    removeMarked(lab.state, node.name, entries, (line) => task.log(line));
  });
}

/** What pruning would do; `retention` is the storage's own where left out. */
export function prunePlan(
  state: LabState,
  id: string,
  node: string,
  retention: Retention | undefined,
  { vmid, type }: PruneFilter,
): readonly PruneEntry[] {
  const storage = storageOf(state, id);
  if (!mayHold(storage, "backup")) throw die(`storage '${id}' does not support backups`);
  const configured = storage.config.get("prune-backups");
  if (retention === undefined && configured === undefined)
    throw die(`no prune-backups options configured for storage '${id}'`);
  const keep = retention ?? parseRetention(configured ?? "");
  activeStorage(state, id, node);
  const entries = state.volumes
    .list(storage, node)
    .filter((volume) => volume.content === "backup" && (vmid === undefined || volume.vmid === vmid))
    .map(entryOf)
    .filter((entry) => type === undefined || entry.type === type)
    .sort((a, b) => (a.volid < b.volid ? -1 : 1));
  const groups = new Map<string, PruneEntry[]>();
  for (const entry of entries) {
    if (archiveTime(entry.volid) === undefined) continue;
    const key = `${entry.type}/${entry.vmid}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  for (const group of groups.values()) markGroup(group, keep);
  return entries;
}

/** A backup under another name than the standard one is left alone, as are protected ones. */
function entryOf(volume: LabVolume): PruneEntry {
  const { volid, vmid } = volume;
  const time = archiveTime(volid);
  const mark = volume.protected === true ? "protected" : time === undefined ? "renamed" : undefined;
  return {
    ctime: time ?? volume.ctime,
    type: guestTypeOf(volid) ?? "unknown",
    volid,
    ...(vmid === undefined ? {} : { vmid }),
    mark,
  };
}

/** Removes what is marked so; answers how many that were. */
export function removeMarked(
  state: LabState,
  node: string,
  entries: readonly PruneEntry[],
  log: (line: string) => void,
): number {
  const marked = entries.filter(({ mark }) => mark === "remove");
  for (const { volid } of marked) {
    log(`removing backup '${volid}'`);
    freeVolume(state, node, volid);
  }
  return marked.length;
}
