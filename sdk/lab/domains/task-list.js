import { die, paramError } from "../errors.js";
import { LabAnswer } from "../frame/answer.js";
import { parseUpid } from "../tasks/upid.js";
/** `/nodes/{node}/tasks`. */
export function registerTasks(lab) {
    lab.route("GET /nodes/{node}/tasks", listTasks);
    lab.route("GET /nodes/{node}/tasks/{upid}", () => [{ name: "log" }, { name: "status" }]);
    lab.route("GET /nodes/{node}/tasks/{upid}/status", taskStatus);
    lab.route("GET /nodes/{node}/tasks/{upid}/log", taskLog);
    lab.route("DELETE /nodes/{node}/tasks/{upid}", (request) => {
        const upid = upidOf(request);
        const task = request.lab.tasks.get(upid);
        if (task?.user !== request.caller.id)
            request.check(`/nodes/${request.node.name}`, ["Sys.Modify"]);
        if (task === undefined)
            throw paramError({ upid: "no such task" });
        request.lab.tasks.stop(upid);
        return null;
    });
}
/** User and token apart, as answers have them. */
function userParts(user) {
    const [name = user, tokenid] = user.split("!");
    return tokenid === undefined ? { user: name } : { user: name, tokenid };
}
/** A task as lists show it. */
export function taskEntry(task) {
    const { upid, node, pid, pstart, starttime, type, id, endtime, exitstatus } = task;
    return {
        ...{ upid, node, pid, pstart, starttime, type, id },
        ...userParts(task.user),
        ...(exitstatus === undefined ? {} : { endtime, status: exitstatus }),
    };
}
function listTasks({ params, lab, caller, node, may }) {
    const mayAudit = may(`/nodes/${node.name}`, ["Sys.Audit"]);
    const keeps = taskFilter(params);
    const found = lab.tasks
        .all()
        .filter((task) => task.node === node.name && (mayAudit || task.user === caller.id) && keeps(task));
    const start = params.integer("start") ?? 0;
    const data = found
        .slice(start, start + (params.integer("limit") ?? 50))
        .map((task) => ({ ...taskEntry(task), ...(task.exitstatus === undefined ? { status: "RUNNING" } : {}) }));
    return new LabAnswer({ data, ...(found.length === 0 ? {} : { extra: { total: found.length } }) });
}
function taskFilter(params) {
    const source = params.text("source") ?? "archive";
    const user = params.text("userfilter")?.toLowerCase();
    const vmid = params.text("vmid");
    const type = params.text("typefilter");
    const since = params.integer("since") ?? 0;
    const until = params.integer("until") ?? Number.POSITIVE_INFINITY;
    const statuses = new Set(params.list("statusfilter"));
    return (task) => {
        const isRunning = task.exitstatus === undefined;
        if (source !== "all" && isRunning !== (source === "active"))
            return false;
        if (user !== undefined && !task.user.toLowerCase().includes(user))
            return false;
        if (vmid !== undefined && task.id !== vmid)
            return false;
        if (type !== undefined && task.type !== type)
            return false;
        if (task.starttime < since || task.starttime > until)
            return false;
        if (params.flag("errors") && task.exitstatus === "OK")
            return false;
        return statuses.size === 0 || statuses.has(statusKind(task.exitstatus));
    };
}
function statusKind(exitstatus) {
    if (exitstatus === undefined)
        return "unknown";
    if (exitstatus === "OK")
        return "ok";
    if (exitstatus.startsWith("WARNINGS:"))
        return "warning";
    return exitstatus === "unexpected status" ? "unknown" : "error";
}
function upidOf({ params }) {
    const upid = params.need("upid");
    if (parseUpid(upid) === undefined)
        throw paramError({ upid: "unable to parse worker upid" });
    return upid;
}
/** The task, after the check that one may look at it: one's own, or any with the right to audit the node. */
function visibleTask(request) {
    const upid = upidOf(request);
    const owner = parseUpid(upid)?.user;
    if (owner !== request.caller.id)
        request.check(`/nodes/${request.node.name}`, ["Sys.Audit"]);
    const task = request.lab.tasks.get(upid);
    return task?.node === request.node.name ? task : undefined;
}
function taskStatus(request) {
    const task = visibleTask(request);
    if (task === undefined)
        throw paramError({ upid: "no such task" });
    const { upid, node, pid, pstart, starttime, type, id, exitstatus } = task;
    return {
        ...{ upid, node, pid, pstart, starttime, type, id },
        ...userParts(task.user),
        ...(exitstatus === undefined ? { status: "running" } : { status: "stopped", exitstatus }),
    };
}
function taskLog(request) {
    const { params } = request;
    const task = visibleTask(request);
    if (params.flag("download")) {
        if (params.has("start") || params.has("limit")) {
            throw die("'download' cannot be used together with 'start' or 'limit' parameters");
        }
        return new LabAnswer({ text: (task?.log ?? []).map((line) => `${line}\n`).join("") });
    }
    const lines = logLines(task);
    const start = params.integer("start") ?? 0;
    const limit = params.integer("limit") ?? 50;
    const end = limit === 0 ? undefined : start + limit;
    const data = lines.map((t, index) => ({ n: index + 1, t })).slice(start, end);
    return new LabAnswer({ data, extra: { total: lines.length } });
}
function logLines(task) {
    if (task === undefined)
        return ["unable to open file - No such file or directory"];
    return task.log.length === 0 ? ["no content"] : task.log;
}
