import { die } from "../errors.js";
import { isShared } from "../volumes.js";
/** Moves a container to another node, with its volumes where these are local. A task's worker. */
export async function migrateContainer(lab, task, guest, target) {
    const node = lab.state.nodes.get(target);
    task.log(`starting migration of CT ${guest.vmid} to node '${target}' (${node?.ip ?? "unknown"})`);
    if (node?.power !== "online")
        throw die(`migration aborted: ssh: connect to host ${target} port 22: No route to host`);
    await task.takes(4000);
    const from = guest.node;
    for (const storage of lab.state.storages.values()) {
        if (isShared(storage))
            continue;
        for (const volume of lab.state.volumes.list(storage, from)) {
            if (volume.vmid !== guest.vmid || volume.content !== "rootdir")
                continue;
            task.log(`copying local disk '${volume.volid}' to node '${target}'`);
            lab.state.volumes.put(storage, target, volume);
            lab.state.volumes.delete(storage, from, volume.volid);
            await task.takes(2000);
        }
    }
    guest.node = target;
    task.log("migration finished successfully (duration 00:00:06)");
}
