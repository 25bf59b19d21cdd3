import { createHash } from "node:crypto";
import { die, paramError } from "../errors.js";
import { isShared } from "../volumes.js";
import { contentOf, spaceOf, visibleNodes } from "./storage-stats.js";
/** `/storage` (definitions) and the storages of a node. */
export function registerStorage(lab) {
    const { storages } = lab.state;
    lab.route("GET /storage", ({ params, may }) => {
        const type = params.text("type");
        return [...storages.values()]
            .filter((storage) => type === undefined || storage.type === type)
            .filter(({ id }) => may(`/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], "any"))
            .map((storage) => definition(lab.state, storage));
    });
    lab.route("GET /storage/{storage}", ({ params }) => definition(lab.state, storageOf(lab.state, params.need("storage"))));
    lab.route("GET /nodes/{node}/storage", listStatus);
    lab.route("GET /nodes/{node}/storage/{storage}/status", ({ params, node }) => {
        const storage = storages.get(params.need("storage"));
        if (storage === undefined)
            throw paramError({ storage: "No such storage." });
        return statusOf(lab, storage, node.name);
    });
}
/** A storage by name; fails as Proxmox VE does for one it has not. */
export function storageOf(state, id) {
    const storage = state.storages.get(id);
    if (storage === undefined)
        throw die(`storage '${id}' does not exist`);
    return storage;
}
function definition(state, storage) {
    return {
        storage: storage.id,
        type: storage.type,
        ...Object.fromEntries(storage.config),
        content: contentOf(storage),
        ...(storage.config.has("shared") ? { shared: 1 } : {}),
        digest: definitionsDigest(state),
    };
}
/** One digest for the file that holds all definitions. */
function definitionsDigest(state) {
    const text = [...state.storages.values()].map(({ id, type, config }) => JSON.stringify([id, type, ...config]));
    return createHash("sha1").update(text.join("\n")).digest("hex");
}
function statusOf(lab, storage, node) {
    const { total, used, avail } = spaceOf(lab, storage, node);
    const isHere = visibleNodes(lab.state, storage).includes(node);
    return {
        type: storage.type,
        content: contentOf(storage),
        enabled: isHere ? 1 : 0,
        active: isHere ? 1 : 0,
        shared: isShared(storage) ? 1 : 0,
        ...(isHere ? { total, used, avail } : { total: 0, used: 0, avail: 0 }),
    };
}
function listStatus({ params, lab, node, may }) {
    const { storages } = lab.state;
    const asked = params.text("storage");
    if (asked !== undefined && !storages.has(asked))
        throw paramError({ storage: "No such storage." });
    const content = params.list("content");
    const target = params.text("target");
    return [...storages.values()]
        .filter((storage) => asked === undefined || storage.id === asked)
        .filter((storage) => isUsable(lab.state, storage, node.name, target))
        .filter(({ id }) => may(`/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], "any"))
        .filter((storage) => content.length === 0 || content.some((kind) => contentOf(storage).split(",").includes(kind)))
        .map((storage) => {
        const status = statusOf(lab, storage, node.name);
        const total = Number(status.total);
        return {
            storage: storage.id,
            ...status,
            used_fraction: total === 0 ? 0 : Number(status.used) / total,
            ...(params.flag("format") ? formatsOf(storage) : {}),
        };
    });
}
/** On this node, and where a target is named, on that one as well. */
function isUsable(state, storage, node, target) {
    const nodes = visibleNodes(state, storage);
    if (!nodes.includes(node))
        return false;
    return target === undefined || target === node || (isShared(storage) && nodes.includes(target));
}
function formatsOf(storage) {
    const isFiles = ["dir", "nfs", "cifs", "btrfs", "cephfs"].includes(storage.type);
    const supported = isFiles ? ["qcow2", "raw", "subvol", "vmdk"] : ["raw"];
    return {
        format: [Object.fromEntries(supported.map((name) => [name, 1])), "raw"],
        formats: { default: "raw", supported },
    };
}
