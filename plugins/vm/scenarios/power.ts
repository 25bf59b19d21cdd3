import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aVm, becomes } from "./cluster.ts";

const TOOL = "proxmox_vm_action";

export const powerScenarios: readonly Scenario[] = [
  scenario({
    tool: TOOL,
    title: "takes a VM through its power states",
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
        await t.ok(TOOL, { vmid, action });
        await becomes(t, vm, "running");
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
    async run(t) {
      const vm = await aVm(t, "running");
      await t.refused(TOOL, { vmid: vm.vmid, action: "start", forceStop: true }, "invalid_input");
      await t.refused(TOOL, { vmid: (await aVm(t, "template")).vmid, action: "start" }, "invalid_input");
      await t.restart({ access: "write" });
      await t.refused(TOOL, { vmid: vm.vmid, action: "stop" }, "denied");
      await becomes(t, vm, "running");
      await t.restart({ access: "destructive" });
      await t.ok(TOOL, { vmid: vm.vmid, action: "stop" });
      await becomes(t, vm, "stopped");
    },
  }),
];
