import { die } from "../errors.js";
/** Milliseconds that a node takes, on a machine of our time. */
const SHUTDOWN = 8000;
const BOOT = 40_000;
/** Reboot, shutdown and waking of nodes. */
export function registerNodePower(lab) {
    lab.route("POST /nodes/{node}/status", ({ params, node }) => {
        const command = params.need("command");
        powerOff(lab, node)
            .then(() => (command === "reboot" ? powerOn(lab, node) : undefined))
            .catch(() => undefined);
        return null;
    });
    lab.route("POST /nodes/{node}/wakeonlan", wake);
}
/** Takes a node off the net at once, with what runs on it. */
export function cut(lab, node) {
    node.power = "down";
    for (const guest of lab.state.guests.values())
        if (guest.node === node.name)
            guest.runtime = undefined;
    for (const task of lab.tasks.all()) {
        if (task.node === node.name && task.exitstatus === undefined)
            lab.tasks.stop(task.upid);
    }
}
/** Brings a node back at once; what is to start with it starts. */
export function restore(lab, node) {
    node.power = "online";
    node.bootedAt = lab.clock.now();
    const caller = { id: "root@pam", user: "root@pam", token: undefined };
    lab.invoke("POST /nodes/{node}/startall", { node: node.name }, caller).catch(() => undefined);
}
async function powerOff(lab, node) {
    await lab.clock.sleep(SHUTDOWN);
    cut(lab, node);
}
async function powerOn(lab, node) {
    node.power = "starting";
    await lab.clock.sleep(BOOT);
    restore(lab, node);
}
function wake({ params, lab }) {
    const name = params.need("node");
    if (name === "localhost" || name === lab.state.localNode) {
        throw die(`'${name}' is local node, cannot wake my self!`);
    }
    const node = lab.state.nodes.get(name);
    if (node === undefined)
        throw die(`no such cluster node '${name}'`);
    const mac = /(?:^|mac=)([0-9A-Fa-f:]{17})/.exec(node.config.get("wakeonlan") ?? "")?.[1];
    if (mac === undefined)
        throw die(`No wake on LAN MAC address defined for '${name}'!`);
    if (node.power === "down")
        powerOn(lab, node).catch(() => undefined);
    return mac;
}
