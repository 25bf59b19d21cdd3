import type { Artifacts } from "../artifacts/types.ts";
import type { AuditEvent } from "../audit/types.ts";
import type { Logger } from "../log.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { UploadFiles } from "../uploads/upload-files.ts";
import type { PveUser } from "./search.ts";
import type { JobStore } from "./store.ts";
import type { ClusterTasks } from "./tasks.ts";
import type { Job } from "./types.ts";

/** What jobs of one cluster need of the process they run in. */
export interface JobEnvironment {
  readonly cluster: ClusterAccess;
  readonly tasks: ClusterTasks;
  readonly user: PveUser;
  readonly store: JobStore;
  readonly uploads: UploadFiles;
  readonly artifacts: Artifacts;
  readonly redactor: Redactor;
  readonly logger: Logger;
  /** How long to go without news of a task, milliseconds. */
  readonly silenceMs: number;
  /** Aborted when this process stops following. */
  readonly stop: AbortSignal;
  /** Counts a write as on the wire, so that closing waits for it. */
  onWire<T>(write: Promise<T>): Promise<T>;
  /** UPIDs that belong to steps of jobs already, in any process. */
  knownTasks(): Promise<ReadonlySet<string>>;
  /** Appends to the audit; never throws. */
  record(job: Job, event: AuditEvent["event"]): Promise<void>;
}

/** Writes a job that runs already; a full disk must not stop what is under way. */
export async function saveJob({ store, logger }: JobEnvironment, job: Job): Promise<void> {
  const warnings = job.steps.flatMap(({ tasks }) => tasks).filter(({ state }) => state === "warnings").length;
  if (warnings > 0) job.warnings = warnings;
  await store.save(job).catch((error: unknown) => {
    logger.error(`job ${job.id}: its record cannot be written: ${String(error)}`);
  });
}
