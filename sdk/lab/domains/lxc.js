import { die } from "../errors.js";
import { configDigest } from "../guest-config.js";
import { limitsOf, nameOf, usageOf } from "./guest-stats.js";
/** Containers: what inventories read. Changes are in `lxc-power.ts`. */
export function registerLxc(lab) {
    lab.route("GET /nodes/{node}/lxc", ({ node, may }) => [...lab.state.guests.values()]
        .filter((guest) => guest.kind === "lxc" && guest.node === node.name && may(`/vms/${guest.vmid}`, ["VM.Audit"]))
        .sort((a, b) => a.vmid - b.vmid)
        .map((guest) => statusOf(lab, guest)));
    lab.route("GET /nodes/{node}/lxc/{vmid}/status/current", (request) => {
        const guest = loadContainer(request);
        const managed = guest.ha === undefined ? { managed: 0 } : { managed: 1, state: guest.ha.state };
        return { ...statusOf(lab, guest), ha: managed };
    });
    lab.route("GET /nodes/{node}/lxc/{vmid}/config", (request) => {
        const guest = loadContainer(request);
        const snapname = request.params.text("snapshot");
        const section = snapname === undefined ? guest.config : guest.snapshots.get(snapname)?.config;
        if (section === undefined)
            throw die(`snapshot '${snapname}' does not exist`);
        return { ...answered(section), digest: configDigest(guest) };
    });
    lab.route("GET /nodes/{node}/lxc/{vmid}/pending", (request) => {
        const guest = loadContainer(request);
        const entries = Object.entries(answered(guest.config)).map(([key, value]) => ({ key, value }));
        return [...entries, { key: "digest", value: configDigest(guest) }];
    });
    lab.route("GET /nodes/{node}/lxc/{vmid}/snapshot", (request) => snapshots(loadContainer(request)));
    lab.route("GET /nodes/{node}/lxc/{vmid}/interfaces", (request) => {
        const guest = lab.state.guests.get(request.params.integer("vmid") ?? 0);
        return guest?.runtime === undefined ? null : interfaces(guest);
    });
}
/** The container of a request; fails as reading its missing configuration file does. */
export function loadContainer({ lab, params, node }) {
    const vmid = params.integer("vmid") ?? 0;
    const guest = lab.state.guests.get(vmid);
    if (guest?.kind === "lxc" && guest.node === node.name)
        return guest;
    throw die(`Configuration file 'nodes/${node.name}/lxc/${vmid}.conf' does not exist`);
}
const NUMBERS = new Set([
    ...["cores", "cpuunits", "memory", "swap", "unprivileged", "onboot"],
    ...["protection", "template", "console", "tty", "debug"],
]);
function answered(section) {
    const found = {};
    for (const [key, value] of section)
        found[key] = NUMBERS.has(key) ? Number(value) : value;
    return found;
}
function statusOf(lab, guest) {
    const { config, runtime, vmid } = guest;
    const limits = limitsOf(guest, lab.state.nodes.get(guest.node));
    const entry = {
        vmid,
        type: "lxc",
        name: nameOf(guest),
        status: runtime === undefined ? "stopped" : "running",
        ...usageOf(lab, guest, limits),
        ...limits,
        maxswap: Number(config.get("swap") ?? 512) * 2 ** 20,
        swap: 0,
    };
    for (const key of ["lock", "tags"]) {
        const value = config.get(key);
        if (value !== undefined)
            entry[key] = value;
    }
    if (config.get("template") === "1")
        entry.template = 1;
    if (runtime === undefined)
        return entry;
    for (const what of ["cpu", "io", "memory"]) {
        for (const kind of ["full", "some"])
            entry[`pressure${what}${kind}`] = null;
    }
    return { ...entry, pid: runtime.pid };
}
function snapshots(guest) {
    const saved = [...guest.snapshots.values()].map(({ name, config }) => ({
        name,
        description: config.get("description") ?? "",
        ...(config.has("snaptime") ? { snaptime: Number(config.get("snaptime")) } : {}),
        ...(config.has("parent") ? { parent: config.get("parent") } : {}),
    }));
    const parent = guest.config.get("parent");
    const current = {
        name: "current",
        description: "You are here!",
        digest: configDigest(guest),
        running: guest.runtime === undefined ? 0 : 1,
        ...(parent === undefined ? {} : { parent }),
    };
    return [...saved, current];
}
function interfaces(guest) {
    const loopback = { name: "lo", hwaddr: "00:00:00:00:00:00", "hardware-address": "00:00:00:00:00:00" };
    const cards = [...guest.config].flatMap(([key, value]) => {
        if (!/^net\d+$/.test(key))
            return [];
        const name = /(?:^|,)name=([^,]+)/.exec(value)?.[1] ?? key;
        const mac = (/hwaddr=([^,]+)/.exec(value)?.[1] ?? "").toLowerCase();
        return [{ name, hwaddr: mac, "hardware-address": mac }];
    });
    return [loopback, ...cards].map((card) => ({ ...card, "ip-addresses": [] }));
}
