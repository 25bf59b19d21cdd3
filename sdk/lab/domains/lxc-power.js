import { die, LabError } from "../errors.js";
import { loadContainer } from "./lxc.js";
/** Starting and stopping of containers. */
export function registerLxcPower(lab) {
    lab.route("POST /nodes/{node}/lxc/{vmid}/status/start", start);
    lab.route("POST /nodes/{node}/lxc/{vmid}/status/stop", (request) => whileRunning(request, "CT", "vzstop", 1000, (guest) => {
        guest.runtime = undefined;
    }));
    lab.route("POST /nodes/{node}/lxc/{vmid}/status/shutdown", (request) => whileRunning(request, "CT", "vzshutdown", 3000, (guest) => {
        if (guest.runtime?.ignoresShutdown === true && !request.params.flag("forceStop")) {
            throw die(`command 'lxc-stop -n ${guest.vmid} --nokill --timeout ${request.params.integer("timeout") ?? 60}' failed: exit code 1`);
        }
        guest.runtime = undefined;
    }));
    lab.route("POST /nodes/{node}/lxc/{vmid}/status/reboot", (request) => whileRunning(request, "VM", "vzreboot", 5000, (guest) => {
        run(request.lab, guest);
    }));
    lab.route("POST /nodes/{node}/lxc/{vmid}/status/suspend", (request) => {
        requireRunning(request, "CT");
        throw new LabError(501, "the lab does not simulate the suspension of containers");
    });
}
/** Begins the life of a container. */
export function run(lab, guest) {
    guest.runtime = {
        pid: lab.random.int(2000, 400_000),
        startedAt: lab.clock.now(),
        qmpstatus: "running",
        config: new Map(guest.config),
    };
}
function lockFile(vmid) {
    return `/run/lock/lxc/pve-config-${vmid}.lock`;
}
function find({ lab, params, node }) {
    const guest = lab.state.guests.get(params.integer("vmid") ?? 0);
    return guest?.kind === "lxc" && guest.node === node.name ? guest : undefined;
}
function start(request) {
    const { lab, params } = request;
    const vmid = params.integer("vmid") ?? 0;
    if (find(request)?.runtime !== undefined)
        throw die(`CT ${vmid} already running`);
    return request.task("vzstart", vmid, async (task) => {
        const guest = loadContainer(request);
        await lab.locks.with(lockFile(vmid), async () => {
            requireUnlocked(guest);
            if (guest.config.get("template") === "1")
                throw die("you can't start a CT if it's a template");
            await task.takes(2000);
            run(lab, guest);
        });
    });
}
function requireRunning(request, label) {
    const guest = find(request);
    if (guest?.runtime === undefined)
        throw die(`${label} ${request.params.need("vmid")} not running`);
    return guest;
}
function requireUnlocked(guest) {
    const lock = guest.config.get("lock");
    if (lock !== undefined)
        throw die(`CT is locked (${lock})`);
}
function whileRunning(request, label, type, ms, change) {
    const guest = requireRunning(request, label);
    return request.task(type, guest.vmid, (task) => request.lab.locks.with(lockFile(guest.vmid), async () => {
        requireUnlocked(guest);
        await task.takes(ms);
        change(guest);
    }));
}
