import { setMaxListeners } from "node:events";
import type { Artifacts } from "../artifacts/types.ts";
import type { AuditEvent, AuditLog } from "../audit/types.ts";
import type { Logger } from "../log.ts";
import { checkLines } from "../readback/tell.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterSettings, Settings } from "../settings/types.ts";
import type { Clusters } from "../tokens.ts";
import type { UploadFiles } from "../uploads/upload-files.ts";
import type { JobEnvironment } from "./environment.ts";
import type { PveUser } from "./search.ts";
import type { JobStore } from "./store.ts";
import { ClusterTasks } from "./tasks.ts";
import type { Job } from "./types.ts";

/** The services that environments are made of. */
export interface EnvironmentParts {
  readonly settings: Settings;
  readonly clusters: Clusters;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly store: JobStore;
  readonly uploads: UploadFiles;
  readonly artifacts: Artifacts;
  readonly redactor: Redactor;
  /** Jobs of this process that have not ended. */
  readonly live: () => Iterable<Job>;
}

/** Makes the environment of each cluster's jobs, and knows what is on the wire. */
export class JobEnvironments {
  readonly #parts: EnvironmentParts;
  readonly #wire = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();

  constructor(parts: EnvironmentParts) {
    this.#parts = parts;
    // Every job under way listens to it.
    setMaxListeners(0, this.#stop.signal);
  }

  /** True when jobs are no longer followed. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** The environment for a cluster. Throws ToolError where it is not configured. */
  of(name: string): JobEnvironment {
    const { clusters, settings, store, logger, uploads, artifacts, redactor } = this.#parts;
    const cluster = clusters.get(name);
    return {
      cluster,
      tasks: new ClusterTasks(cluster),
      user: userOf(settings.clusters.find((other) => other.name === cluster.name)),
      store,
      uploads,
      artifacts,
      redactor,
      logger,
      silenceMs: settings.limits.taskTimeoutMs,
      stop: this.#stop.signal,
      onWire: (write) => this.#onWire(write),
      knownTasks: () => this.#knownTasks(),
      record: (job, event) => this.record(job, event),
    };
  }

  /** The same, undefined where the cluster is no longer configured. */
  find(name: string): JobEnvironment | undefined {
    return this.#parts.clusters.all.some((cluster) => cluster.name === name) ? this.of(name) : undefined;
  }

  /** Stops following; resolves when every write on the wire has its answer. */
  async stop(): Promise<void> {
    this.#stop.abort();
    while (this.#wire.size > 0) await Promise.allSettled(this.#wire);
  }

  /** Audits what became of a job apart from its call; never throws. */
  async record(job: Job, event: AuditEvent["event"]): Promise<void> {
    const { audit, logger } = this.#parts;
    const { id, callId, subject, tool, cluster, targets, state, error } = job;
    const what = {
      ...(error ? { error: { code: error.code, message: error.message } } : {}),
      ...(job.checks && job.checks.length > 0 ? { checks: checkLines(job.checks) } : {}),
    };
    try {
      await audit.write({ event, callId, subject, tool, cluster, targets, job: id, outcome: state, ...what });
    } catch (fault) {
      logger.error(`audit: job ${id}: ${String(fault)}`);
    }
  }

  async #knownTasks(): Promise<ReadonlySet<string>> {
    const { store, live } = this.#parts;
    const jobs = [...(await store.all()), ...live()];
    return new Set(jobs.flatMap(({ steps }) => steps.flatMap(({ tasks }) => tasks.map(({ upid }) => upid))));
  }

  async #onWire<T>(write: Promise<T>): Promise<T> {
    this.#wire.add(write);
    try {
      return await write;
    } finally {
      this.#wire.delete(write);
    }
  }
}

/** The user that a cluster's settings sign in as, in the form of UPIDs. */
function userOf(settings: ClusterSettings | undefined): PveUser {
  if (settings === undefined) return "";
  const { credentials } = settings;
  if (credentials.kind === "token") return `${credentials.user}@${credentials.realm}!${credentials.tokenId}`;
  return credentials.username;
}
