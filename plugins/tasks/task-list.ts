import {
  defineTool,
  guestRef,
  listing,
  nodeName,
  type PveReader,
  type Row,
  type Static,
  Type,
  unseenIn,
} from "../../sdk/index.ts";
import { outcome, type Task } from "./task.ts";

/** Most tasks that are asked of a node's archive. */
const MOST_OF_NODE = 1_000;

const tasks = listing({
  of: "tasks",
  columns: [
    { key: "starttime", unit: "time" },
    { key: "endtime", unit: "time", optional: true },
    { key: "node" },
    { key: "type" },
    { key: "id" },
    { key: "user" },
    { key: "status" },
    { key: "upid" },
  ],
  filters: ["type", "user", "outcome", "text"],
  counted: ["outcome"],
  id: ["upid"],
  sort: "-starttime",
});

const seconds = { minimum: 0, description: "Epoch seconds" };

const input = Type.Object({
  node: Type.Optional(nodeName({ description: "Its archive; else recent tasks of all" })),
  vmid: Type.Optional(guestRef()),
  since: Type.Optional(Type.Integer(seconds)),
  until: Type.Optional(Type.Integer({ minimum: 0 })),
  ...tasks.inputs,
});

type Input = Static<typeof input>;

export const taskList = defineTool({
  name: "proxmox_task_list",
  title: "List tasks",
  describe: "Tasks, newest first; outcomes: running, ok, warnings, failed.",
  risk: "read",
  uses: ["GET /cluster/tasks", "GET /nodes/{node}/tasks"],
  input,
  result: tasks.result,
  async read({ node, vmid, since, until, ...view }, pve) {
    const range = { vmid: await vmidOf(vmid, pve), since, until };
    if (node === undefined) {
      const [found, inventory] = await Promise.all([ofCluster(range, pve), pve.inventory()]);
      const note = "The cluster remembers recent tasks only; name a node for its archive.";
      return tasks.rows(found.map(taskRow), view, { note, ...unseenIn(inventory) });
    }
    const found = await ofNode(node, range, view.filter ?? {}, pve);
    const cut = `These are the newest ${MOST_OF_NODE}; narrow by since, until or vmid for older ones.`;
    return tasks.rows(found.map(taskRow), view, found.length < MOST_OF_NODE ? {} : { note: cut });
  },
});

/** What the API itself can narrow by. */
interface Range {
  readonly vmid: number | undefined;
  readonly since: Input["since"];
  readonly until: Input["until"];
}

function taskRow({ starttime, endtime, node, type, id, user, status, upid }: Task): Row {
  const end = status ?? "running";
  return { starttime, endtime, node, type, id, user, status: end, outcome: outcome(status), upid };
}

async function vmidOf(ref: number | string | undefined, pve: PveReader): Promise<number | undefined> {
  if (ref === undefined || typeof ref === "number") return ref;
  return (await pve.guest("any", ref)).vmid;
}

/** The node narrows as far as it can, so that its answer reaches further back. */
async function ofNode(
  node: string,
  range: Range,
  filter: Readonly<Record<string, string>>,
  pve: PveReader,
): Promise<readonly Task[]> {
  const ended = filter.outcome?.toLowerCase();
  return pve.get<readonly Task[]>("/nodes/{node}/tasks", {
    node,
    ...range,
    typefilter: filter.type,
    userfilter: filter.user,
    errors: ended === "failed" ? true : undefined,
    source: ended === undefined ? "all" : ended === "running" ? "active" : "archive",
    limit: MOST_OF_NODE,
  });
}

/** The cluster's list takes no parameters. */
async function ofCluster({ vmid, since, until }: Range, pve: PveReader): Promise<readonly Task[]> {
  const all = await pve.get<readonly Task[]>("/cluster/tasks");
  return all.filter(
    (task) =>
      (vmid === undefined || task.id === String(vmid)) &&
      task.starttime >= (since ?? 0) &&
      task.starttime <= (until ?? Number.POSITIVE_INFINITY),
  );
}
