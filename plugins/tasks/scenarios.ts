import {
  defineScenarios,
  fieldsOf,
  onAnyCluster,
  rowsOf,
  type ScenarioRun,
  type Shown,
  scenario,
} from "../../sdk/testing/index.ts";

interface Task extends Shown {
  readonly upid: string;
  readonly type: string;
}

/** Starts a VM, so that there is a task to look at. */
async function startedVm(t: ScenarioRun): Promise<{ vmid: number; node: string; task: Task }> {
  const { vmid, node } = await t.make.vm("stopped");
  await t.ok("proxmox_vm_action", { vmid, action: "start" });
  const tasks = await t.cluster.get<readonly Task[]>(`/nodes/${node}/tasks?vmid=${vmid}`);
  const task = tasks.find(({ type }) => type === "qmstart");
  if (task === undefined) throw new Error("the node knows no task of the start");
  return { vmid, node, task };
}

const scenarios = [
  scenario({
    tool: "proxmox_task_list",
    title: "shows a task that just ran, of the cluster and of its node",
    access: "write",
    async run(t) {
      const { vmid, node, task } = await startedVm(t);
      const { upid, starttime, endtime, type, id, user, status } = task;
      const fields = ["upid", "starttime", "endtime", "node", "type", "id", "user", "status"];
      for (const where of [{}, { node }]) {
        const query = { ...where, vmid, filter: { type: "qmstart" } };
        const [shown, ...others] = rowsOf(await t.ok("proxmox_task_list", { ...query, fields }));
        t.expect.equal(
          shown,
          { upid, starttime, endtime, node, type, id, user, status },
          "the task with all that is known of it",
        );
        // The VMID may have been another guest's before.
        const later = others.filter((other) => Number(other.starttime) >= Number(starttime));
        t.expect.equal(later, [], "other starts of the VM");
        const [usual] = rowsOf(await t.ok("proxmox_task_list", query));
        t.expect.equal(usual, { upid, starttime, node, type, id, user, status }, "what is shown unasked");
      }
      const { text } = await t.ok("proxmox_task_list", { node, vmid, filter: { outcome: "failed" } });
      t.expect.that(!text.includes(upid), "a good task is not among the failed ones");
      await t.refused("proxmox_task_list", { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_task_get",
    title: "shows the outcome and the log of a task",
    access: "write",
    async run(t) {
      const { node, task } = await startedVm(t);
      const { upid, type, id, user, starttime } = task;
      const { text } = await t.ok("proxmox_task_get", { upid });
      t.expect.match(text, ": ok", "the outcome");
      const log = await t.cluster.get<readonly { t: string }[]>(`/nodes/${node}/tasks/${upid}/log`);
      t.expect.match(text, log.at(-1)?.t ?? "TASK OK", "the end of the log");
      t.expect.equal(
        fieldsOf(await t.ok("proxmox_task_get", { upid, lines: 0 })),
        { upid, type, id, user, starttime, outcome: "ok", exitstatus: "OK" },
        "the task without its log",
      );
      await t.refused("proxmox_task_get", { upid: "UPID:nonsense" }, "invalid_input");
      const gone = `UPID:${node}:00000001:00000001:6B000000:qmstart:100:root@pam:`;
      await t.refused("proxmox_task_get", { upid: gone }, "not_found");
    },
  }),
];

export default defineScenarios(onAnyCluster([], scenarios));
