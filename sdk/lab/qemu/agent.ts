import { die } from "../errors.ts";
import type { LabCore, LabGuest, LabHandler, LabRequest } from "../types.ts";
import { loadVm } from "./guest.ts";
import { execute, processStatus } from "./guest-agent/exec.ts";
import { readFile, writeFile } from "./guest-agent/file-access.ts";
import { simpleCommand } from "./guest-agent/simple.ts";
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
  // A paused system has an agent that does not answer.
  if (guest.runtime.agent !== true || guest.runtime.qmpstatus !== "running")
    throw die("QEMU guest agent is not running");
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
  return { pid: execute(lab, guest, { command, input: params.text("input-data") ?? "" }) };
}

function execStatus(request: LabRequest): unknown {
  return processStatus(request.lab, reach(request), request.params.integer("pid") ?? 0);
}

function fileRead(request: LabRequest): unknown {
  const { lab, params } = request;
  return readFile(lab, reach(request), {
    path: params.need("file"),
    offset: params.integer("offset") ?? 0,
    count: params.integer("count") ?? Number.MAX_SAFE_INTEGER,
    decode: params.flag("decode", true),
  });
}

function fileWrite(request: LabRequest): unknown {
  const { lab, params } = request;
  writeFile(lab, reach(request), {
    path: params.need("file"),
    content: params.need("content"),
    encode: params.flag("encode", true),
  });
  return null;
}
