import type { Caller } from "../access/types.ts";
import { die, paramError } from "../errors.ts";
import { LabAnswer } from "../frame/answer.ts";
import type { LabTask } from "../tasks/types.ts";
import { parseUpid } from "../tasks/upid.ts";
import type { LabCore, LabRequest } from "../types.ts";

/** `/nodes/{node}/tasks`. */
export function registerTasks(lab: LabCore): void {
  lab.route("GET /nodes/{node}/tasks", listTasks);
  lab.route("GET /nodes/{node}/tasks/{upid}", () => [{ name: "log" }, { name: "status" }]);
  lab.route("GET /nodes/{node}/tasks/{upid}/status", taskStatus);
  lab.route("GET /nodes/{node}/tasks/{upid}/log", taskLog);
  lab.route("DELETE /nodes/{node}/tasks/{upid}", stopTask);
}

/** A worker has this many milliseconds to go before it is killed; the answer waits for it. */
const PATIENCE = 5000;

async function stopTask(request: LabRequest): Promise<null> {
  const { upid } = knownTask(request, "Sys.Modify");
  const { tasks, clock } = request.lab;
  tasks.stop(upid);
  const gone = new AbortController();
  const waited = clock.sleep(PATIENCE, gone.signal).catch(() => undefined);
  await Promise.race([tasks.ended(upid), waited]);
  gone.abort();
  return null;
}

/** User and token apart, as answers have them. */
function userParts(user: string): { user: string; tokenid?: string } {
  const [name = user, tokenid] = user.split("!");
  return tokenid === undefined ? { user: name } : { user: name, tokenid };
}

/** A task as lists show it. */
export function taskEntry(task: LabTask) {
  const { upid, node, pid, pstart, starttime, type, id, endtime, exitstatus } = task;
  return {
    ...{ upid, node, pid, pstart, starttime, type, id },
    ...userParts(task.user),
    ...(exitstatus === undefined ? {} : { endtime, status: exitstatus }),
  };
}

/** Whether a task is one's own: a user's are those of his tokens too, a token has only its own. */
function isOwn(user: string, { id }: Caller): boolean {
  return user === id || userParts(user).user === id;
}

function listTasks({ params, lab, caller, node, may }: LabRequest): LabAnswer {
  const mayAudit = may(`/nodes/${params.need("node")}`, ["Sys.Audit"]);
  const keeps = taskFilter(params);
  // Of running tasks the node has not yet told user and token apart.
  const owns = (task: LabTask): boolean =>
    task.exitstatus === undefined ? task.user === caller.id : isOwn(task.user, caller);
  const found = lab.tasks
    .all()
    .filter((task) => task.node === node.name && (mayAudit || owns(task)) && keeps(task));
  const running = found.filter((task) => task.exitstatus === undefined);
  const ended = found.filter((task) => task.exitstatus !== undefined);
  const start = params.integer("start") ?? 0;
  const data = [...running, ...ended].slice(start, start + (params.integer("limit") ?? 50)).map(listEntry);
  return new LabAnswer({ data, ...(found.length === 0 ? {} : { extra: { total: found.length } }) });
}

function listEntry(task: LabTask): Record<string, unknown> {
  if (task.exitstatus !== undefined) return taskEntry(task);
  const { tokenid: _tokenid, ...entry } = taskEntry(task);
  return { ...entry, user: task.user, saved: "0", status: "RUNNING" };
}

function taskFilter(params: LabRequest["params"]): (task: LabTask) => boolean {
  const source = params.text("source") ?? "archive";
  const user = params.text("userfilter")?.toLowerCase() ?? "";
  const vmid = params.text("vmid");
  const type = params.text("typefilter") ?? "";
  const since = params.integer("since") ?? 0;
  const until = params.integer("until") ?? Number.POSITIVE_INFINITY;
  const statuses = wantedKinds(params);
  return (task) => {
    const isRunning = task.exitstatus === undefined;
    if (source !== "all" && isRunning !== (source === "active")) return false;
    const name = isRunning ? task.user : userParts(task.user).user;
    if (!name.toLowerCase().includes(user)) return false;
    if (vmid !== undefined && task.id !== vmid) return false;
    if (type !== "" && task.type !== type) return false;
    if (task.starttime < since || task.starttime > until) return false;
    return statuses.has(statusKind(task.exitstatus));
  };
}

