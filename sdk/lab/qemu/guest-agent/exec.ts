import { die } from "../../errors.ts";
import type { ProcessResult } from "../../system/processes.ts";
import type { LabCore, LabGuest } from "../../types.ts";
import { insideOf } from "./inside.ts";
import { refusal } from "./simple.ts";

/** The agent keeps this much of each output. (QEMU, qga/commands.c) */
const MOST_OUTPUT = 16 * 1024 * 1024;

/**
 * `guest-exec`: starts a process and answers its id. Each character of the arguments and of the input is one byte, as
 * Proxmox VE hands them on without encoding them; others it cannot hand on.
 */
export function execute(
  lab: LabCore,
  guest: LabGuest,
  { command, input }: { command: readonly string[]; input: string },
): number {
  if (isWide(input))
    throw die("Wide character in subroutine entry at /usr/share/perl5/PVE/QemuServer/Agent.pm line 71.");
  if (command.some(isWide))
    throw die(`VM ${guest.vmid} qmp command 'guest-exec' failed - Wide character in syswrite`);
  const inside = insideOf(lab, guest);
  const refused = refusal(inside, guest, "exec");
  if (refused !== undefined) throw die(`Agent error: ${refused}`);
  if (!command.every(isUtf8)) throw die("Agent error: JSON parse error, invalid UTF-8 sequence in string");
  const pid = inside.processes.start(inside.system, command, input);
  if (pid !== undefined) return pid;
  const reason = `Failed to execute child process “${command[0] ?? ""}” (No such file or directory)`;
  throw die(`Agent error: Guest agent command failed, error was '${reason}'`);
}

/** `guest-exec-status`: what became of a process; of one that has ended it tells once. */
export function processStatus(lab: LabCore, guest: LabGuest, pid: number): unknown {
  const inside = insideOf(lab, guest);
  const refused = refusal(inside, guest, "exec-status");
  if (refused !== undefined) throw die(`Agent error: ${refused}`);
  const process = inside.processes.take(pid);
  if (process === undefined) throw die(`Agent error: 'pid ${pid} does not exist'`);
  return process.result === undefined ? { exited: 0 } : told(process.result);
}

function told({ out, err, code, signal }: ProcessResult): unknown {
  return {
    exited: 1,
    ...(signal === undefined ? { exitcode: code } : { signal }),
    ...output("out", out),
    ...output("err", err),
  };
}

function output(name: "out" | "err", text: string): Readonly<Record<string, unknown>> {
  if (text === "") return {};
  const isCut = text.length > MOST_OUTPUT;
  return {
    [`${name}-data`]: isCut ? text.slice(0, MOST_OUTPUT) : text,
    ...(isCut ? { [`${name}-truncated`]: 1 } : {}),
  };
}

/** Whether a text has characters that are no bytes. */
export function isWide(text: string): boolean {
  return /[^\0-\xff]/.test(text);
}

function isUtf8(text: string): boolean {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.from(bytes.toString("utf8")).equals(bytes);
}
