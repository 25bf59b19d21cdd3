import { splitList } from "../frame/params.js";
import { isShared } from "../volumes.js";
/** Nodes that a storage is meant for. */
export function visibleNodes(state, storage) {
    if (storage.config.get("disable") === "1")
        return [];
    const only = splitList(storage.config.get("nodes") ?? "");
    return [...state.nodes.keys()].filter((node) => only.length === 0 || only.includes(node));
}
/** Content types in the order that answers have them. */
export function contentOf(storage) {
    const listed = splitList(storage.config.get("content") ?? "images,rootdir");
    return [...listed].sort().join(",");
}
/** Size and use in bytes; a directory also holds what is not a volume. */
export function spaceOf(lab, storage, node) {
    const base = storage.type === "dir" ? 4 * 2 ** 30 : 0;
    const used = Math.min(storage.size, base + lab.state.volumes.used(storage, node));
    return { total: storage.size, used, avail: storage.size - used };
}
/** A storage on one node as `/cluster/resources` and pools show it. */
export function storageResource(lab, storage, node) {
    const isUp = lab.state.nodes.get(node)?.power === "online";
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
