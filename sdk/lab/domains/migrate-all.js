import { die } from "../errors.js";
import { follow, guestsOf, inParallel, label, messageOf } from "./bulk-parts.js";
import { migrateContainer } from "./lxc-migrate.js";
/** Moves every guest of a node, one child each. */
export async function migrateAll(request, task, target) {
    const list = guestsOf(request, () => true);
    if (list.length === 0) {
        task.log("no virtual guests matched, nothing to do..");
        return;
    }
    let started = 0;
    await inParallel(list, async ({ guest }) => {
        const obstacle = guest.kind === "qemu" ? await obstacleOf(request, guest, target).catch(messageOf) : undefined;
        if (guest.kind === "qemu") {
            task.log(`Check VM ${guest.vmid}: ${obstacle === undefined ? "precondition check passed" : "precondition check failed:"}`);
        }
        if (obstacle !== undefined) {
            task.log(obstacle);
            return;
        }
        task.log(`Migrating ${label(guest)}`);
        started += 1;
        await follow(task, "Migrating", guest, migration(request, task, guest, target));
    });
    if (started === 0)
        throw die("no migrations worker started...");
    task.log(`All jobs finished, used ${started} workers in total.`);
}
/** What keeps a VM here, as the log says it. */
async function obstacleOf(request, guest, target) {
    const given = { node: request.node.name, vmid: guest.vmid, target };
    const found = await request.lab.invoke("GET /nodes/{node}/qemu/{vmid}/migrate", given, request.caller);
    // The handler's own answer.
    const { local_disks: disks, local_resources: resources } = found;
    const isHeld = guest.runtime !== undefined && !request.params.flag("with-local-disks");
    if (isHeld && disks.length > 0)
        return `  Has local disks: ${disks.map(({ volid }) => volid).join(", ")}`;
    return resources.length > 0 ? `  Has local resources: ${resources.join(", ")}` : undefined;
}
async function migration(request, task, guest, target) {
    if (guest.kind === "lxc") {
        return task.child("vzmigrate", guest.vmid, (each) => migrateContainer(request.lab, each, guest, target));
    }
    const online = guest.runtime === undefined ? {} : { online: "1" };
    const disks = request.params.flag("with-local-disks") ? { "with-local-disks": "1" } : {};
    const given = { node: request.node.name, vmid: String(guest.vmid), target, ...online, ...disks };
    return String(await request.lab.invoke("POST /nodes/{node}/qemu/{vmid}/migrate", given, request.caller));
}
