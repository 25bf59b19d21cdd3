import { runProgram } from "../system/run.ts";
import type { Steps } from "../system/shell-expand.ts";
import { SIGNALS } from "../system/signals.ts";
import type { GuestProcesses, GuestSystem, ProgramOutput } from "../system/system.ts";
import type { LabClock } from "../types.ts";

/** What a process left behind; all text is bytes, one character each. Exactly one of `code` and `signal` is set. */
export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code?: number;
  /** Number of the signal that ended it. */
  readonly signal?: number;
}

/** A process group that runs: one command of one session. */
interface Group {
  readonly stop: AbortController;
  readonly ignored: Set<number>;
  signal: number | undefined;
}

/** The processes of a node: what sessions run, each a group of its own. */
export class NodeProcesses implements GuestProcesses {
  readonly #clock: LabClock;
  readonly #groups = new Map<number, Group>();
  #nextPid = 2000;

  constructor(clock: LabClock) {
    this.#clock = clock;
  }

  /** Makes a group for a command that is about to run. */
  begin(): number {
    this.#nextPid += 1;
    this.#groups.set(this.#nextPid, { stop: new AbortController(), ignored: new Set(), signal: undefined });
    return this.#nextPid;
  }

  /** Runs the work of a group until it is done or a signal ends it. */
  async end(pid: number, work: (stopped: AbortSignal) => Promise<Ended>): Promise<Ended> {
    const group = this.#groups.get(pid);
    if (group === undefined) throw new Error(`no process ${pid}`);
    try {
      return await untilStopped(work(group.stop.signal), group);
    } finally {
      this.#groups.delete(pid);
    }
  }

  /** Lets the steps of a program happen, each in its time. */
  async pass(steps: Steps<ProgramOutput>, stopped: AbortSignal, around: Around): Promise<Ended> {
    for (;;) {
      const step = around(() => steps.next());
      if (step.done === true) return endedAs(step.value);
      await this.#clock.sleep(step.value, stopped);
    }
  }

  runs(pid: number): boolean {
    return this.#groups.has(Math.abs(pid));
  }

  signal(pid: number, signal: number): boolean {
    const group = this.#groups.get(Math.abs(pid));
    if (group === undefined) return false;
    if (signal === SIGNALS.KILL || !group.ignored.has(signal)) {
      group.signal ??= signal;
      group.stop.abort(new Error("killed"));
    }
    return true;
  }

  lead(): void {
    // Every session leads a group from its beginning.
  }

  ignore(pid: number, signal: number): void {
    this.#groups.get(pid)?.ignored.add(signal);
  }
}

/** What has to happen before and after a program touches files. */
export type Around = <T>(step: () => T) => T;

/** A program on its own, in the system that it is given. */
export function programSteps(
  system: GuestSystem,
  pid: number,
  argv: readonly string[],
  stdin: string,
): Steps<ProgramOutput> {
  return runProgram({ system, pid, variables: VARIABLES }, argv, stdin);
}

const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["HOME", "/root"],
  ["USER", "root"],
  ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
]);

function untilStopped(work: Promise<Ended>, group: Group): Promise<Ended> {
  const killed = new Promise<Ended>((resolve) => {
    const end = () => resolve({ out: "", err: "", signal: group.signal ?? 15 });
    if (group.stop.signal.aborted) end();
    group.stop.signal.addEventListener("abort", end, { once: true });
  });
  // Where it was stopped, how its work ends is of no interest any more.
  work.catch(() => undefined);
  return Promise.race([work, killed]);
}

function endedAs({ out = "", err = "", code = 0, signal }: ProgramOutput): Ended {
  return signal === undefined ? { out, err, code } : { out, err, signal };
}
