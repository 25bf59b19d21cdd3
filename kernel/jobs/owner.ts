import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A process, told apart from a later one with the same pid by when it started. */
export interface Owner {
  readonly pid: number;
  /** Opaque; empty where the system does not tell. */
  readonly pidStart: string;
}

let self: Promise<Owner> | undefined;

/** This process. */
export function ownProcess(): Promise<Owner> {
  self ??= startOf(process.pid).then((pidStart) => ({ pid: process.pid, pidStart }));
  return self;
}

/** True while that very process lives; in doubt true, so that nobody's running job is taken. */
export async function isAlive(owner: Owner): Promise<boolean> {
  if (!exists(owner.pid)) return false;
  const start = await startOf(owner.pid);
  return start === "" || owner.pidStart === "" || start === owner.pidStart;
}

function exists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    // Signal 0 only asks whether the process is there.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function startOf(pid: number): Promise<string> {
  if (process.platform === "linux") return linuxStart(pid).catch(() => "");
  if (process.platform === "win32") return "";
  const ps = promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
  return ps.then(({ stdout }) => stdout.trim()).catch(() => "");
}

/** The boot joins in, because start times count from it. */
async function linuxStart(pid: number): Promise<string> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""),
  ]);
  // The command stands in parentheses and may hold anything; fields 3 and up follow the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return `${boot.trim()}/${fields[19] ?? ""}`;
}
