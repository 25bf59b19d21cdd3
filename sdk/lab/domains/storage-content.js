import { die } from "../errors.js";
import { storageOf } from "./storage.js";
/** Volumes of a storage: list, look at, delete. */
export function registerStorageContent(lab) {
    lab.route("GET /nodes/{node}/storage/{storage}/content", listContent);
    lab.route("GET /nodes/{node}/storage/{storage}/content/{volume}", readVolume);
    lab.route("DELETE /nodes/{node}/storage/{storage}/content/{volume}", deleteVolume);
}
const ORDER = ["images", "rootdir", "iso", "vztmpl", "backup", "snippets", "import"];
function listContent({ params, lab, node, may }) {
    const storage = storageOf(lab.state, params.need("storage"));
    const content = params.text("content");
    const vmid = params.integer("vmid");
    const seesAll = may(`/storage/${storage.id}`, ["Datastore.Allocate", "Datastore.AllocateTemplate"], "any");
    return lab.state.volumes
        .list(storage, node.name)
        .filter((volume) => content === undefined || volume.content === content)
        .filter((volume) => vmid === undefined || volume.vmid === vmid)
        .filter((volume) => seesAll || mayRead(volume, may))
        .toSorted((a, b) => ORDER.indexOf(a.content) - ORDER.indexOf(b.content) || (a.volid < b.volid ? -1 : 1))
        .map(entryOf);
}
/** Guests' volumes are for those who may configure or back up the guest. */
function mayRead(volume, may) {
    if (volume.vmid === undefined)
        return true;
    const privilege = volume.content === "backup" ? "VM.Backup" : "VM.Config.Disk";
    return may(`/vms/${volume.vmid}`, [privilege]);
}
function entryOf({ volid, content, format, size, used, ctime, vmid, parent, notes, protected: kept, }) {
    const isDisk = content === "images" || content === "rootdir";
    return {
        volid,
        content,
        format,
        size,
        ctime,
        ...(vmid === undefined ? {} : { vmid }),
        ...(isDisk ? { used, parent: parent?.split(":")[1] ?? null } : {}),
        ...(notes === undefined ? {} : { notes }),
        ...(kept === true ? { protected: 1 } : {}),
    };
}
/** A volume may be named with or without its storage. */
function volumeOf({ params, lab, node }) {
    const named = params.need("volume");
    const id = params.need("storage");
    const volid = named.includes(":") ? named : `${id}:${named}`;
    const storage = storageOf(lab.state, volid.split(":")[0] ?? id);
    return { volid, volume: lab.state.volumes.get(storage, node.name, volid) };
}
function readVolume(request) {
    const { volid, volume } = volumeOf(request);
    if (volume === undefined)
        throw die(`volume '${volid}' does not exist`);
    if (!mayRead(volume, request.may))
        request.check(`/vms/${volume.vmid}`, ["VM.Config.Disk"]);
    const { format, size, used, notes } = volume;
    return { path: pathOf(request, volid), format, size, used, ...(notes === undefined ? {} : { notes }) };
}
function pathOf({ lab }, volid) {
    const [id = "", name = ""] = volid.split(":");
    const root = lab.state.storages.get(id)?.config.get("path") ?? `/mnt/pve/${id}`;
    const [first = "", ...rest] = name.split("/");
    const folder = { iso: "template/iso", vztmpl: "template/cache", backup: "dump" }[first] ?? `images/${first}`;
    return [root, folder, ...rest].join("/");
}
/** Deleting what is not there ends well, as in real life. */
function deleteVolume(request) {
    const { lab, node } = request;
    const { volid, volume } = volumeOf(request);
    const storage = storageOf(lab.state, volid.split(":")[0] ?? "");
    const owned = volume?.vmid !== undefined || /\/vm-(\d+)-/.test(volid);
    request.check(`/storage/${storage.id}`, [owned ? "Datastore.AllocateSpace" : "Datastore.AllocateTemplate"]);
    return request.task("imgdel", `${volume?.vmid ?? ""}@${storage.id}`, async (work) => {
        if (volume?.protected === true)
            throw die(`can't remove volume '${volid}' with protection set`);
        await lab.locks.with(`/var/lock/pve-manager/pve-storage-${storage.id}`, async () => {
            await work.takes(500);
            lab.state.volumes.delete(storage, node.name, volid);
        });
        work.log(`Removed volume '${volid}'`);
    });
}
