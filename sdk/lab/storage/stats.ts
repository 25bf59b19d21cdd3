import { splitList } from "../frame/params.ts";
import type { LabCore, LabState, LabStorage } from "../types.ts";
import { isShared } from "../volumes.ts";
import { activationFault, tellsSize } from "./activation.ts";
import { contentOf } from "./content-types.ts";

/** Nodes that a storage is meant for. */
export function visibleNodes(state: LabState, storage: LabStorage): readonly string[] {
  if (storage.config.get("disable") === "1") return [];
  const only = splitList(storage.config.get("nodes") ?? "");
  return [...state.nodes.keys()].filter((node) => only.length === 0 || only.includes(node));
}

/** True where a storage keeps its content as files below a path. */
export function hasFiles({ type, config }: LabStorage): boolean {
  return type === "nfs" || type === "cifs" || config.has("path");
}

/** Whether a storage can be used and tells its size. */
export function isActive(state: LabState, storage: LabStorage): boolean {
  return activationFault(state, storage) === undefined && tellsSize(state, storage);
}

/** Size and use in bytes; a directory also holds what is not a volume. */
export function spaceOf(
  lab: LabCore,
  storage: LabStorage,
  node: string,
): { readonly total: number; readonly used: number; readonly avail: number } {
  const base = storage.type === "dir" ? 4 * 2 ** 30 : 0;
  const used = Math.min(storage.size, base + lab.state.volumes.used(storage, node));
  return { total: storage.size, used, avail: storage.size - used };
}

/** A storage on one node as `/cluster/resources` and pools show it. */
export function storageResource(lab: LabCore, storage: LabStorage, node: string): Record<string, unknown> {
  const isUp = lab.state.nodes.get(node)?.power === "online" && isActive(lab.state, storage);
  const { total, used } = spaceOf(lab, storage, node);
  return {
    id: `storage/${node}/${storage.id}`,
    type: "storage",
    storage: storage.id,
    node,
    status: isUp ? "available" : "unknown",
    plugintype: storage.type,
    content: contentOf(storage),
    shared: isShared(storage) ? 1 : 0,
    ...(isUp ? { disk: used, maxdisk: total } : {}),
  };
}
