import { join } from "node:path";
import { inject, injectable } from "tsyringe";
import type { Artifacts } from "../artifacts/types.ts";
import type { AuditLog } from "../audit/types.ts";
import type { CallContext, Plan, WaitOptions } from "../call/types.ts";
import type { Logger } from "../log.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import {
  ARTIFACTS,
  AUDIT_LOG,
  CLUSTERS,
  type Clusters,
  LOGGER,
  REDACTOR,
  SETTINGS,
  UPLOAD_FILES,
} from "../tokens.ts";
import type { UploadFiles } from "../uploads/upload-files.ts";
import { alreadyEnded, noSuchJob, stopTasks } from "./cancel.ts";
import { JobEnvironments } from "./environments.ts";
import { readLogs } from "./logs.ts";
import { newJob, notRecorded } from "./new-job.ts";
import { isAlive, ownProcess } from "./owner.ts";
import { pause, untilOrPause } from "./pause.ts";
import { endAbandoned } from "./recovery.ts";
import { JobRun } from "./run.ts";
import { JobStore } from "./store.ts";
import type { AfterChange, Job, JobService, JobState, RunningJob } from "./types.ts";
import { watchJob } from "./watch.ts";

/** How often a job of another process is looked at while waiting for it, milliseconds. */
const FOREIGN_POLL_MS = 250;
/** How long cancelling waits for the stopped tasks to end, milliseconds. */
const CANCEL_WAIT_MS = 5000;
/** Log lines answered where the caller names no limit. */
const LOG_LINES = 100;
/** Old jobs are removed at the start and after so many new ones. */
const PRUNE_EVERY = 100;

interface Live {
  readonly job: Job;
  readonly ended: Promise<void>;
  readonly cancel: () => void;
}

/** Jobs below the state directory; those that this process runs are held in memory as well. */
@injectable()
export class StoredJobs implements JobService {
  readonly #stateDir: string;
  readonly #logger: Logger;
  readonly #store: JobStore;
  readonly #environments: JobEnvironments;
  readonly #live = new Map<string, Live>();
  #started = 0;

