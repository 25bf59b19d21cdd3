import {
  countBy,
  defineTool,
  guestRef,
  list,
  nodeName,
  type PveReader,
  type Static,
  Type,
} from "../../sdk/index.ts";
import { outcome, type Task } from "./task.ts";

const input = Type.Object({
  node: Type.Optional(
    nodeName({ description: "Only this node, with its whole archive; left out: recent tasks of all nodes" }),
  ),
  vmid: Type.Optional(guestRef()),
  typefilter: Type.Optional(
    Type.String({ description: "Only this type, such as qmstart, vzdump or qmigrate" }),
  ),
  userfilter: Type.Optional(Type.String({ description: "Only users whose name contains this" })),
  errors: Type.Optional(Type.Boolean({ description: "Only tasks that failed" })),
  source: Type.Optional(
    Type.Union([Type.Literal("archive"), Type.Literal("active"), Type.Literal("all")], {
      description: "active: running; archive: ended; default all",
    }),
  ),
  since: Type.Optional(
    Type.Integer({ minimum: 0, description: "Started at or after this, seconds since the epoch" }),
  ),
  until: Type.Optional(
    Type.Integer({ minimum: 0, description: "Started at or before this, seconds since the epoch" }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: "At most so many (default 50)" }),
  ),
});

type Input = Static<typeof input>;

export const taskList = defineTool({
  name: "proxmox_task_list",
  title: "List tasks",
  describe: "Tasks, newest first, with type, object, user, times and outcome. Details by proxmox_task_get.",
  risk: "read",
  uses: ["GET /cluster/tasks", "GET /nodes/{node}/tasks"],
  input,
  async read(filter, pve) {
    const limit = filter.limit ?? 50;
    const found =
      filter.node === undefined
        ? await ofCluster(filter, pve)
        : await ofNode(filter, filter.node, limit, pve);
    const tasks = found.toSorted((a, b) => b.starttime - a.starttime);
    const notes = [
      ...(filter.node === undefined
        ? ["The cluster remembers recent tasks only; name a node for its archive."]
        : []),
      ...(tasks.length > limit || (filter.node !== undefined && tasks.length === limit)
        ? ["There may be more: raise limit, or narrow by since, until, vmid or typefilter."]
        : []),
    ];
    return list({
      of: "tasks",
      columns: [
        { key: "starttime", unit: "time" },
        { key: "endtime", unit: "time" },
        { key: "node" },
        { key: "type" },
        { key: "id" },
        { key: "user" },
        { key: "status" },
        { key: "upid" },
      ],
      rows: tasks.slice(0, limit).map(({ starttime, endtime, node, type, id, user, status, upid }) => ({
        starttime,
        endtime,
        node,
        type,
        id,
        user,
        status: status ?? "running",
        upid,
      })),
      ...(filter.node === undefined ? { total: tasks.length } : {}),
      counts: { outcome: countBy(tasks.slice(0, limit), ({ status }) => outcome(status)) },
      ...(notes.length > 0 ? { note: notes.join(" ") } : {}),
    });
  },
});

async function vmidOf(ref: number | string | undefined, pve: PveReader): Promise<number | undefined> {
  if (ref === undefined || typeof ref === "number") return ref;
  return (await pve.guest("any", ref)).vmid;
}

async function ofNode(filter: Input, node: string, limit: number, pve: PveReader): Promise<readonly Task[]> {
  const { typefilter, userfilter, errors, since, until } = filter;
  return pve.get<readonly Task[]>("/nodes/{node}/tasks", {
    node,
    vmid: await vmidOf(filter.vmid, pve),
    typefilter,
    userfilter,
    errors,
    since,
    until,
    source: filter.source ?? "all",
    limit,
  });
}

/** The cluster's list takes no filters, so they are applied here. */
async function ofCluster(filter: Input, pve: PveReader): Promise<readonly Task[]> {
  const [tasks, vmid] = await Promise.all([
    pve.get<readonly Task[]>("/cluster/tasks"),
    vmidOf(filter.vmid, pve),
  ]);
  return tasks.filter(
    (task) =>
      (vmid === undefined || task.id === String(vmid)) &&
      (filter.typefilter === undefined || task.type === filter.typefilter) &&
      (filter.userfilter === undefined ||
        task.user.toLowerCase().includes(filter.userfilter.toLowerCase())) &&
      (filter.errors !== true || outcome(task.status) === "failed") &&
      isFrom(task, filter.source ?? "all") &&
      task.starttime >= (filter.since ?? 0) &&
      task.starttime <= (filter.until ?? Number.POSITIVE_INFINITY),
  );
}

function isFrom(task: Task, source: "archive" | "active" | "all"): boolean {
  return source === "all" || (outcome(task.status) === "running") === (source === "active");
}
