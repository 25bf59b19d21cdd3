import { faultText } from "../errors.ts";
import type { Faults } from "../faults.ts";
import type { LabClock } from "../types.ts";
import type { LabTask, LabTasks, TaskHandle, TaskStart, TaskWorker } from "./types.ts";
import { formatUpid } from "./upid.ts";

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<string>;
}

/** Proxmox VE keeps far more; this bounds the memory of a long run. */
const KEPT = 5000;

/** Runs and remembers tasks. */
export class Tasks implements LabTasks {
  readonly #tasks = new Map<string, LabTask>();
  readonly #running = new Map<string, Running>();
  readonly #told = new Map<string, string>();
  readonly #clock: LabClock;
  readonly #faults: Faults;
  readonly #began: number;
  #pid = 1000;

  constructor(clock: LabClock, faults: Faults) {
    this.#clock = clock;
    this.#faults = faults;
    this.#began = clock.now() - 86_400_000;
  }

  start(start: TaskStart, worker: TaskWorker): string {
    this.#pid += 1;
    const numbers = {
      pid: this.#pid,
      pstart: Math.floor((this.#clock.now() - this.#began) / 10),
      starttime: this.#clock.seconds(),
    };
    const upid = formatUpid({ ...start, ...numbers });
    const task: LabTask = { ...start, ...numbers, upid, log: [] };
    this.#tasks.set(upid, task);
    this.#told.set(task.node, upid);
    this.#forget();
    const abort = new AbortController();
    const ended = this.#run(task, abort.signal, worker);
    this.#running.set(upid, { abort, ended });
    return upid;
  }

  get(upid: string): LabTask | undefined {
    return this.#tasks.get(upid);
  }

  all(): readonly LabTask[] {
    return [...this.#tasks.values()].reverse();
  }

  told(node: string): string | undefined {
    return this.#told.get(node);
  }

  stop(upid: string): void {
    this.#running.get(upid)?.abort.abort(new Error("received interrupt"));
  }

  async ended(upid: string): Promise<string> {
    const exitstatus = this.#tasks.get(upid)?.exitstatus;
    return exitstatus ?? (await this.#running.get(upid)?.ended) ?? "unknown";
  }

  close(): void {
    for (const { abort } of this.#running.values()) abort.abort(new Error("lab closed"));
  }

  async #run(task: LabTask, signal: AbortSignal, worker: TaskWorker): Promise<string> {
    // The answer with the UPID leaves before the work begins, as with a forked worker.
    await new Promise((resolve) => setImmediate(resolve));
    let warnings = 0;
    const handle: TaskHandle = {
      upid: task.upid,
      signal,
      log: (line) => void task.log.push(...line.split("\n")),
      warn: (line) => {
        warnings += 1;
        task.log.push(`WARN: ${line}`);
      },
      takes: (ms) => this.#clock.sleep(ms, signal),
      child: (type, id, work) => this.start({ node: task.node, type, id: String(id), user: task.user }, work),
      ended: (upid) => this.ended(upid),
    };
    const exitstatus = await this.#work(handle, task, worker);
    return this.#finish(task, exitstatus ?? (warnings > 0 ? `WARNINGS: ${warnings}` : "OK"));
  }

  /** The exit status of a task that went wrong. */
  async #work(handle: TaskHandle, task: LabTask, worker: TaskWorker): Promise<string | undefined> {
    try {
      const fault = this.#faults.takeTask(task.type, task.id);
      const warns = fault?.startsWith("WARNINGS:") === true;
      if (fault !== undefined && !warns) throw new Error(fault);
      await worker(handle);
      return warns ? fault : undefined;
    } catch (error) {
      if (handle.signal.aborted) return "unexpected status";
      return faultText(error).trimEnd();
    }
  }

  #finish(task: LabTask, exitstatus: string): string {
    const flat = exitstatus.replaceAll("\n", " ");
    task.exitstatus = flat;
    task.endtime = this.#clock.seconds();
    if (exitstatus === "OK") task.log.push("TASK OK");
    else if (exitstatus.startsWith("WARNINGS:")) task.log.push(`TASK ${exitstatus}`);
    else if (exitstatus !== "unexpected status") task.log.push(`TASK ERROR: ${flat}`);
    this.#running.delete(task.upid);
    this.#told.set(task.node, task.upid);
    return flat;
  }

  #forget(): void {
    if (this.#tasks.size <= KEPT) return;
    for (const [upid, task] of this.#tasks) {
      if (task.exitstatus !== undefined) {
        this.#tasks.delete(upid);
        return;
      }
    }
  }
}
