import { die } from "../errors.ts";
import type { LabCore, LabGuest, LabHandler, LabRequest } from "../types.ts";
import { loadVm } from "./guest.ts";
import { execute, processStatus, readFile, simpleCommand, writeFile } from "./guest-agent/agent.ts";
import { vmidOf } from "./power.ts";

const READS = [
  "get-fsinfo",
  "get-host-name",
  "get-memory-block-info",
  "get-memory-blocks",
  "get-osinfo",
  "get-time",
  "get-timezone",
  "get-users",
  "get-vcpus",
  "info",
  "network-get-interfaces",
];

const WRITES = [
  "fsfreeze-freeze",
  "fsfreeze-status",
  "fsfreeze-thaw",
  "fstrim",
  "ping",
  "shutdown",
  "suspend-disk",
  "suspend-hybrid",
  "suspend-ram",
];

const OTHERS = ["exec", "exec-status", "file-read", "file-write", "set-user-password"];

const BASE = "/nodes/{node}/qemu/{vmid}/agent";

/** All endpoints of the guest agent. */
export function registerAgent(lab: LabCore): void {
  const index = [...READS, ...WRITES, ...OTHERS].sort().map((name) => ({ name }));
  lab.route(`GET ${BASE}`, () => index);
  lab.route(`POST ${BASE}`, (request) => run(request, request.params.need("command")));
  const simple =
    (command: string): LabHandler =>
    (request) =>
      run(request, command);
  for (const command of READS) lab.route(`GET ${BASE}/${command}`, simple(command));
  for (const command of WRITES) lab.route(`POST ${BASE}/${command}`, simple(command));
  lab.route(`POST ${BASE}/exec`, exec);
  lab.route(`GET ${BASE}/exec-status`, execStatus);
  lab.route(`GET ${BASE}/file-read`, fileRead);
  lab.route(`POST ${BASE}/file-write`, fileWrite);
  lab.route(`POST ${BASE}/set-user-password`, (request) => {
    reach(request);
    return { result: {} };
  });
}

/** The VM where its agent can be reached. */
function reach(request: LabRequest): LabGuest {
  const guest = loadVm(request.lab, request.node.name, vmidOf(request));
  if (!guest.config.has("agent")) throw die("No QEMU guest agent configured");
  if (guest.runtime === undefined) throw die(`VM ${guest.vmid} is not running`);
  if (guest.runtime.agent !== true) throw die("QEMU guest agent is not running");
  return guest;
}

function run(request: LabRequest, command: string): unknown {
  return { result: simpleCommand(request.lab, reach(request), command) };
}

function exec(request: LabRequest): unknown {
  const { lab, params } = request;
  const guest = reach(request);
  // Before 8 the arguments are one text, apart by NULs.
  const command = params.array("command").flatMap((part) => part.split("\0"));
  const pid = execute(lab, guest, command, params.text("input-data") ?? "");
  if (pid === undefined)
    throw die(
      `Agent error: Guest agent command failed, error was 'Failed to execute child process “${command[0] ?? ""}” (No such file or directory)'`,
    );
  return { pid };
}

function execStatus(request: LabRequest): unknown {
  const pid = request.params.integer("pid") ?? 0;
  const status = processStatus(request.lab, reach(request), pid);
  if (status === undefined) throw die(`Agent error: 'pid ${pid} does not exist'`);
  return status;
}

function fileRead(request: LabRequest): unknown {
  const path = request.params.need("file");
  const content = readFile(request.lab, reach(request), path);
  if (content === undefined)
    throw die(`Agent error: failed to open file '${path}' (mode: 'r'): No such file or directory`);
  return { content, "bytes-read": Buffer.byteLength(content) };
}

function fileWrite(request: LabRequest): unknown {
  const { lab, params } = request;
  const guest = reach(request);
  const content = params.need("content");
  const text = params.flag("encode", true) ? content : Buffer.from(content, "base64").toString("utf8");
  writeFile(lab, guest, params.need("file"), text);
  return null;
}
