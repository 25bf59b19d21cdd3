import { judge } from "./follow.ts";
import type { ListedTask } from "./tasks.ts";
import type { JobGuest, JobStep, JobTask } from "./types.ts";
import { findUpids, type Upid } from "./upid.ts";
import { readMention } from "./wrapper-log.ts";

/** Lines of a wrapper's own, about no guest. */
const CHATTER = /^(?:Waiting for |All jobs finished|waiting for quorum|got quorum)/;

interface Tracked {
  readonly entry: JobGuest;
  readonly vmid: number;
  types: readonly string[];
  task?: JobTask;
  /** Set by the log: wins over the lack of a task. */
  said?: "failed" | "skipped";
}

/** Finds the children of a wrapper task in its log and in the task list, and keeps what came of each guest. */
export class WrapperChildren {
  readonly #wrapper: Upid;
  readonly #step: JobStep;
  readonly #guests = new Map<number, Tracked>();
  #latest: Tracked | undefined;

  constructor(wrapper: Upid, step: JobStep) {
    this.#wrapper = wrapper;
    this.#step = step;
    // The log is read from its start, also when following is taken up again.
    step.guests = [];
  }

  /** Reads lines of the wrapper's log. */
  observe(lines: readonly string[]): void {
    for (const line of lines) {
      const mention = readMention(line);
      if (mention === undefined) this.#observeRest(line);
      else {
        const tracked = this.#track(mention.vmid, mention.guest);
        if (mention.says === "begun") tracked.types = mention.types;
        else this.#conclude(tracked, mention.says, mention.detail);
        this.#latest = tracked;
      }
      for (const upid of findUpids(line)) this.#attach(upid);
    }
  }

  /** True while some guest's task is not found, or not known to have ended. */
  get isOpen(): boolean {
    return [...this.#guests.values()].some(({ entry }) => entry.state === "running");
  }

  /** Tasks of children that still run as far as is known. */
  get running(): JobTask[] {
    return [...this.#guests.values()].flatMap(({ task }) => (task?.state === "running" ? [task] : []));
  }

  /** Takes what the task list says. */
  update(listed: readonly ListedTask[]): void {
    for (const { upid, exitStatus } of listed) {
      const tracked = this.#attach(upid);
      if (tracked?.task === undefined || exitStatus === undefined || tracked.task.state !== "running")
        continue;
      tracked.task.state = judge(exitStatus);
      tracked.task.exitStatus = exitStatus;
    }
    this.refresh();
  }

  /** Takes over the states of the tasks, after they were followed. */
  refresh(): void {
    for (const { entry, task, said } of this.#guests.values()) {
      if (task === undefined || said !== undefined) continue;
      entry.state = task.state;
      if (task.state === "running" || task.state === "ok") delete entry.detail;
      else entry.detail = task.exitStatus ?? task.state;
    }
  }

  /** After the end: a guest that was begun without a task failed if the log says why, else nobody knows. */
  close(): void {
    this.refresh();
    for (const { entry, task } of this.#guests.values()) {
      if (task !== undefined || entry.state !== "running") continue;
      entry.state = entry.detail === undefined ? "unknown" : "failed";
      entry.detail ??= "its task was not found";
    }
  }

  #observeRest(line: string): void {
    const tracked = this.#latest;
    if (tracked === undefined || tracked.task !== undefined || /^TASK /.test(line)) return;
    // An error in place of a task follows the line that began it.
    const isMore = tracked.said === "failed" && /^\s/.test(line);
    if (isMore) tracked.entry.detail = `${tracked.entry.detail ?? ""} ${line.trim()}`.trim();
    else if (tracked.said === undefined && !CHATTER.test(line)) tracked.entry.detail ??= line.trim();
  }

  #track(vmid: number, guest: string): Tracked {
    const known = this.#guests.get(vmid);
    if (known !== undefined) return known;
    const entry: JobGuest = { guest, state: "running" };
    const tracked: Tracked = { entry, vmid, types: [] };
    this.#guests.set(vmid, tracked);
    this.#step.guests?.push(entry);
    return tracked;
  }

  #conclude(tracked: Tracked, says: "failed" | "skipped", detail: string | undefined): void {
    tracked.said = says;
    tracked.entry.state = says;
    if (detail !== undefined) tracked.entry.detail = detail;
  }

  /** Makes the task a child of the guest that it is about; undefined when it is none of ours. */
  #attach(upid: Upid): Tracked | undefined {
    const tracked = this.#guests.get(Number(upid.id));
    const isOurs = upid.user === this.#wrapper.user && upid.startTime >= this.#wrapper.startTime;
    if (tracked === undefined || !isOurs || !tracked.types.includes(upid.type)) return undefined;
    if (tracked.task === undefined) {
      tracked.task = this.#taskOf(upid, tracked.entry.guest);
    }
    return tracked.task.upid === upid.upid ? tracked : undefined;
  }

  #taskOf({ upid, node }: Upid, guest: string): JobTask {
    const known = this.#step.tasks.find((task) => task.upid === upid);
    if (known) return known;
    const task: JobTask = { upid, node, state: "running", guest };
    this.#step.tasks.push(task);
    return task;
  }
}
