import {
  becomes,
  type MadeGuest,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";
import { MADE } from "./made.ts";

const TOOL = "proxmox_lxc_action";

async function pidOf(t: ScenarioRun, { path }: MadeGuest): Promise<number | undefined> {
  return (await t.cluster.get<{ pid?: number }>(`${path}/status/current`)).pid;
}

export const powerScenarios: readonly Scenario[] = [
  scenario({
    ...MADE,
    tool: TOOL,
    title: "takes a container through its power states",
    async run(t) {
      const container = await t.make.container("stopped");
      const { vmid } = container;
      await t.ok(TOOL, { vmid, action: "start", dryRun: true });
      await becomes(t, container, "stopped");
      await t.ok(TOOL, { vmid, action: "start" });
      await becomes(t, container, "running");
      await t.refused(TOOL, { vmid, action: "start" }, "conflict");
      const pid = await pidOf(t, container);
      await t.ok(TOOL, { vmid, action: "reboot", timeout: 60 });
      await becomes(t, container, "running");
      t.expect.that((await pidOf(t, container)) !== pid, "it runs anew");
      const forced = { vmid, action: "shutdown", timeout: 60, forceStop: true };
      const plans = [
        { given: forced, told: { timeout: 60, forceStop: true } },
        { given: { vmid, action: "reboot", timeout: 60 }, told: { timeout: 60 } },
      ];
      for (const { given, told } of plans) {
        const [step] = stepsOf(await t.ok(TOOL, { ...given, dryRun: true }));
        t.expect.equal(step?.params, told, `what the ${given.action} is told`);
      }
      await t.ok(TOOL, forced);
      await becomes(t, container, "stopped");
    },
  }),
  scenario({
    ...MADE,
    tool: TOOL,
    title: "writes a container to disk and brings it back",
    live: "suspending a container takes CRIU, which Proxmox VE does not install on its nodes",
    async run(t) {
      const container = await t.make.container("running");
      const { vmid } = container;
      await t.ok(TOOL, { vmid, action: "suspend" });
      await becomes(t, container, "stopped");
      await t.ok(TOOL, { vmid, action: "resume" });
      await becomes(t, container, "running");
      await t.ok(TOOL, { vmid, action: "stop" });
      await t.refused(TOOL, { vmid, action: "resume" }, "task_failed");
    },
  }),
  scenario({
    ...MADE,
    tool: TOOL,
    title: "refuses what does not fit or is not allowed",
    async run(t) {
      const container = await t.make.container("running");
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