  constructor(
    @inject(SETTINGS) settings: Settings,
    @inject(CLUSTERS) clusters: Clusters,
    @inject(AUDIT_LOG) audit: AuditLog,
    @inject(LOGGER) logger: Logger,
    @inject(REDACTOR) redactor: Redactor,
    @inject(UPLOAD_FILES) uploads: UploadFiles,
    @inject(ARTIFACTS) artifacts: Artifacts,
  ) {
    this.#stateDir = settings.stateDir;
    this.#logger = logger;
    const store = new JobStore(join(settings.stateDir, "jobs"), redactor);
    this.#store = store;
    const live = () => [...this.#live.values()].map(({ job }) => job);
    this.#environments = new JobEnvironments({
      settings,
      clusters,
      audit,
      logger,
      store,
      uploads,
      artifacts,
      redactor,
      live,
    });
  }

  async start(plan: Plan, context: CallContext, wait: WaitOptions, after?: AfterChange): Promise<RunningJob> {
    const environment = this.#environments.of(plan.cluster);
    const job = newJob(plan, context, await ownProcess());
    await this.#store.save(job, { durable: true }).catch((error: unknown) => {
      throw notRecorded(this.#stateDir, error);
    });
    const run = new JobRun(job, plan, context, wait, environment, after);
    const copy = this.#store.redacted(job);
    const { ended } = this.#keep(job, run.run(), () => run.cancel());
    this.#pruneNowAndThen();
    return { job: copy, ended: ended.then(() => this.#store.redacted(job)), detach: () => run.detach() };
  }

  async get(id: string): Promise<Job | undefined> {
    const live = this.#live.get(id);
    if (live) return this.#store.redacted(live.job);
    const stored = await this.#store.load(id);
    return stored && (await this.#current(stored));
  }

  async list(filter: { state?: JobState; limit?: number } = {}): Promise<Job[]> {
    const jobs = await Promise.all((await this.#store.all()).map((job) => this.#current(job)));
    const { state, limit } = filter;
    return jobs.filter((job) => state === undefined || job.state === state).slice(0, limit);
  }

  async wait(id: string, timeoutMs: number, signal?: AbortSignal): Promise<Job | undefined> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const job = await this.get(id);
      const left = end - Date.now();
      const isOver = left <= 0 || signal?.aborted === true || this.#environments.isStopped;
      if (job?.state !== "running" || isOver) return job;
      const live = this.#live.get(id);
      if (live) await untilOrPause(live.ended, left, signal);
      else await pause(Math.min(left, FOREIGN_POLL_MS), signal);
    }
  }

  async logs(id: string, options: { limit?: number; signal?: AbortSignal } = {}): Promise<string[]> {
    const job = await this.#known(id);
    const tasks = job.steps.flatMap((step) => step.tasks);
    if (tasks.length === 0) return [];
    const environment = this.#environments.of(job.cluster);
    return readLogs(environment.tasks, tasks, options.limit ?? LOG_LINES, options.signal);
  }

  async watch(id: string, changed: () => void, signal: AbortSignal): Promise<void> {
    const { cluster } = await this.#known(id);
    const { tasks, stop } = this.#environments.of(cluster);
    const over = AbortSignal.any([signal, stop]);
    await watchJob({ look: (ms) => this.wait(id, ms, over), tasks, changed, signal: over });
  }

  async cancel(id: string): Promise<Job> {
    const job = await this.#known(id);
    if (job.state !== "running") throw alreadyEnded(job);
    const environment = this.#environments.of(job.cluster);
    this.#live.get(id)?.cancel();
    await this.#store.requestCancel(id);
    const tasks = job.steps.flatMap((step) => step.tasks);
    await stopTasks(environment.tasks, tasks);
    return (await this.wait(id, CANCEL_WAIT_MS)) ?? job;
  }

  async recover(): Promise<void> {
    // Looking at a job whose process is gone takes it up.
    await this.list();
    await this.#store.prune();
  }

  async close(): Promise<void> {
    await this.#environments.stop();
    await Promise.all([...this.#live.values()].map(({ ended }) => ended));
  }

  async #known(id: string): Promise<Job> {
    const job = await this.get(id);
    if (job === undefined) throw noSuchJob(id);
    return job;
  }

  /** A stored job as it is now; one whose process is gone is taken up first. */
  async #current(stored: Job): Promise<Job> {
    const live = this.#live.get(stored.id);
    if (live) return this.#store.redacted(live.job);
    if (stored.state !== "running" || this.#environments.isStopped || (await isAlive(stored))) return stored;
    return this.#takeUp(stored).catch((error: unknown) => {
      this.#logger.error(`job ${stored.id} cannot be taken up: ${String(error)}`);
      return stored;
    });
  }

  /** Only one process takes up a job, and only once: another one may have ended it in the meantime. */
  async #takeUp(stored: Job): Promise<Job> {
    const owner = await ownProcess();
    if (!(await this.#store.claim(stored.id, owner))) return stored;
    const now = await this.#store.load(stored.id);
    if (now?.state !== "running") {
      await this.#store.settle(stored.id);
      return now ?? stored;
    }
    const job: Job = { ...now, ...owner };
    await this.#store.save(job);
    this.#keep(job, this.#endAbandoned(job), () => undefined);
    return this.#store.redacted(job);
  }

  async #endAbandoned(job: Job): Promise<void> {
    await endAbandoned(job, this.#environments.find(job.cluster));
    if (job.state === "running") return;
    await this.#store
      .save(job)
      .catch((error: unknown) => this.#logger.error(`job ${job.id}: ${String(error)}`));
    await this.#store.settle(job.id);
    await this.#environments.record(job, "recovered");
  }

  /** `running` never rejects. */
  #keep(job: Job, running: Promise<void>, cancel: () => void): Live {
    const ended = running.then(() => {
      this.#live.delete(job.id);
    });
    const live = { job, ended, cancel };
    this.#live.set(job.id, live);
    return live;
  }

  #pruneNowAndThen(): void {
    this.#started += 1;
    if (this.#started % PRUNE_EVERY !== 0) return;
    this.#store
      .prune()
      .catch((error: unknown) => this.#logger.warn(`old jobs cannot be removed: ${String(error)}`));
  }
}