const KINDS = ["ok", "warning", "error", "unknown"];

/** Asked for errors, it does not look at any further wish. */
function wantedKinds(params: LabRequest["params"]): ReadonlySet<string> {
  if (params.flag("errors")) return new Set(KINDS.filter((kind) => kind !== "ok"));
  const asked = params.list("statusfilter").map((kind) => kind.toLowerCase());
  return new Set(params.has("statusfilter") ? asked : KINDS);
}

function statusKind(exitstatus: string | undefined): string {
  if (exitstatus === undefined) return "unknown";
  if (exitstatus === "OK") return "ok";
  if (/^WARNINGS: \d+$/.test(exitstatus)) return "warning";
  return exitstatus === "unexpected status" ? "unknown" : "error";
}

function upidOf({ params }: LabRequest): string {
  const upid = params.need("upid");
  if (parseUpid(upid) === undefined) throw paramError({ upid: "unable to parse worker upid" });
  return upid;
}

/** Fails unless the task is one's own or the caller has the privilege on the node. */
function checkOwner(request: LabRequest, privilege: string): void {
  const owner = parseUpid(upidOf(request))?.user ?? "";
  if (!isOwn(owner, request.caller)) request.check(`/nodes/${request.params.need("node")}`, [privilege]);
}

function taskOf({ lab, node }: LabRequest, upid: string): LabTask | undefined {
  const task = lab.tasks.get(upid);
  return task?.node === node.name ? task : undefined;
}

/** Whether there is such a task is told to everybody. */
function knownTask(request: LabRequest, privilege: string): LabTask {
  const task = taskOf(request, upidOf(request));
  if (task === undefined) throw paramError({ upid: "no such task" });
  checkOwner(request, privilege);
  return task;
}

function taskStatus(request: LabRequest): unknown {
  const task = knownTask(request, "Sys.Audit");
  const { upid, node, pid, pstart, starttime, type, id, exitstatus } = task;
  return {
    ...{ upid, node, pid, pstart, starttime, type, id },
    ...userParts(task.user),
    ...(exitstatus === undefined ? { status: "running" } : { status: "stopped", exitstatus }),
  };
}

/** Bytes from which a download comes compressed, whatever the client accepts. */
const ZIPPED_FROM = 1024;

function taskLog(request: LabRequest): LabAnswer {
  const { params } = request;
  const upid = upidOf(request);
  checkOwner(request, "Sys.Audit");
  const task = taskOf(request, upid);
  if (params.flag("download")) {
    if (params.has("start") || params.has("limit")) {
      throw die("'download' cannot be used together with 'start' or 'limit' parameters");
    }
    if (task === undefined) {
      const folder = upid.split(":")[4]?.at(-1) ?? "";
      throw die(`Could not open file '/var/log/pve/tasks/${folder}/${upid}' - No such file or directory`);
    }
    const text = task.log.map((line) => `${line}\n`).join("");
    return new LabAnswer({ text, gzip: text.length > ZIPPED_FROM });
  }
  const lines = logLines(task);
  const start = params.integer("start") ?? 0;
  const limit = params.integer("limit") ?? 50;
  const end = limit === 0 ? undefined : start + limit;
  const data = lines.map((t, index) => ({ n: index + 1, t })).slice(start, end);
  return new LabAnswer({ data, extra: { total: lines.length } });
}

function logLines(task: LabTask | undefined): readonly string[] {
  if (task === undefined) return ["unable to open file - No such file or directory"];
  return task.log.length === 0 ? ["no content"] : task.log;
}
