import {
  becomes,
  configOf,
  type MadeGuest,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";

const TOOL = "proxmox_vm_action";

/** The last reset of a VM that its node remembers. A reset leaves nothing else behind. */
async function lastReset(t: ScenarioRun, { node, vmid }: MadeGuest): Promise<string | undefined> {
  const path = `/nodes/${node}/tasks?vmid=${vmid}&typefilter=qmreset&source=all&limit=1`;
  const [task] = await t.cluster.get<readonly { upid: string }[]>(path);
  return task?.upid;
}

async function pidOf(t: ScenarioRun, { path }: MadeGuest): Promise<number | undefined> {
  return (await t.cluster.get<{ pid?: number }>(`${path}/status/current`)).pid;
}

export const powerScenarios: readonly Scenario[] = [
  scenario({
    tool: TOOL,
    title: "takes a VM through its power states",
    live: true,
    async run(t) {
      const vm = await t.make.vm("stopped");
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
      const before = await lastReset(t, vm);
      await t.ok(TOOL, { vmid, action: "reset" });
      t.expect.that((await lastReset(t, vm)) !== before, "the reset is a task of the VM");
      await t.ok(TOOL, { vmid, action: "hibernate" });
      await becomes(t, vm, "stopped");
      t.expect.equal((await configOf(t, vm)).lock, "suspended", "the lock of a VM that sleeps");
      await t.ok(TOOL, { vmid, action: "resume" });
      await becomes(t, vm, "running");
      await t.ok(TOOL, { vmid, action: "stop" });
      await becomes(t, vm, "stopped");
    },
  }),
  scenario({
    tool: TOOL,
    title: "writes a VM's memory where it is told",
    live: true,
    needs: ["second storage"],
    async run(t) {
      const vm = await t.make.vm("running");
      const { vmid } = vm;
      const statestorage = await t.find("second storage");
      await t.ok(TOOL, { vmid, action: "hibernate", statestorage });
      await becomes(t, vm, "stopped");
      t.expect.match(String((await configOf(t, vm)).vmstate), `${statestorage}:`, "where its memory is");
      await t.ok(TOOL, { vmid, action: "resume" });
      await becomes(t, vm, "running");
      await t.refused(TOOL, { vmid, action: "resume", statestorage }, "invalid_input");
    },
  }),
  scenario({
    tool: TOOL,
    title: "waits no longer for a system that does not shut down than it is told, and stops it hard if asked",
    live: true,
    async run(t) {
      const vm = await t.make.vm("running");
      const { vmid } = vm;
      const given = { vmid, action: "shutdown", timeout: 2 };
      const { text } = await t.refused(TOOL, given, "task_failed");
      t.expect.match(text, "got timeout", "why");
      const reboot = await t.refused(TOOL, { ...given, action: "reboot" }, "task_failed");
      t.expect.match(reboot.text, "got timeout", "why");
      await becomes(t, vm, "running");
      for (const action of ["shutdown", "reboot"]) {
        const [step] = stepsOf(await t.ok(TOOL, { ...given, action, dryRun: true }));
        t.expect.equal(step?.params, { timeout: 2 }, `what the ${action} is told`);
      }
      await t.ok(TOOL, { ...given, forceStop: true });
      await becomes(t, vm, "stopped");
    },
  }),
  scenario({
    tool: TOOL,
    title: "breaks off a shutdown that goes on",
    live: true,
    uses: ["POST /nodes/{node}/qemu/{vmid}/status/stop?overrule-shutdown"],
    async run(t) {
      const vm = await t.make.vm("running");
      const { vmid } = vm;
      const shutdown = { vmid, action: "shutdown", timeout: 600 };
      const [step] = stepsOf(await t.ok(TOOL, { ...shutdown, dryRun: true }));
      t.expect.equal(step?.params, { timeout: 600 }, "what the shutdown is told");
      await t.ok(TOOL, { ...shutdown, waitMode: "deferred" });
      await t.ok(TOOL, { vmid, action: "stop", "overrule-shutdown": true });
      await becomes(t, vm, "stopped");
      await t.cluster.until<readonly { status?: string }[]>(
        `/nodes/${vm.node}/tasks?vmid=${vmid}&typefilter=qmshutdown&source=all`,
        ([newest]) => newest?.status !== undefined && newest.status !== "OK",
        "the shutdown was broken off",
      );
      await t.refused(TOOL, { vmid, action: "reset", timeout: 1 }, "invalid_input");
    },
  }),
  scenario({
    tool: TOOL,
    title: "reboots and shuts down a system that obeys",
    live: true,
    needs: ["guest agent"],
    async run(t) {
      const vm = await t.make.vmWithAgent();
      const { vmid } = vm;
      const pid = await pidOf(t, vm);
      await t.ok(TOOL, { vmid, action: "reboot", timeout: 120 });
      await becomes(t, vm, "running");
      t.expect.that((await pidOf(t, vm)) !== pid, "it runs anew");
      await t.ok(TOOL, { vmid, action: "shutdown", timeout: 120 });
      await becomes(t, vm, "stopped");
      for (const action of ["shutdown", "reboot"]) {
        const [step] = stepsOf(await t.ok(TOOL, { vmid, action, timeout: 120, dryRun: true }));
        t.expect.equal(step?.params, { timeout: 120 }, `what the ${action} is told`);
      }
      await t.refused(TOOL, { vmid, action: "reboot", timeout: 120 }, "upstream");
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
