import { die, LabError, paramError } from "../errors.js";
import { taskEntry } from "./task-list.js";
/** `/cluster` without resources: status, free VMIDs, options, tasks, log, HA. */
export function registerCluster(lab) {
    lab.route("GET /cluster/status", status);
    lab.route("GET /cluster/nextid", nextId);
    lab.route("GET /cluster/options", readOptions);
    lab.route("PUT /cluster/options", writeOptions);
    lab.route("GET /cluster/tasks", recentTasks);
    lab.route("GET /cluster/log", log);
    lab.route("GET /cluster/ha/resources", () => [...lab.state.guests.values()]
        .filter((guest) => guest.ha !== undefined)
        .map((guest) => ({
        sid: haId(guest.kind, guest.vmid),
        type: haType(guest.kind),
        state: guest.ha?.state,
    })));
    lab.route("GET /cluster/ha/status/current", haStatus);
    lab.route("GET /cluster/config/join", () => {
        throw new LabError(424, "node is not in a cluster, no join info available!", undefined, false);
    });
    lab.route("GET /cluster/config/nodes", () => lab.state.clusterName === undefined
        ? []
        : [...lab.state.nodes.values()].map(({ name, nodeid, ip }) => ({
            name,
            node: name,
            nodeid: String(nodeid),
            quorum_votes: "1",
            ring0_addr: ip,
        })));
    lab.route("GET /cluster/config/totem", () => lab.state.clusterName === undefined
        ? null
        : { cluster_name: lab.state.clusterName, config_version: "3", ip_version: "ipv4-6", version: "2" });
    lab.route("GET /cluster/replication", () => []);
    lab.route("POST /cluster/replication", ({ params }) => {
        const target = params.need("target");
        if (!lab.state.nodes.has(target))
            throw die(`Target '${target}' does not exist.`);
        throw new LabError(501, "the lab does not simulate POST /cluster/replication");
    });
    lab.route("GET /cluster/backup", () => []);
    lab.route("GET /cluster/firewall/rules", () => []);
}
function haType(kind) {
    return kind === "qemu" ? "vm" : "ct";
}
function haId(kind, vmid) {
    return `${haType(kind)}:${vmid}`;
}
function status({ lab: { state } }) {
    const nodes = [...state.nodes.values()];
    const online = nodes.filter(({ power }) => power === "online").length;
    const entries = nodes.map(({ name, nodeid, ip, power }) => ({
        id: `node/${name}`,
        type: "node",
        name,
        nodeid,
        ip,
        local: name === state.localNode ? 1 : 0,
        online: power === "online" ? 1 : 0,
        level: "",
    }));
    if (state.clusterName === undefined)
        return entries;
    const cluster = {
        id: "cluster",
        type: "cluster",
        name: state.clusterName,
        version: nodes.length,
        nodes: nodes.length,
        quorate: online * 2 > nodes.length ? 1 : 0,
    };
    return [cluster, ...entries];
}
function nextId({ params, lab: { state } }) {
    const asked = params.integer("vmid");
    if (asked !== undefined) {
        if (state.guests.has(asked))
            throw paramError({ vmid: `VM ${asked} already exists` });
        return String(asked);
    }
    const range = fields(state.datacenter.get("next-id") ?? "");
    const lower = Number(range.lower ?? 100);
    const upper = Number(range.upper ?? 1_000_000);
    for (let vmid = lower; vmid < upper; vmid++)
        if (!state.guests.has(vmid))
            return String(vmid);
    throw die(`unable to get any free VMID in range [${lower}, ${upper}]`);
}
/** Options that the API answers taken apart. */
const TAKEN_APART = new Set([
    "next-id",
    "migration",
    "ha",
    "tag-style",
    "user-tag-access",
    "webauthn",
    "u2f",
    "crs",
]);
function readOptions({ lab: { state }, may }) {
    const mayAudit = may("/", ["Sys.Audit"]);
    const tags = new Set();
    for (const guest of state.guests.values()) {
        if (!may(`/vms/${guest.vmid}`, ["VM.Audit"]))
            continue;
        for (const tag of (guest.config.get("tags") ?? "").split(/[;,\s]+/))
            if (tag !== "")
                tags.add(tag);
    }
    const allowed = { "allowed-tags": [...tags].sort() };
    if (!mayAudit)
        return allowed;
    const options = { description: "", mac_prefix: "BC:24:11" };
    for (const [key, value] of state.datacenter)
        options[key] = TAKEN_APART.has(key) ? fields(value) : value;
    return { ...options, ...allowed };
}
function writeOptions({ params, lab: { state } }) {
    const range = fields(params.text("next-id") ?? "");
    const { lower, upper } = range;
    if (lower !== undefined && upper !== undefined && Number(lower) > Number(upper)) {
        throw die(`lower (${lower}) <= upper (${upper}) boundary rule broken`);
    }
    for (const key of params.list("delete"))
        state.datacenter.delete(key);
    for (const key of params.names())
        if (key !== "delete")
            state.datacenter.set(key, params.need(key));
    return null;
}
function fields(text) {
    const found = {};
    for (const part of text.split(",")) {
        const [key, value] = part.split("=");
        if (key !== undefined && value !== undefined)
            found[key] = value;
    }
    return found;
}
/** How many ended tasks each node makes known. */
const RECENT = 25;
function recentTasks({ lab, caller, may }) {
    const counts = new Map();
    return lab.tasks
        .all()
        .filter((task) => {
        const count = (counts.get(task.node) ?? 0) + (task.exitstatus === undefined ? 0 : 1);
        counts.set(task.node, count);
        return task.exitstatus === undefined || count <= RECENT;
    })
        .filter((task) => task.user === caller.id || may(`/nodes/${task.node}`, ["Sys.Audit"]))
        .map((task) => {
        const { pid: _pid, pstart: _pstart, ...entry } = taskEntry(task);
        return { ...entry, ...(task.exitstatus === undefined ? {} : { saved: "1" }) };
    });
}
function log({ params, lab, caller, may }) {
    const entries = lab.tasks
        .all()
        .filter((task) => task.user === caller.id || may("/", ["Sys.Syslog"]))
        .flatMap((task) => {
        const common = { node: task.node, pid: task.pid, user: task.user, tag: "pvedaemon" };
        const begin = { ...common, time: task.starttime, pri: 6, msg: `starting task ${task.upid}` };
        if (task.exitstatus === undefined)
            return [begin];
        const isGood = task.exitstatus === "OK";
        const msg = `end task ${task.upid} ${task.exitstatus}`;
        return [{ ...common, time: task.endtime, pri: isGood ? 6 : 3, msg }, begin];
    });
    return entries.slice(0, params.integer("max") ?? 50).map((entry, index) => ({
        ...entry,
        uid: entries.length - index,
        id: `${entries.length - index}:${entry.node}`,
    }));
}
function haStatus({ lab: { state } }) {
    const isQuorate = [...state.nodes.values()].filter(({ power }) => power === "online").length * 2 > state.nodes.size;
    const quorum = {
        id: "quorum",
        type: "quorum",
        node: state.localNode,
        status: isQuorate ? "OK" : "No quorum",
        quorate: isQuorate ? 1 : 0,
    };
    const services = [...state.guests.values()].flatMap((guest) => {
        if (guest.ha === undefined)
            return [];
        const sid = haId(guest.kind, guest.vmid);
        const now = guest.runtime === undefined ? "stopped" : "started";
        return [
            {
                id: `service:${sid}`,
                type: "service",
                sid,
                node: guest.node,
                state: now,
                request_state: guest.ha.state,
                status: `${sid} (${guest.node}, ${now})`,
            },
        ];
    });
    return [quorum, ...services];
}
