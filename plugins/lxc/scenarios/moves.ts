import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aContainer, becomes, type Container, configOf, resources } from "./cluster.ts";

const MOVE = "proxmox_lxc_volume_move";
const MIGRATE = "proxmox_lxc_migrate";

async function otherStorage(t: ScenarioRun, { node }: Container, volume: unknown): Promise<string> {
  const found = (await resources(t)).find(
    (one) =>
      one.type === "storage" &&
      one.node === node &&
      one.content?.split(",").includes("rootdir") &&
      !String(volume).startsWith(`${one.storage}:`),
  );
  if (found?.storage === undefined) throw new Error(`node ${node} has no other storage for containers`);
  return found.storage;
}

async function otherNode(t: ScenarioRun, not: string): Promise<string> {
  const found = (await resources(t)).find(({ type, node }) => type === "node" && node !== not);
  if (found === undefined) throw new Error("the cluster has one node alone");
  return found.node;
}

async function nodeOf(t: ScenarioRun, vmid: number): Promise<string | undefined> {
  return (await resources(t)).find((one) => one.vmid === vmid)?.node;
}

export const moveScenarios: readonly Scenario[] = [
  scenario({
    tool: MOVE,
    title: "moves a volume of a stopped container and keeps the source, or removes it",
    async run(t) {
      const container = await aContainer(t, "stopped");
      const { vmid } = container;
      const before = String((await configOf(t, container)).rootfs);
      const storage = await otherStorage(t, container, before);
      const home = before.split(":")[0] ?? "";
      await t.ok(MOVE, { vmid, volume: "rootfs", storage, dryRun: true });
      t.expect.equal((await configOf(t, container)).rootfs, before, "the volume after a dry run");
      await t.ok(MOVE, { vmid, volume: "rootfs", storage });
      const moved = await configOf(t, container);
      t.expect.match(String(moved.rootfs), `${storage}:`, "the volume");
      t.expect.match(String(moved.unused0), `${home}:`, "the source");
      await t.refused(MOVE, { vmid, volume: "rootfs", storage }, "conflict");
      await t.refused(MOVE, { vmid, volume: "mp5", storage: home }, "invalid_input");
      await t.refused(MOVE, { vmid, volume: "rootfs" }, "invalid_input");
      await t.refused(MOVE, { vmid, volume: "rootfs", storage: "nosuch" }, "not_found");
      await t.restart({ access: "write" });
      await t.refused(MOVE, { vmid, volume: "rootfs", storage: home, delete: true }, "denied");
      await t.restart({ access: "destructive" });
      await t.ok(MOVE, { vmid, volume: "rootfs", storage: home, delete: true });
      const back = await configOf(t, container);
      t.expect.match(String(back.rootfs), `${home}:`, "the volume");
      t.expect.that(!("unused1" in back), "the second source is removed");
      const running = await aContainer(t, "running");
      const there = await otherStorage(t, running, (await configOf(t, running)).rootfs);
      await t.refused(MOVE, { vmid: running.vmid, volume: "rootfs", storage: there }, "conflict");
    },
  }),
  scenario({
    tool: MIGRATE,
    title: "moves a container, a running one by a restart",
    async run(t) {
      const container = await aContainer(t, "running");
      const { vmid } = container;
      const target = await otherNode(t, container.node);
      const { text } = await t.refused(MIGRATE, { vmid, target }, "conflict");
      t.expect.match(text, /it is running.*restart/s, "why, and what helps");
      await t.refused(MIGRATE, { vmid, target: container.node, restart: true }, "conflict");
      await t.refused(MIGRATE, { vmid, target: "nosuchnode", restart: true }, "not_found");
      await t.ok(MIGRATE, { vmid, target, restart: true, dryRun: true });
      t.expect.equal(await nodeOf(t, vmid), container.node, "the node after a dry run");
      await t.ok(MIGRATE, { vmid, target, restart: true, timeout: 60, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, vmid), target, "the node");
      await becomes(t, { ...container, path: `/nodes/${target}/lxc/${vmid}` }, "running");
      const idle = await aContainer(t, "stopped");
      const there = await otherNode(t, idle.node);
      await t.ok(MIGRATE, { vmid: idle.vmid, target: there, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, idle.vmid), there, "the stopped container's node");
    },
  }),
];
