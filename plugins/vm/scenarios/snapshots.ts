import {
  becomes,
  configOf,
  fieldsOf,
  type MadeGuest,
  recordIn,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";

const LIST = "proxmox_vm_snapshot_list";
const GET = "proxmox_vm_snapshot_get_config";
const CREATE = "proxmox_vm_snapshot_create";
const ROLLBACK = "proxmox_vm_snapshot_rollback";
const DELETE = "proxmox_vm_snapshot_delete";

interface Line {
  readonly name: string;
  readonly snaptime?: number;
  readonly parent?: string;
  readonly description?: string;
  readonly vmstate?: number;
}

async function linesOf(t: ScenarioRun, { path }: MadeGuest): Promise<readonly Line[]> {
  const all = await t.cluster.get<readonly Line[]>(`${path}/snapshot`);
  return all.filter(({ name }) => name !== "current");
}

async function namesOf(t: ScenarioRun, vm: MadeGuest): Promise<readonly string[]> {
  return (await linesOf(t, vm)).map(({ name }) => name);
}

/** A VM with a snapshot. */
async function withSnapshot(
  t: ScenarioRun,
  name: string,
  state: "stopped" | "running" = "stopped",
): Promise<MadeGuest> {
  const vm = await t.make.vm(state);
  await t.ok(CREATE, { vmid: vm.vmid, snapname: name, description: "Before the change" });
  return vm;
}

export const snapshotScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists snapshots with their parents",
    live: true,
    access: "write",
    async run(t) {
      const vm = await withSnapshot(t, "first", "running");
      await t.ok(CREATE, { vmid: vm.vmid, snapname: "second", vmstate: true });
      const lines = await linesOf(t, vm);
      const expected = lines
        .toSorted((one, other) => Number(one.snaptime) - Number(other.snaptime))
        .map(({ name, snaptime, parent, vmstate, description }) => ({
          ...{ name, snaptime, parent, memory: vmstate === 1, current: name === "second" },
          description: description?.trim() || undefined,
        }));
      const rows = rowsOf(await t.ok(LIST, { vmid: vm.vmid }));
      t.expect.equal(
        rows.map(({ name, snaptime, parent, memory, current, description }) => ({
          ...{ name, snaptime, parent, memory, current, description },
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
    tool: GET,
    title: "shows what a snapshot holds, and not what the VM has become",
    live: true,
    access: "write",
    async run(t) {
      const vm = await withSnapshot(t, "first", "running");
      const { memory } = await configOf(t, vm);
      const before = { vmid: vm.vmid, snapname: "before" };
      await t.ok(CREATE, { ...before, vmstate: true, description: "Before the change" });
      await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, memory: 1536 });
      const line = (await linesOf(t, vm)).find(({ name }) => name === "before");
      const { config, ...fields } = fieldsOf(await t.ok(GET, before));
      t.expect.equal(
        fields,
        {
          ...{ snaptime: line?.snaptime, parent: "first", memory: true, current: true },
          description: "Before the change",
        },
        "the snapshot",
      );
      t.expect.equal(String(recordIn(config).memory), String(memory), "the memory in the snapshot");
      await t.refused(GET, { vmid: vm.vmid, snapname: "other" }, "not_found");
    },
  }),
  scenario({
    tool: CREATE,
    title: "takes a snapshot once under a name, with memory where asked",
    live: true,
    async run(t) {
      const vm = await t.make.vm("running");
      const { vmid } = vm;
      const before = await namesOf(t, vm);
      await t.ok(CREATE, { vmid, snapname: "one", dryRun: true });
      t.expect.equal(await namesOf(t, vm), before, "the snapshots after a dry run");
      await t.ok(CREATE, { vmid, snapname: "one" });
      await t.ok(CREATE, { vmid, snapname: "two", vmstate: true, description: "with memory" });
      const lines = await linesOf(t, vm);
      t.expect.equal(lines.find(({ name }) => name === "one")?.vmstate ?? 0, 0, "memory of the first");
      const two = lines.find(({ name }) => name === "two");
      t.expect.equal([two?.vmstate, two?.description?.trim()], [1, "with memory"], "the second");
      await t.refused(CREATE, { vmid, snapname: "one" }, "conflict");
      await t.refused(CREATE, { vmid, snapname: "no good" }, "invalid_input");
    },
  }),
  scenario({
    tool: ROLLBACK,
    title: "puts a VM back, after a human agreed",
    live: true,
    confirm: "destructive",
    async run(t) {
      const vm = await withSnapshot(t, "before");
      const { vmid, name } = vm;
      const { memory } = await configOf(t, vm);
      await t.ok("proxmox_vm_update_config", { vmid, memory: 1536 });
      await t.refused(ROLLBACK, { vmid, snapname: "before" }, "declined");
      t.expect.equal(String((await configOf(t, vm)).memory), "1536", "the memory before the rollback");
      t.answerConfirm("accept", name);
      await t.refused(ROLLBACK, { vmid, snapname: "other" }, "not_found");
      await t.ok(ROLLBACK, { vmid, snapname: "before", start: true });
      await becomes(t, vm, "running");
      t.expect.equal(String((await configOf(t, vm)).memory), String(memory), "the memory");
    },
  }),
  scenario({
    tool: ROLLBACK,
    title: "lets a VM run on from saved memory, and leaves it stopped without",
    live: true,
    async run(t) {
      const vm = await t.make.vm("running");
      const { vmid } = vm;
      await t.ok(CREATE, { vmid, snapname: "disk" });
      await t.ok(CREATE, { vmid, snapname: "memory", vmstate: true });
      await t.ok(ROLLBACK, { vmid, snapname: "memory" });
      await becomes(t, vm, "running");
      await t.ok(ROLLBACK, { vmid, snapname: "disk" });
      await becomes(t, vm, "stopped");
      await t.refused(ROLLBACK, { vmid, snapname: "none" }, "not_found");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a snapshot and keeps the others",
    live: true,
    async run(t) {
      const vm = await withSnapshot(t, "one");
      const { vmid } = vm;
      await t.ok(CREATE, { vmid, snapname: "two" });
      const [step] = stepsOf(await t.ok(DELETE, { vmid, snapname: "one", force: true, dryRun: true }));
      t.expect.equal(step?.params, { force: true }, "what is sent");
      await t.restart({ access: "write" });
      await t.refused(DELETE, { vmid, snapname: "one" }, "denied");
      await t.restart({ access: "destructive" });
      await t.ok(DELETE, { vmid, snapname: "one", force: true });
      t.expect.equal(await namesOf(t, vm), ["two"], "the snapshots");
      await t.refused(DELETE, { vmid, snapname: "one" }, "not_found");
    },
  }),
];
