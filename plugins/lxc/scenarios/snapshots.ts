import {
  becomes,
  configOf,
  type MadeGuest,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";
import { MADE } from "./made.ts";

const LIST = "proxmox_lxc_snapshot_list";
const CREATE = "proxmox_lxc_snapshot_create";
const ROLLBACK = "proxmox_lxc_snapshot_rollback";
const DELETE = "proxmox_lxc_snapshot_delete";

interface Line {
  readonly name: string;
  readonly snaptime?: number;
  readonly parent?: string;
  readonly description?: string;
}

async function linesOf(t: ScenarioRun, { path }: MadeGuest): Promise<readonly Line[]> {
  const all = await t.cluster.get<readonly Line[]>(`${path}/snapshot`);
  return all.filter(({ name }) => name !== "current");
}

async function namesOf(t: ScenarioRun, container: MadeGuest): Promise<readonly string[]> {
  return (await linesOf(t, container)).map(({ name }) => name);
}

/** A stopped container with a snapshot. */
async function withSnapshot(t: ScenarioRun, name: string): Promise<MadeGuest> {
  const container = await t.make.container("stopped");
  await t.ok(CREATE, { vmid: container.vmid, snapname: name, description: "Before the change" });
  return container;
}

export const snapshotScenarios: readonly Scenario[] = [
  scenario({
    ...MADE,
    tool: LIST,
    title: "lists snapshots with their parents",
    access: "write",
    async run(t) {
      const container = await withSnapshot(t, "first");
      const { vmid } = container;
      await t.ok(CREATE, { vmid, snapname: "second" });
      const expected = (await linesOf(t, container))
        .toSorted((one, other) => Number(one.snaptime) - Number(other.snaptime))
        .map(({ name, snaptime, parent, description }) => ({
          ...{ name, snaptime, parent, current: name === "second" },
          description: description?.trim() || undefined,
        }));
      const rows = rowsOf(await t.ok(LIST, { vmid }));
      t.expect.equal(
        rows.map(({ name, snaptime, parent, current, description }) => ({
          ...{ name, snaptime, parent, current, description },
        })),
        expected,
        "the snapshots",
      );
      t.expect.equal(rows[1]?.parent, "first", "what the second rests on");
      t.expect.equal(rows[0]?.description, "Before the change", "the description of the first");
      await t.refused(LIST, { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    ...MADE,
    tool: CREATE,
    title: "takes a snapshot once under a name",
    async run(t) {
      const container = await t.make.container("stopped");
      const { vmid } = container;
      await t.ok(CREATE, { vmid, snapname: "one", dryRun: true });
      t.expect.equal(await namesOf(t, container), [], "the snapshots after a dry run");
      await t.ok(CREATE, { vmid, snapname: "one", description: "as it was" });
      const found = (await linesOf(t, container)).map(({ name, description }) => [name, description?.trim()]);
      t.expect.equal(found, [["one", "as it was"]], "the snapshots");
      await t.refused(CREATE, { vmid, snapname: "one" }, "conflict");
      await t.refused(CREATE, { vmid, snapname: "no good" }, "invalid_input");
    },
  }),
  scenario({
    ...MADE,
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
    ...MADE,
    tool: DELETE,
    title: "deletes a snapshot and keeps the others",
    async run(t) {
      const container = await withSnapshot(t, "one");
      const { vmid } = container;
      await t.ok(CREATE, { vmid, snapname: "two" });
      const [step] = stepsOf(await t.ok(DELETE, { vmid, snapname: "one", force: true, dryRun: true }));
      t.expect.equal(step?.params, { force: true }, "what is sent");
      await t.restart({ access: "write" });
      await t.refused(DELETE, { vmid, snapname: "one" }, "denied");
      await t.restart({ access: "destructive" });
      await t.ok(DELETE, { vmid, snapname: "one", force: true });
      t.expect.equal(await namesOf(t, container), ["two"], "the snapshots");
      await t.refused(DELETE, { vmid, snapname: "one" }, "not_found");
    },
  }),
];
