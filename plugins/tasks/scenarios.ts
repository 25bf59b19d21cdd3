import { defineScenarios, type ScenarioRun, scenario } from "../../sdk/testing/index.ts";

interface Resource {
  readonly type: string;
  readonly vmid?: number;
  readonly node: string;
  readonly status: string;
  readonly template?: number;
}

interface Task {
  readonly upid: string;
  readonly type: string;
  readonly id?: string;
  readonly node: string;
}

/** Starts a stopped VM, so that there is a task to look at. */
async function startedVm(t: ScenarioRun): Promise<{ vmid: number; node: string; upid: string }> {
  const all = await t.cluster.get<readonly Resource[]>("/cluster/resources");
  const vm = all.find(
    ({ type, status, template }) => type === "qemu" && status === "stopped" && template !== 1,
  );
  if (vm?.vmid === undefined) throw new Error("the cluster has no stopped VM");
  await t.ok("proxmox_vm_action", { vmid: vm.vmid, action: "start" });
  const tasks = await t.cluster.get<readonly Task[]>(`/nodes/${vm.node}/tasks?vmid=${vm.vmid}`);
  const task = tasks.find(({ type }) => type === "qmstart");
  if (task === undefined) throw new Error("the node knows no task of the start");
  return { vmid: vm.vmid, node: vm.node, upid: task.upid };
}

export default defineScenarios([
  scenario({
    tool: "proxmox_task_list",
    title: "shows a task that just ran, of the cluster and of its node",
    access: "write",
    async run(t) {
      const { vmid, node, upid } = await startedVm(t);
      for (const where of [{}, { node }]) {
        const { text } = await t.ok("proxmox_task_list", { ...where, vmid, filter: { type: "qmstart" } });
        t.expect.match(text, upid, "the task");
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
      const { node, upid } = await startedVm(t);
      const { text } = await t.ok("proxmox_task_get", { upid });
      t.expect.match(text, ": ok", "the outcome");
      const log = await t.cluster.get<readonly { t: string }[]>(`/nodes/${node}/tasks/${upid}/log`);
      t.expect.match(text, log.at(-1)?.t ?? "TASK OK", "the end of the log");
      await t.refused("proxmox_task_get", { upid: "UPID:nonsense" }, "invalid_input");
      const gone = `UPID:${node}:00000001:00000001:6B000000:qmstart:100:root@pam:`;
      await t.refused("proxmox_task_get", { upid: gone }, "not_found");
    },
  }),
]);
