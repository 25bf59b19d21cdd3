import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aVm, becomes, type Vm } from "./cluster.ts";

const TOOL = "proxmox_vm_action";

/** How many tasks the node remembers of a VM. A reset leaves nothing else behind. */
async function tasksOf(t: ScenarioRun, { node, vmid }: Vm): Promise<number> {
  return (await t.cluster.get<readonly unknown[]>(`/nodes/${node}/tasks?vmid=${vmid}&limit=500`)).length;
}

export const powerScenarios: readonly Scenario[] = [
  scenario({
    tool: TOOL,
    title: "takes a VM through its power states",
    live: "a guest without a system does not shut down when it is told to",
    async run(t) {
      const vm = await aVm(t, "stopped");
      const { vmid } = vm;
      await t.ok(TOOL, { vmid, action: "start", dryRun: true });
      await becomes(t, vm, "stopped");
      await t.ok(TOOL, { vmid, action: "start" });
      await becomes(t, vm, "running");
      await t.refused(TOOL, { vmid, action: "start" }, "task_failed");
      await t.ok(TOOL, { vmid, action: "suspend" });
      await becomes(t, vm, "paused");
      await t.ok(TOOL, { vmid, action: "resume" });
      await becomes(t, vm, "running");
      for (const action of ["reset", "reboot"]) {
        const before = await tasksOf(t, vm);
        await t.ok(TOOL, { vmid, action });
        await becomes(t, vm, "running");
        t.expect.that((await tasksOf(t, vm)) > before, `the ${action} is a task of the VM`);
      }
      await t.ok(TOOL, { vmid, action: "hibernate" });
      await becomes(t, vm, "stopped");
      await t.ok(TOOL, { vmid, action: "resume" });
      await becomes(t, vm, "running");
      await t.ok(TOOL, { vmid, action: "shutdown", timeout: 30, forceStop: true });
      await becomes(t, vm, "stopped");
    },
  }),
  scenario({
    tool: TOOL,
    title: "refuses what does not fit or is not allowed",
    live: true,
    async run(t) {
      const vm = await t.make.vm("running");
      await t.refused(TOOL, { vmid: vm.vmid, action: "start", forceStop: true }, "invalid_input");
      await t.refused(TOOL, { vmid: (await t.make.vm("template")).vmid, action: "start" }, "invalid_input");
      await t.restart({ access: "write" });
      await t.refused(TOOL, { vmid: vm.vmid, action: "stop" }, "denied");
      await becomes(t, vm, "running");
      await t.restart({ access: "destructive" });
      await t.ok(TOOL, { vmid: vm.vmid, action: "stop" });
      await becomes(t, vm, "stopped");
    },
  }),
];
