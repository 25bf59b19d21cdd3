import {
  becomes,
  configOf,
  guestLine,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
  unusedIn,
} from "../../../sdk/testing/index.ts";
import { MADE } from "./made.ts";

const MOVE = "proxmox_lxc_volume_move";
const MIGRATE = "proxmox_lxc_migrate";

async function nodeOf(t: ScenarioRun, vmid: number): Promise<string | undefined> {
  return (await guestLine(t, vmid))?.node;
}

export const moveScenarios: readonly Scenario[] = [
  scenario({
    ...MADE,
    tool: MOVE,
    title: "moves a volume of a stopped container and keeps the source, or removes it",
    needs: ["container template", "second storage"],
    async run(t) {
      const container = await t.make.container("stopped");
      const { vmid } = container;
      const home = t.place.storage;
      const storage = await t.find("second storage");
      const before = (await configOf(t, container)).rootfs;
      await t.ok(MOVE, { vmid, volume: "rootfs", storage, dryRun: true });
      t.expect.equal((await configOf(t, container)).rootfs, before, "the volume after a dry run");
      await t.ok(MOVE, { vmid, volume: "rootfs", storage });
      const moved = await configOf(t, container);
      t.expect.match(String(moved.rootfs), `${storage}:`, "the volume");
      t.expect.equal(unusedIn(moved).length, 1, "the source is kept");
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
      t.expect.equal(unusedIn(back).length, 1, "the second source is removed");
      const running = await t.make.container("running");
      await t.refused(MOVE, { vmid: running.vmid, volume: "rootfs", storage }, "conflict");
    },
  }),
  scenario({
    ...MADE,
    tool: MOVE,
    title: "gives a volume to another container",
    async run(t) {
      const mp5 = `${t.place.storage}:1,mp=/srv`;
      const container = await t.make.container("stopped", { mp5 });
      const { vmid } = container;
      const heir = await t.make.container("stopped");
      const given = { vmid, volume: "mp5", "target-vmid": heir.vmid, "target-volume": "mp3" };
      await t.ok(MOVE, given);
      t.expect.match(String((await configOf(t, heir)).mp3), `${heir.vmid}`, "the other container's volume");
      t.expect.that(!("mp5" in (await configOf(t, container))), "the volume is gone from the first");
      const both = { volume: "rootfs", storage: t.place.storage, "target-vmid": heir.vmid };
      await t.refused(MOVE, { vmid, ...both }, "invalid_input");
    },
  }),
  scenario({
    ...MADE,
    tool: MIGRATE,
    title: "moves a container, a running one by a restart",
    needs: ["container template", "second node", "shared storage"],
    async run(t) {
      const rootfs = `${await t.find("shared storage")}:1`;
      const container = await t.make.container("running", { rootfs });
      const { vmid, node } = container;
      const target = await t.find("second node");
      const { text } = await t.refused(MIGRATE, { vmid, target }, "conflict");
      t.expect.match(text, /it is running.*restart/s, "why, and what helps");
      await t.refused(MIGRATE, { vmid, target: node, restart: true }, "conflict");
      await t.refused(MIGRATE, { vmid, target: "nosuchnode", restart: true }, "not_found");
      const given = { vmid, target, restart: true, timeout: 60 };
      const [step] = stepsOf(await t.ok(MIGRATE, { ...given, dryRun: true }));
      t.expect.equal(step?.params, { target, restart: true, timeout: 60 }, "what is sent");
      t.expect.equal(await nodeOf(t, vmid), node, "the node after a dry run");
      await t.ok(MIGRATE, { ...given, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, vmid), target, "the node");
      await becomes(t, { path: `/nodes/${target}/lxc/${vmid}` }, "running");
      const idle = await t.make.container("stopped", { rootfs });
      await t.ok(MIGRATE, { vmid: idle.vmid, target, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, idle.vmid), target, "the stopped container's node");
    },
  }),
];
