import { createHash } from "node:crypto";
import { open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, toJson } from "../audit/canonical.ts";
import { makeFolder } from "../folders.ts";
import { isAlive, type Owner } from "../jobs/owner.ts";
import type { PlanRecord, PlanStanding } from "./types.ts";

/** What a plan's id looks like. */
export const PLAN_ID = /^p_[0-9a-f]{24}$/;
const RECORD = ".json";
const APPROVAL = ".approval";

/** Records are kept this long after they were made, milliseconds, and at most this many. */
const KEPT_MS = 24 * 3_600_000;
const KEPT_RECORDS = 500;

/** The folder of plans below a state directory. */
export function plansFolder(stateDir: string): string {
  return join(stateDir, "plans");
}

/** The digest of a record: over everything that says what would be done, and to what. */
export function recordDigest(record: Omit<PlanRecord, "digest">): string {
  const { digest: _digest, state: _state, job: _job, ...shown } = { digest: "", ...record };
  return createHash("sha256")
    .update(canonicalJson(toJson(shown)))
    .digest("hex");
}

/** The redacted records of plans in a folder that several processes share: a file a plan, replaced as a whole. */
export class PlanFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes a record as it is now. Rejects where it cannot. */
  async save(record: PlanRecord): Promise<void> {
    await makeFolder(this.#folder);
    const path = this.#path(record.id, RECORD);
    const fresh = `${path}.${process.pid}.new`;
    try {
      const handle = await open(fresh, "w", 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(record)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(fresh, path);
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** The record of a plan; undefined for an unknown id and for what is no record of ours. */
  async load(id: string): Promise<PlanRecord | undefined> {
    if (!PLAN_ID.test(id)) return undefined;
    const text = await readFile(this.#path(id, RECORD), "utf8").catch(() => undefined);
    return text === undefined ? undefined : parseRecord(text, id);
  }

  /** All records, newest first. */
  async all(): Promise<PlanRecord[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const ids = names.filter((name) => name.endsWith(RECORD)).map((name) => name.slice(0, -RECORD.length));
    const records = (await Promise.all(ids.map((id) => this.load(id)))).filter((one) => one !== undefined);
    return records.sort((a, b) => b.createdAt - a.createdAt);
  }

  /** Leaves an approval beside the record, for the process that made the plan to judge; once. Rejects for a second. */
  async approve(id: string, text: string): Promise<void> {
    if (!PLAN_ID.test(id)) throw new Error(`no plan id: ${id}`);
    await writeFile(this.#path(id, APPROVAL), text, { mode: 0o600, flag: "wx" });
  }

  /** What was left as an approval; undefined without one. */
  async approval(id: string): Promise<string | undefined> {
    if (!PLAN_ID.test(id)) return undefined;
    return readFile(this.#path(id, APPROVAL), "utf8").catch(() => undefined);
  }

  /** Removes records that are too old or too many, with their approvals; never rejects. */
  async prune(now = Date.now()): Promise<void> {
    const records = await this.all();
    const old = records.filter(({ createdAt }, index) => index >= KEPT_RECORDS || now - createdAt > KEPT_MS);
    await Promise.allSettled(
      old.flatMap(({ id }) => [RECORD, APPROVAL].map((end) => rm(this.#path(id, end), { force: true }))),
    );
  }

  #path(id: string, end: string): string {
    return join(this.#folder, id + end);
  }
}

/** What a record stands for, as seen by `own`, or by a process that keeps no plans. */
export async function standingOf(record: PlanRecord, own?: Owner, now = Date.now()): Promise<PlanStanding> {
  if (record.state !== "open" && record.state !== "applying") return record.state;
  const isOurs = own !== undefined && own.pid === record.pid && own.pidStart === record.pidStart;
  if (!isOurs && !(await isAlive(record))) return "void";
  if (record.state === "open" && now >= record.expiresAt) return "expired";
  return isOurs ? record.state : "elsewhere";
}

function parseRecord(text: string, id: string): PlanRecord | undefined {
  const value = parseJson(text);
  const isRecord =
    typeof value === "object" && value !== null && "id" in value && value.id === id && "steps" in value;
  // Records are written by this class alone, whole or not at all.
  return isRecord && Array.isArray(value.steps) ? (value as PlanRecord) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
