import type { StorageSummary } from "../../sdk/index.ts";
import { gib, ratio } from "./measures.ts";

type Line = Readonly<Record<string, unknown>>;

/**
 * A line a storage. A shared one shows once a node in the inventory, with the same figures each time; one that
 * every node has for itself is summed up, with the fullest node's use.
 */
export function storageLines(storages: readonly StorageSummary[]): readonly Line[] {
  const byName = new Map<string, StorageSummary[]>();
  for (const storage of storages) {
    const same = byName.get(storage.storage);
    if (same === undefined) byName.set(storage.storage, [storage]);
    else same.push(storage);
  }
  return [...byName.values()].map(storageLine);
}

function storageLine(same: readonly StorageSummary[]): Line {
  const usable = same.filter(({ status }) => status === "available");
  const [first] = usable.length > 0 ? usable : same;
  if (first === undefined) return {};
  const counted = first.shared ? [first] : usable;
  const used = counted.map(({ disk, maxdisk }) => ratio(disk, maxdisk)).filter((one) => one !== undefined);
  const size = counted.reduce((sum, { maxdisk = 0 }) => sum + maxdisk, 0);
  return {
    storage: first.storage,
    type: first.type,
    on: first.shared ? "(shared)" : same.length === 1 ? first.node : `${same.length} nodes`,
    available: usable.length === same.length ? "yes" : `on ${usable.length} of ${same.length}`,
    usedPercentMost: used.length > 0 ? Math.max(...used) : undefined,
    sizeGiB: size > 0 ? gib(size) : undefined,
  };
}
