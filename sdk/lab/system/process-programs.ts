import { SIGNALS } from "./signals.ts";
import type { Program, ProgramInput, ProgramOutput } from "./system.ts";

/** Programs that wait, and those that end others. `setsid` is with those that run programs. */
export const PROCESS_PROGRAMS: readonly (readonly [string, Program])[] = [
  ["sleep", ({ args: [time = "0"] }) => ({ ms: Number(time) * 1000 || 0 })],
  ["kill", kill],
];

/** `kill -9 42`, `kill -s TERM -- -42`, `kill -0 42`. */
function kill({ args, pid, system }: ProgramInput): ProgramOutput {
  const { signal, targets } = killArguments(args);
  if (signal === undefined || targets.length === 0) return { err: "kill: Illegal number\n", code: 2 };
  for (const target of targets) {
    if (target === pid && signal > 0) return { signal };
    const found = signal === 0 ? system.processes.runs(target) : system.processes.signal(target, signal);
    if (!found) return { err: "kill: No such process\n", code: 1 };
  }
  return {};
}

function killArguments(args: readonly string[]): { signal: number | undefined; targets: readonly number[] } {
  const [first = "", ...others] = args;
  if (first === "-s") return { signal: numberOf(others[0] ?? ""), targets: targetsOf(others.slice(1)) };
  if (first.startsWith("-") && first !== "--")
    return { signal: numberOf(first.slice(1)), targets: targetsOf(others) };
  return { signal: SIGNALS.TERM, targets: targetsOf(args) };
}

function targetsOf(args: readonly string[]): readonly number[] {
  return args.filter((arg) => arg !== "--" && /^-?\d+$/.test(arg)).map(Number);
}

function numberOf(name: string): number | undefined {
  return /^\d+$/.test(name) ? Number(name) : SIGNALS[name.replace(/^SIG/, "")];
}
