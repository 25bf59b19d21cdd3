import { insideOf } from "../qemu/guest-agent/inside.ts";
import { programOf } from "../system/run.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { type Ended, programSteps } from "./processes.ts";
import type { NodeSystem } from "./system.ts";

/** A command of a session on a node. All text is bytes, one character each. */
export interface SessionCommand {
  readonly node: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly pid: number;
  readonly stopped: AbortSignal;
}

/** Runs those subcommands of `pct` that are no methods of the API; undefined for the others. (pve-container, pct.pm) */
export async function runPct(
  lab: LabCore,
  { system, around }: NodeSystem,
  command: SessionCommand,
): Promise<Ended | undefined> {
  const [, subcommand, ...args] = command.argv;
  if (subcommand !== "exec" && subcommand !== "pull" && subcommand !== "push") return undefined;
  const [id = "", first = "", second = ""] = args.filter(
    (arg) => !/^--?(?:user|group|perms|keep-env)\b/.test(arg),
  );
  const guest = lab.state.guests.get(Number(id));
  if (guest?.kind !== "lxc" || guest.node !== command.node)
    return failed(2, `Configuration file 'nodes/${command.node}/lxc/${id}.conf' does not exist`);
  if (subcommand === "exec") return await execInside(lab, system.processes, guest, command);
  const action = subcommand === "pull" ? "pull files from a running VM" : "push files to a running CT";
  if (guest.runtime === undefined) return failed(255, `can only ${action}`);
  const inside = insideOf(lab, guest).system.files;
  return around(() => {
    const [from, to] = subcommand === "pull" ? [inside, system.files] : [system.files, inside];
    const content = from.get(first);
    // These end well whatever became of the copy.
    if (content === undefined) return { ...failed(0, `failed to open ${first}: No such file or directory`) };
    const fault = to.set(second, content, permissionsIn(args));
    return fault === undefined
      ? { out: "", err: "", code: 0 }
      : failed(0, `failed to create file: ${second}`);
  });
}

async function execInside(
  lab: LabCore,
  processes: NodeSystem["system"]["processes"],
  guest: LabGuest,
  { argv, stdin, pid, stopped }: SessionCommand,
): Promise<Ended> {
  const end = argv.indexOf("--");
  const words = argv.slice(end < 0 ? 3 : end + 1);
  const [program] = words;
  if (guest.runtime === undefined) return failed(255, `Error: container '${guest.vmid}' not running!`);
  if (program === undefined) return failed(255, "missing command");
  if (programOf(program) === undefined) {
    const why = `No such file or directory - Failed to exec "${program}"`;
    return failed(127, `lxc-attach: ${guest.vmid}: ../src/lxc/attach.c: lxc_attach_run_command: 1841 ${why}`);
  }
  const { system } = insideOf(lab, guest);
  const ended = await processes.pass(programSteps(system, pid, words, stdin), stopped, (step) => step());
  if (ended.signal === undefined) return ended;
  return { out: ended.out, err: ended.err, code: 128 + ended.signal };
}

function permissionsIn(args: readonly string[]): number {
  const at = args.findIndex((arg) => /^--?perms$/.test(arg));
  return Number.parseInt(args[at + 1] ?? "", 8) || 0o644;
}

function failed(code: number, message: string): Ended {
  return { out: "", err: `${message}\n`, code };
}
