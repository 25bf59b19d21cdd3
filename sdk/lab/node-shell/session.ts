import { type LabNodeShell, runLabCommand } from "../cli/run.ts";
import { programOf } from "../system/run.ts";
import { SIGNALS } from "../system/signals.ts";
import { toBytes } from "../system/system.ts";
import { runPct, type SessionCommand } from "./pct.ts";
import { type Ended, programSteps } from "./processes.ts";
import { nodeSystem } from "./system.ts";
import { toolInScript } from "./tool-in-script.ts";

/** A command that a session has begun: its process group, and how it ends. */
export interface Begun {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Ends it as `kill` does. */
  stop(): void;
}

/** Begins a command on a node, as root. `stdin` is bytes, one character each. */
export function beginCommand(
  shell: LabNodeShell,
  node: string,
  { argv, stdin }: { argv: readonly string[]; stdin: Promise<string> },
): Begun {
  const found = nodeSystem(shell.lab, node);
  if (found === undefined) throw new Error(`the lab has no node ${node}`);
  const { processes } = found.system;
  const pid = processes.begin();
  const bytes = argv.map(toBytes);
  const ended = processes.end(pid, async (stopped) => {
    const command: SessionCommand = { node, argv: bytes, stdin: await stdin, pid, stopped };
    const tool = toolInScript(argv);
    if (tool !== undefined) return await runTool(shell, node, tool);
    const [program = ""] = argv;
    const inPct = program === "pct" ? await runPct(shell.lab, found, command) : undefined;
    if (inPct !== undefined) return inPct;
    if (programOf(program) === undefined) return await runTool(shell, node, argv);
    const steps = programSteps(found.system, pid, bytes, command.stdin);
    return await processes.pass(steps, stopped, found.around);
  });
  return { pid, ended, stop: () => void processes.signal(pid, SIGNALS.TERM ?? 15) };
}

/** How a command ended. Exactly one of `exitCode` and `signal` is set. */
export interface LabRun {
  readonly exitCode?: number;
  /** Number of the signal that ended it. */
  readonly signal?: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Input of a command, and when it is ended. */
export interface RunOptions {
  readonly stdin?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** Runs a command on a node, as root. */
export async function runCommand(
  shell: LabNodeShell,
  node: string,
  argv: readonly string[],
  { stdin = new Uint8Array(), signal }: RunOptions = {},
): Promise<LabRun> {
  const input = Promise.resolve(Buffer.from(stdin).toString("latin1"));
  const { ended, stop } = beginCommand(shell, node, { argv, stdin: input });
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const { out, err, code, signal: killedBy } = await ended;
  signal?.removeEventListener("abort", stop);
  return {
    ...(code === undefined ? {} : { exitCode: code }),
    ...(killedBy === undefined ? {} : { signal: killedBy }),
    stdout: Buffer.from(out, "latin1"),
    stderr: Buffer.from(err, "latin1"),
  };
}

/** A tool of Proxmox VE. */
async function runTool(shell: LabNodeShell, node: string, argv: readonly string[]): Promise<Ended> {
  const { stdout, stderr, exitCode } = await runLabCommand(shell, node, argv);
  return { out: toBytes(stdout), err: toBytes(stderr), code: exitCode };
}
