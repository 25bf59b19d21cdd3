import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aContainer, becomes, type Container, configOf } from "./cluster.ts";

const LIST = "proxmox_lxc_snapshot_list";
const CREATE = "proxmox_lxc_snapshot_create";
const ROLLBACK = "proxmox_lxc_snapshot_rollback";
const DELETE = "proxmox_lxc_snapshot_delete";

/** Names of a container's snapshots. */
async function namesOf(t: ScenarioRun, { path }: Container): Promise<readonly string[]> {
  const all = await t.cluster.get<readonly { name: string }[]>(`${path}/snapshot`);
  return all.map(({ name }) => name).filter((name) => name !== "current");
}

/** A stopped container with a snapshot. */
async function withSnapshot(t: ScenarioRun, name: string): Promise<Container> {
  const container = await aContainer(t, "stopped");
  await t.ok(CREATE, { vmid: container.vmid, snapname: name, description: "Before the change" });
  return container;
}

export const snapshotScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists snapshots with their parents",
    access: "destructive",
    async run(t) {
      const { vmid } = await withSnapshot(t, "first");
      await t.ok(CREATE, { vmid, snapname: "second" });
      const { text } = await t.ok(LIST, { vmid });
      t.expect.match(text, "Before the change", "the description");
      t.expect.match(text, /second.*first/, "the second rests on the first");
      t.expect.that(!text.includes("You are here"), "the present state is no snapshot");
      await t.refused(LIST, { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    tool: CREATE,
    title: "takes a snapshot once under a name",
    async run(t) {
      const container = await aContainer(t, "stopped");
      const { vmid } = container;
      await t.ok(CREATE, { vmid, snapname: "one", dryRun: true });
      t.expect.equal(await namesOf(t, container), [], "the snapshots after a dry run");
      await t.ok(CREATE, { vmid, snapname: "one" });
      t.expect.equal(await namesOf(t, container), ["one"], "the snapshots");
      await t.refused(CREATE, { vmid, snapname: "one" }, "conflict");
      await t.refused(CREATE, { vmid, snapname: "no good" }, "invalid_input");
    },
  }),
  scenario({
    tool: ROLLBACK,
    title: "puts a container back, after a human agreed",
    confirm: "destructive",
    async run(t) {
      const container = await withSnapshot(t, "before");
      const { vmid, name } = container;
      const { memory } = await configOf(t, container);
      await t.ok("proxmox_lxc_update_config", { vmid, memory: 1024 });
      await t.refused(ROLLBACK, { vmid, snapname: "before" }, "declined");
      t.expect.equal((await configOf(t, container)).memory, 1024, "the memory before the rollback");
      t.answerConfirm("accept", name);
      await t.refused(ROLLBACK, { vmid, snapname: "other" }, "not_found");
      await t.ok(ROLLBACK, { vmid, snapname: "before", start: true });
      await becomes(t, container, "running");
      t.expect.equal((await configOf(t, container)).memory, memory, "the memory");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a snapshot and keeps the others",
    async run(t) {
      const container = await withSnapshot(t, "one");
      const { vmid } = container;
      await t.ok(CREATE, { vmid, snapname: "two" });
      await t.ok(DELETE, { vmid, snapname: "one", dryRun: true });
      await t.restart({ access: "write" });
      await t.refused(DELETE, { vmid, snapname: "one" }, "denied");
      await t.restart({ access: "destructive" });
      await t.ok(DELETE, { vmid, snapname: "one" });
      t.expect.equal(await namesOf(t, container), ["two"], "the snapshots");
      await t.refused(DELETE, { vmid, snapname: "one" }, "not_found");
    },
  }),
];
