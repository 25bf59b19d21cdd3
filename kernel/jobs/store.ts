import { randomBytes } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../folders.ts";
import type { Redactor } from "../secrets/redact.ts";
import { isAlive, type Owner } from "./owner.ts";
import type { Job } from "./types.ts";

const ID = /^j_[0-9a-f]{24}$/;
const RECORD = ".json";
const CANCEL = ".cancel";
const CLAIM = ".claim";

/** Ended jobs are kept this long, milliseconds, and at most this many. */
const KEPT_MS = 30 * 24 * 3_600_000;
const KEPT_JOBS = 500;

/** A new opaque job id. */
export function newJobId(): string {
  return `j_${randomBytes(12).toString("hex")}`;
}

/** Job records in one directory that several processes share: a file a job, replaced as a whole. */
export class JobStore {
  readonly #directory: string;
  readonly #redactor: Redactor;
  /** The last write of each job, so that records never overtake each other. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(directory: string, redactor: Redactor) {
    this.#directory = directory;
    this.#redactor = redactor;
  }

  /** The job as it may be shown and stored. */
  redacted(job: Job): Job {
    // Redaction replaces texts inside and keeps the shape.
    return this.#redactor.value(job) as Job;
  }

  /** Writes the job as it is now; `durable` waits until it is on disk. */
  save(job: Job, options: { durable?: boolean } = {}): Promise<void> {
    job.updatedAt = Date.now();
    const text = `${JSON.stringify(this.redacted(job))}\n`;
    const before = this.#writes.get(job.id) ?? Promise.resolve();
    const write = before
      .catch(() => undefined)
      .then(() => this.#replace(job.id, text, options.durable ?? false));
    this.#writes.set(job.id, write);
    const forget = () => {
      if (this.#writes.get(job.id) === write) this.#writes.delete(job.id);
    };
    write.then(forget, forget);
    return write;
  }

  /** The stored job; undefined for an unknown id and for what is no record of ours. */
  async load(id: string): Promise<Job | undefined> {
    if (!ID.test(id)) return undefined;
    const text = await readFile(this.#path(id, RECORD), "utf8").catch(() => undefined);
    return text === undefined ? undefined : parseJob(text, id);
  }

  /** All stored jobs, newest first. */
  async all(): Promise<Job[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const ids = names.filter((name) => name.endsWith(RECORD)).map((name) => name.slice(0, -RECORD.length));
    const jobs = (await Promise.all(ids.map((id) => this.load(id)))).filter((job) => job !== undefined);
    return jobs.sort((a, b) => b.createdAt - a.createdAt);
  }

  /** Asks the process that runs the job to begin no further step. */
  async requestCancel(id: string): Promise<void> {
    if (ID.test(id)) await writeFile(this.#path(id, CANCEL), "", { mode: 0o600 });
  }

  /** Whether some process asked for that. */
  async isCancelRequested(id: string): Promise<boolean> {
    return stat(this.#path(id, CANCEL)).then(
      () => true,
      () => false,
    );
  }

  /**
   * Makes this process the one that takes up a job whose process is gone; false when another
   * living one was quicker.
   */
  async claim(id: string, owner: Owner): Promise<boolean> {
    const path = this.#path(id, CLAIM);
    const text = JSON.stringify(owner);
    const taken = () =>
      writeFile(path, text, { mode: 0o600, flag: "wx" }).then(
        () => true,
        () => false,
      );
    if (await taken()) return true;
    const holder = parseOwner(await readFile(path, "utf8").catch(() => ""));
    if (holder && (await isAlive(holder))) return false;
    await rm(path, { force: true });
    return taken();
  }

  /** Removes what a job no longer needs once it has ended; never rejects. */
  async settle(id: string): Promise<void> {
    await Promise.allSettled([CANCEL, CLAIM].map((end) => rm(this.#path(id, end), { force: true })));
  }

  /** Removes ended jobs that are too old or too many. */
  async prune(now = Date.now()): Promise<void> {
    const ended = (await this.all()).filter(({ state }) => state !== "running");
    const old = ended.filter((job, index) => index >= KEPT_JOBS || now - job.updatedAt > KEPT_MS);
    await Promise.all(old.map(({ id }) => rm(this.#path(id, RECORD), { force: true })));
  }

  async #replace(id: string, text: string, durable: boolean): Promise<void> {
    await makeFolder(this.#directory);
    const path = this.#path(id, RECORD);
    const fresh = `${path}.${process.pid}.new`;
    const handle = await open(fresh, "w", 0o600);
    try {
      await handle.writeFile(text);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
  }

  #path(id: string, end: string): string {
    return join(this.#directory, id + end);
  }
}

function parseJob(text: string, id: string): Job | undefined {
  const value = parseJson(text);
  const isJob =
    typeof value === "object" && value !== null && "id" in value && value.id === id && "steps" in value;
  // Records are written by this class alone, whole or not at all.
  return isJob && Array.isArray(value.steps) ? (value as Job) : undefined;
}

function parseOwner(text: string): Owner | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || !("pid" in value) || !("pidStart" in value))
    return undefined;
  const { pid, pidStart } = value;
  return typeof pid === "number" && typeof pidStart === "string" ? { pid, pidStart } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
