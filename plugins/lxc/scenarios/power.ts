import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aContainer, becomes } from "./cluster.ts";

const TOOL = "proxmox_lxc_action";

export const powerScenarios: readonly Scenario[] = [
  scenario({
    tool: TOOL,
    title: "takes a container through its power states",
    async run(t) {
      const container = await aContainer(t, "stopped");
      const { vmid } = container;
      await t.ok(TOOL, { vmid, action: "start", dryRun: true });
      await becomes(t, container, "stopped");
      await t.ok(TOOL, { vmid, action: "start" });
      await becomes(t, container, "running");
      await t.refused(TOOL, { vmid, action: "start" }, "conflict");
      await t.ok(TOOL, { vmid, action: "reboot", timeout: 30 });
      await becomes(t, container, "running");
      await t.ok(TOOL, { vmid, action: "suspend" });
      await becomes(t, container, "stopped");
      await t.ok(TOOL, { vmid, action: "resume" });
      await becomes(t, container, "running");
      await t.ok(TOOL, { vmid, action: "shutdown", timeout: 30, forceStop: true });
      await becomes(t, container, "stopped");
      await t.refused(TOOL, { vmid, action: "resume" }, "task_failed");
    },
  }),
  scenario({
    tool: TOOL,
    title: "refuses what does not fit or is not allowed",
    async run(t) {
      const container = await aContainer(t, "running");
      const { vmid } = container;
      await t.refused(TOOL, { vmid, action: "reboot", forceStop: true }, "invalid_input");
      await t.restart({ access: "write" });
      await t.refused(TOOL, { vmid, action: "stop" }, "denied");
      await becomes(t, container, "running");
      await t.restart({ access: "destructive" });
      await t.ok(TOOL, { vmid, action: "stop" });
      await becomes(t, container, "stopped");
      for (const action of ["stop", "shutdown", "reboot", "suspend"])
        await t.refused(TOOL, { vmid, action }, "conflict");
    },
  }),
];
