import {
  defineTool,
  eitherSchema,
  isToolError,
  type PveReader,
  record,
  recordSchema,
  ToolError,
  Type,
  text,
  textSchema,
} from "../../sdk/index.ts";
import { outcome, type Task } from "./task.ts";

/** `UPID:node:pid:pstart:starttime:type:id:user:`, numbers in hex; the last colon is part of it. */
const UPID =
  /^UPID:([A-Za-z0-9][A-Za-z0-9-]*):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/;

const PAGE_LINES = 5_000;

interface LogLine {
  readonly n: number;
  readonly t: string;
}

export const taskGet = defineTool({
  name: "proxmox_task_get",
  title: "Look at a task",
  describe: "State of one task and the last lines of its log.",
  risk: "read",
  uses: ["GET /nodes/{node}/tasks/{upid}/status", "GET /nodes/{node}/tasks/{upid}/log"],
  input: Type.Object({
    upid: Type.String({ description: "With its last colon" }),
    lines: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: "Log lines (50)" })),
  }),
  result: eitherSchema(
    textSchema(),
    recordSchema([
      { key: "outcome" },
      { key: "exitstatus" },
      { key: "type" },
      { key: "id" },
      { key: "user" },
      { key: "starttime", unit: "time" },
      { key: "upid" },
    ]),
  ),
  async read({ upid, lines = 50 }, pve) {
    const node = UPID.exec(upid)?.[1];
    if (node === undefined) {
      throw new ToolError({
        code: "invalid_input",
        message: "This is not a UPID.",
        next: "Take the upid from proxmox_task_list; it begins with UPID: and ends with a colon.",
      });
    }
    await pve.node(node);
    const [task, log] = await Promise.all([
      statusOf(node, upid, pve),
      lines === 0 ? [] : logOf(node, upid, pve),
    ]);
    const { type, id, user, starttime, status, exitstatus } = task;
    const state = status === "running" ? "running" : outcome(exitstatus ?? "unknown");
    const what = `Task ${type}${id ? ` ${id}` : ""} on ${node}`;
    if (log.length === 0) {
      const fields = { outcome: state, exitstatus, type, id, user, starttime, upid };
      return record({ title: what, fields, units: { starttime: "time" } });
    }
    return text({
      title: `${what}: ${state}${exitstatus === undefined || exitstatus === "OK" ? "" : ` (${exitstatus})`}`,
      source: "task log",
      text: log
        .slice(-lines)
        .map(({ t }) => t)
        .join("\n"),
      note: `${upid} by ${user}, started ${new Date(starttime * 1000).toISOString()}; the last ${Math.min(lines, log.length)} of ${log.length} log lines.`,
    });
  },
});

async function statusOf(node: string, upid: string, pve: PveReader): Promise<Task> {
  try {
    return await pve.get<Task>("/nodes/{node}/tasks/{upid}/status", { node, upid });
  } catch (error) {
    // An unknown task is answered as a fault of the parameter `upid`.
    if (!isToolError(error) || !/no such task/i.test(error.message)) throw error;
    throw new ToolError(
      {
        code: "not_found",
        message: `Node ${node} knows no such task.`,
        next: "proxmox_task_list shows the tasks; old ones are forgotten after a while.",
      },
      { cause: error },
    );
  }
}

async function logOf(node: string, upid: string, pve: PveReader): Promise<readonly LogLine[]> {
  const all: LogLine[] = [];
  for (;;) {
    const page = await pve.get<readonly LogLine[]>("/nodes/{node}/tasks/{upid}/log", {
      node,
      upid,
      start: all.length,
      limit: PAGE_LINES,
    });
    all.push(...page);
    if (page.length < PAGE_LINES) return all;
  }
}
