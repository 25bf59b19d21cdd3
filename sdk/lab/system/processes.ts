import { type Place, programOf, runProgram } from "./run.ts";
import type { Steps } from "./shell-expand.ts";
import { SIGNALS } from "./signals.ts";
import type { GuestProcesses, GuestSystem, ProgramOutput } from "./system.ts";
import { windowsProgram } from "./windows.ts";

/** What became of a process that the guest agent started. */
export interface ProcessResult {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  readonly signal?: number;
}

/** A process: what it does next, and when. */
interface Process {
  readonly steps: Steps<ProgramOutput>;
  wakesAt: number;
  isLeader: boolean;
  readonly ignored: Set<number>;
  result: ProcessResult | undefined;
}

const FIRST_PID = 1000;
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["HOME", "/root"],
  ["USER", "root"],
  ["PATH", "/usr/sbin:/usr/bin"],
]);

/** The processes that the agent of one guest started, until it has told how they ended. */
export class Processes implements GuestProcesses {
  readonly #running = new Map<number, Process>();
  readonly #isWindows: boolean;
  #nextPid = FIRST_PID;

  constructor({ isWindows = false }: { readonly isWindows?: boolean } = {}) {
    this.#isWindows = isWindows;
  }

  /** Starts a process; its id, undefined where there is no such program. */
  start(system: GuestSystem, command: readonly string[], stdin: string): number | undefined {
    const pid = this.#nextPid;
    const steps = this.#stepsOf({ system, pid, variables: VARIABLES }, command, stdin);
    if (steps === undefined) return undefined;
    this.#nextPid += 1;
    const process = { steps, wakesAt: system.now(), isLeader: false, ignored: new Set<number>() };
    this.#running.set(pid, { ...process, result: undefined });
    return pid;
  }

  #stepsOf(place: Place, command: readonly string[], stdin: string): Steps<ProgramOutput> | undefined {
    const [path = "", ...args] = command;
    if (!this.#isWindows)
      return programOf(path) === undefined ? undefined : runProgram(place, command, stdin);
    const program = windowsProgram(path);
    return program && takingTime(program({ args, stdin, system: place.system, pid: place.pid }));
  }

  /** Forgets all: the system that they ran in is gone. */
  clear(): void {
    this.#running.clear();
  }

  /** Lets everything happen that is due. */
  advance(now: number): void {
    for (const process of this.#running.values()) {
      while (process.result === undefined && process.wakesAt <= now) {
        const step = process.steps.next();
        if (step.done === true) process.result = resultOf(step.value);
        else process.wakesAt += step.value;
      }
    }
  }

  /** Undefined for an unknown id; of what has ended it tells once. */
  take(pid: number): { readonly result: ProcessResult | undefined } | undefined {
    const process = this.#running.get(pid);
    if (process === undefined) return undefined;
    if (process.result !== undefined) this.#running.delete(pid);
    return { result: process.result };
  }

  runs(pid: number): boolean {
    const process = this.#running.get(Math.abs(pid));
    return process !== undefined && process.result === undefined && (pid > 0 || process.isLeader);
  }

  signal(pid: number, signal: number): boolean {
    if (!this.runs(pid)) return false;
    const process = this.#running.get(Math.abs(pid));
    if (process === undefined) return false;
    if (signal === SIGNALS.KILL || !process.ignored.has(signal))
      process.result = { out: "", err: "", ...(this.#isWindows ? { code: 1 } : { code: 0, signal }) };
    return true;
  }

  lead(pid: number): void {
    const process = this.#running.get(pid);
    if (process !== undefined) process.isLeader = true;
  }

  ignore(pid: number, signal: number): void {
    this.#running.get(pid)?.ignored.add(signal);
  }
}

function* takingTime(output: ProgramOutput): Steps<ProgramOutput> {
  if (output.ms !== undefined) yield output.ms;
  return output;
}

function resultOf({ out = "", err = "", code = 0, signal }: ProgramOutput): ProcessResult {
  return { out, err, code, ...(signal === undefined ? {} : { signal }) };
}
