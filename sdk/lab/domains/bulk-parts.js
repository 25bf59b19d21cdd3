import { permError } from "../errors.js";
/** On everything, or on each guest that is named. */
export function requirePrivilege({ params, check, may }, privilege) {
    if (may("/", [privilege]))
        return;
    const named = params.list("vms");
    if (named.length === 0)
        throw permError(`/, ${privilege}`);
    for (const vmid of named)
        check(`/vms/${vmid}`, [privilege]);
}
/** Guests of the node in starting order: those that are named, or all. */
export function guestsOf({ lab, node, params }, keeps) {
    const only = new Set(params.list("vms").map(Number));
    return [...lab.state.guests.values()]
        .filter((guest) => guest.node === node.name && (only.size === 0 || only.has(guest.vmid)) && keeps(guest))
        .map((guest) => ({ guest, ...startupOf(guest) }))
        .sort((a, b) => a.order - b.order || a.guest.vmid - b.guest.vmid);
}
function startupOf(guest) {
    const text = guest.config.get("startup") ?? "";
    const field = (name) => {
        const found = new RegExp(`(?:^|,)${name}=(\\d+)`).exec(text)?.[1];
        return found === undefined ? undefined : Number(found);
    };
    const bare = /^\d+$/.exec(text)?.[0];
    return { order: field("order") ?? Number(bare ?? 99_999), up: field("up"), down: field("down") };
}
/** A guest as logs call it. */
export function label(guest) {
    return `${guest.kind === "lxc" ? "CT" : "VM"} ${guest.vmid}`;
}
/** Waits for a child; what goes wrong with it is told in the parent's log. */
export async function follow(task, doing, guest, upid) {
    try {
        const status = await task.ended(await upid);
        if (isError(status))
            task.log(`${doing} ${label(guest)} failed: ${status}`);
    }
    catch (error) {
        task.log(messageOf(error));
    }
}
/** As many at once as the default of a small node. */
export async function inParallel(items, work) {
    const left = [...items];
    const lane = async () => {
        for (let item = left.shift(); item !== undefined; item = left.shift())
            await work(item);
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
}
/** Whether an exit status means failure; warnings do not. */
export function isError(status) {
    return status !== "OK" && !status.startsWith("WARNINGS:");
}
/** The text of something thrown. */
export function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
