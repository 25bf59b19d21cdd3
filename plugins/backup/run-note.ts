import type { ParamValue, PveReader } from "../../sdk/index.ts";
import { isOn, textOf } from "./job.ts";
import { type Part, vmidsOf } from "./selection.ts";

/** Where a node tells what a backup does that is not told otherwise; for `uses`. */
export const BACKUP_DEFAULTS = "GET /nodes/{node}/vzdump/defaults";

/** What a run is told of its target; the rest comes from the storage and the node. */
export interface RunTarget {
  readonly storage?: unknown;
  /** Whether older backups may go at all. */
  readonly remove?: unknown;
  /** Which backups are kept, instead of what the storage says. */
  readonly keep?: unknown;
}

/** What a backup on a node does: which guests, where to, and whether older backups go. */
export async function runNote(
  { node, guests }: Part,
  { storage, remove, keep }: RunTarget,
  pve: PveReader,
): Promise<string> {
  const defaults = await pve.get<Readonly<Record<string, ParamValue>>>("/nodes/{node}/vzdump/defaults", {
    node,
    ...(isOn(storage) ? { storage: String(storage) } : {}),
  });
  const kept = textOf(keep ?? defaults["prune-backups"]);
  const prunes = kept !== undefined && !/keep-all=1/.test(kept) && isOn(remove ?? defaults.remove ?? true);
  const target = isOn(defaults.storage) ? ` to ${String(defaults.storage)}` : "";
  const pruning = prunes ? `; older backups beyond ${kept} are removed` : "";
  return `Backs up ${vmidsOf(guests)}${target}${pruning}`;
}
