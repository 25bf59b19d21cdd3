import {
  becomes,
  defineScenarios,
  differing,
  fieldsOf,
  onAnyCluster,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  type Shown,
  scenario,
  stepsOf,
} from "../../sdk/testing/index.ts";
import { consoleScenarios } from "./scenarios/console.ts";
import { terminalScenarios } from "./scenarios/terminal.ts";

interface Resource {
  readonly type: string;
  readonly node: string;
  readonly vmid?: number;
  readonly status: string;
  readonly template?: number;
  readonly storage?: string;
}

/** What a node says of itself, as far as it is compared. */
interface NodeStatus {
  readonly pveversion: string;
  readonly kversion: string;
  readonly "boot-info": unknown;
  readonly cpuinfo: Shown;
  readonly memory: Shown;
  readonly swap: Shown;
  readonly rootfs: Shown;
}

interface Member {
  readonly type: string;
  readonly name: string;
  readonly local?: number;
  readonly online?: number;
}

async function resources(t: ScenarioRun): Promise<readonly Resource[]> {
  return t.cluster.get<readonly Resource[]>("/cluster/resources");
}

/** A node that is not the one answering the API, where the cluster has another. */
async function otherNode(t: ScenarioRun, not: readonly string[] = []): Promise<string> {
  const members = await t.cluster.get<readonly Member[]>("/cluster/status");
  const nodes = members.filter(({ type, name }) => type === "node" && !not.includes(name));
  const found = nodes.find(({ local, online }) => local !== 1 && online === 1) ?? nodes[0];
  if (found === undefined) throw new Error("the cluster has no other node");
  return found.name;
}

/** VMIDs of what runs. */
async function running(t: ScenarioRun): Promise<readonly number[]> {
  const lines = (await resources(t)).filter(({ status }) => status === "running");
  return lines.flatMap(({ vmid }) => vmid ?? []).sort((a, b) => a - b);
}

const POWER = "nodes of a real cluster are not rebooted or shut down";
const ALL = "not all guests of a real node are acted on, which a mistake here would do";

async function isOnline(t: ScenarioRun, node: string): Promise<boolean> {
  const members = await t.cluster.get<readonly Member[]>("/cluster/status");
  return members.some(({ type, name, online }) => type === "node" && name === node && online === 1);
}

const scenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_node_list",
    title: "lists every node",
    async run(t) {
      const rows = rowsOf(await t.ok("proxmox_node_list"));
      const all = await t.cluster.get<readonly (Resource & Shown)[]>("/cluster/resources");
      for (const line of all.filter(({ type }) => type === "node")) {
        const row = rows.find(({ node }) => node === line.node);
        t.expect.equal(differing(row, line, ["node", "status", "maxcpu", "maxmem"]), [], line.node);
        for (const key of ["cpu", "mem", "uptime"])
          t.expect.equal(Number(row?.[key]) > 0, Number(line[key]) > 0, `the ${key} of ${line.node}`);
        const guests = all.filter(({ vmid, node }) => vmid !== undefined && node === line.node);
        t.expect.equal(row?.guests, guests.length, `the guests of ${line.node}`);
      }
      await t.refused("proxmox_node_list", { status: "broken" }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_node_get",
    title: "shows a node as it describes itself",
    async run(t) {
      const node = await otherNode(t);
      const status = await t.cluster.get<NodeStatus>(`/nodes/${node}/status`);
      const shown = fieldsOf(await t.ok("proxmox_node_get", { node }));
      const { cpuinfo, memory, swap, rootfs } = status;
      const expected = {
        node,
        status: "online",
        pveversion: status.pveversion,
        kernel: status.kversion,
        boot: status["boot-info"],
        processor: cpuinfo.model,
        sockets: cpuinfo.sockets,
        threads: cpuinfo.cpus,
        memoryTotal: memory.total,
        swapTotal: swap.total,
        rootfsTotal: rootfs.total,
      };
      t.expect.equal(differing(shown, expected, Object.keys(expected)), [], "the node");
      for (const key of ["uptime", "cpu", "memoryUsed", "rootfsUsed"])
        t.expect.that(Number(shown[key]) > 0, `its ${key}`);
      t.expect.equal(Array.isArray(shown.loadavg) && shown.loadavg.length, 3, "its load averages");
      const own = (await resources(t)).filter((one) => one.node === node);
      const guests = own.filter(({ vmid }) => vmid !== undefined);
      t.expect.match(JSON.stringify(shown.guests), `"total":${guests.length}`, "the number of guests");
      for (const { type, storage = "" } of own)
        if (type === "storage") t.expect.match(JSON.stringify(shown.storages), `"${storage}"`, "a storage");
      await t.refused("proxmox_node_get", { node: "nosuchnode" }, "not_found");
      await t.refused("proxmox_node_get", { node: "../nosuchnode" }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_node_action",
    title: "stops and starts chosen guests of a node",
    live: ALL,
    async run(t) {
      const vm = await t.make.vm("running");
      const { vmid, node } = vm;
      const before = await running(t);
      const stop = { node, action: "stopall", vms: [vmid], timeout: 5, "force-stop": false };
      const [planned] = stepsOf(await t.ok("proxmox_node_action", { ...stop, dryRun: true }));
      const { node: _node, action: _action, ...options } = stop;
      t.expect.equal(planned?.params, options, "what the plan asks for");
      t.expect.equal(await running(t), before, "what runs after a dry run");
      await t.ok("proxmox_node_action", { ...stop, "force-stop": true });
      await becomes(t, vm, "stopped");
      const others = before.filter((one) => one !== vmid);
      t.expect.equal(await running(t), others, "the other guests");
      const stopped = await t.make.vm("stopped");
      const start = { node, action: "startall", vms: [vmid], force: true };
      const [starting] = stepsOf(await t.ok("proxmox_node_action", { ...start, dryRun: true }));
      t.expect.equal(starting?.params, { vms: [vmid], force: true }, "what the other plan asks for");
      await t.ok("proxmox_node_action", start);
      await becomes(t, vm, "running");
      t.expect.that(!(await running(t)).includes(stopped.vmid), "the VM that was not chosen");
      await t.refused("proxmox_node_action", { node, action: "stopall", target: node }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_node_action",
    title: "migrates chosen guests to another node",
    live: ALL,
    async run(t) {
      const { vmid, node } = await t.make.vm("running");
      const onNode = async () =>
        (await resources(t)).filter((one) => one.node === node).flatMap((one) => one.vmid ?? []);
      const before = await onNode();
      const target = await otherNode(t, [node]);
      await t.refused("proxmox_node_action", { node, action: "migrateall" }, "invalid_input");
      const vms = [vmid];
      await t.ok("proxmox_node_action", {
        ...{ node, action: "migrateall", target, vms },
        "with-local-disks": true,
      });
      await t.cluster.until<readonly Resource[]>(
        "/cluster/resources",
        (all) => all.some((one) => one.vmid === vmid && one.node === target),
        `VM ${vmid} is on ${target}`,
      );
      t.expect.equal(
        await onNode(),
        before.filter((one) => one !== vmid),
        "the guests that stay",
      );
    },
  }),
  scenario({
    tool: "proxmox_node_action",
    title: "reboots a node, and is done when it is back",
    live: POWER,
    async run(t) {
      const node = await otherNode(t);
      const { uptime: before } = await t.cluster.get<{ uptime: number }>(`/nodes/${node}/status`);
      await t.ok("proxmox_node_action", { node, action: "reboot", waitMode: "wait", timeoutMs: 60_000 });
      const { uptime: after } = await t.cluster.get<{ uptime: number }>(`/nodes/${node}/status`);
      t.expect.that(after < before, "the node has booted since");
      await t.refused("proxmox_node_action", { node: "nosuchnode", action: "reboot" }, "not_found");
      await t.refused("proxmox_node_action", { node, action: "wakeonlan" }, "conflict");
    },
  }),
  scenario({
    tool: "proxmox_node_action",
    title: "shuts a node down, and is done when it has gone; then wakes it",
    live: POWER,
    async run(t) {
      const node = await otherNode(t);
      await t.ok("proxmox_node_action", { node, action: "shutdown", waitMode: "wait", timeoutMs: 60_000 });
      t.expect.equal(await isOnline(t, node), false, "the node is online");
      await t.refused("proxmox_node_action", { node, action: "reboot" }, "conflict");
      await t.ok("proxmox_node_action", { node, action: "wakeonlan" });
      await t.cluster.until<readonly Member[]>(
        "/cluster/status",
        (all) => all.some(({ type, name, online }) => type === "node" && name === node && online === 1),
        `node ${node} is back`,
      );
      await t.restart({ access: "write" });
      await t.refused(
        "proxmox_node_action",
        { node: await otherNode(t, [node]), action: "shutdown" },
        "denied",
      );
    },
  }),
  ...consoleScenarios,
];

export default defineScenarios([...onAnyCluster([], scenarios), ...terminalScenarios]);
