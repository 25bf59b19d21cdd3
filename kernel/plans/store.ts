import { randomBytes } from "node:crypto";
import { inject, injectable } from "tsyringe";
import { ToolError } from "../../sdk/errors.ts";
import type { Plan } from "../call/types.ts";
import { ownProcess } from "../jobs/owner.ts";
import type { Logger } from "../log.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { LOGGER, REDACTOR, SETTINGS } from "../tokens.ts";
import { PLAN_ID, PlanFiles, plansFolder, standingOf } from "./files.ts";
import { recordOf } from "./record.ts";
import { noSuchPlan, notApplicable } from "./refusals.ts";
import type {
  ClaimedPlan,
  KeepOptions,
  KeptPlan,
  ListedPlan,
  PlanRecord,
  PlanState,
  PlanStore,
} from "./types.ts";

/** How long a plan can be applied, milliseconds. */
export const PLAN_KEPT_MS = 600_000;
/** A subject's oldest open plans make way for new ones beyond this many. */
const MOST_OPEN = 100;
/** Old records are removed with the first plan and after so many more. */
const PRUNE_EVERY = 100;
/** Records of plans that are over and still known without their files. */
const MOST_OVER = 500;

/** A plan in memory and its record as last written. */
interface Held {
  kept: KeptPlan;
  record: PlanRecord;
  /** When it ends on a clock that nobody sets. */
  readonly until: number;
  readonly timer: NodeJS.Timeout;
  /** Writes of its record, one after the other. */
  writing: Promise<void>;
}

/** Plans in memory, with their redacted records below the state directory. */
@injectable()
export class StoredPlans implements PlanStore {
  readonly #files: PlanFiles;
  readonly #folder: string;
  readonly #redactor: Redactor;
  readonly #logger: Logger;
  /** Plans that can still be applied or are being applied. */
  readonly #held = new Map<string, Held>();
  /** What became of plans that are over, for as long as this process lives; their files may fail to be written. */
  readonly #over = new Map<string, PlanRecord>();
  readonly #writing = new Set<Promise<void>>();
  #kept = 0;

  constructor(
    @inject(SETTINGS) { stateDir }: Pick<Settings, "stateDir">,
    @inject(REDACTOR) redactor: Redactor,
    @inject(LOGGER) logger: Logger,
  ) {
    this.#folder = plansFolder(stateDir);
    this.#files = new PlanFiles(this.#folder);
    this.#redactor = redactor;
    this.#logger = logger;
  }

  async keep(plan: Plan, { origin, facts }: KeepOptions): Promise<KeptPlan> {
    const createdAt = Date.now();
    const id = `p_${randomBytes(12).toString("hex")}`;
    const fresh = { id, origin, plan, facts, createdAt, expiresAt: createdAt + PLAN_KEPT_MS };
    const record = recordOf(fresh, await ownProcess(), this.#redactor);
    await this.#files.save(record).catch((error: unknown) => {
      throw notKept(this.#folder, error);
    });
    const kept: KeptPlan = { ...fresh, digest: record.digest, state: "open" };
    const timer = setTimeout(() => this.#forgetExpired(id), PLAN_KEPT_MS);
    timer.unref();
    const until = performance.now() + PLAN_KEPT_MS;
    this.#held.set(id, { kept, record, until, timer, writing: Promise.resolve() });
    this.#makeWay(plan.subject);
    if (this.#kept % PRUNE_EVERY === 0) await this.#files.prune();
    this.#kept += 1;
    return kept;
  }

  async claim(id: string, subject: string): Promise<ClaimedPlan> {
    const held = this.#held.get(id);
    if (held === undefined || held.kept.plan.subject !== subject || !isCurrent(held)) {
      return await this.#refuse(id, subject);
    }
    if (held.kept.state !== "open") throw notApplicable(held.record, held.kept.state);
    // Nothing is awaited between the look and this, so that of two calls one gets it.
    this.#set(held, "applying");
    let isSettled = false;
    const settle = (state: PlanState, job?: string) => {
      if (isSettled) return;
      isSettled = true;
      this.#set(held, state, job);
    };
    return {
      ...held.kept,
      applied: (job) => settle("applied", job),
      release: () => settle("open"),
      end: (state) => settle(state),
    };
  }

  async list(subject: string): Promise<readonly ListedPlan[]> {
    const own = await ownProcess();
    const files = await this.#files.all();
    const records = files
      .map((record) => this.#known(record.id) ?? record)
      .filter((record) => record.subject === subject);
    return Promise.all(records.map(async (record) => ({ record, standing: await standingOf(record, own) })));
  }

  async discard(id: string, subject: string): Promise<void> {
    await this.claim(id, subject);
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#set(held, "discarded");
    await held.writing;
  }

  approval(id: string): Promise<string | undefined> {
    return this.#files.approval(id);
  }

  async close(): Promise<void> {
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
    await Promise.all(this.#writing);
  }

  /** The state changes in memory at once; the record follows, and must not fail what is under way. */
  #set(held: Held, state: PlanState, job?: string): void {
    held.kept = { ...held.kept, state, ...(job === undefined ? {} : { job }) };
    held.record = { ...held.record, state, ...(job === undefined ? {} : { job }) };
    const { record } = held;
    const writing = held.writing
      .then(() => this.#files.save(record))
      .catch((error: unknown) => this.#logger.error(`plan ${record.id}: ${String(error)}`))
      .finally(() => this.#writing.delete(writing));
    held.writing = writing;
    this.#writing.add(writing);
    if (state === "applying" || (state === "open" && isCurrent(held))) return;
    this.#drop(held);
  }

  /** What is over keeps no secret in memory: its record alone tells what became of it. */
  #drop({ record, timer }: Held): void {
    clearTimeout(timer);
    this.#held.delete(record.id);
    this.#over.set(record.id, record);
    const [oldest] = this.#over.keys();
    if (this.#over.size > MOST_OVER && oldest !== undefined) this.#over.delete(oldest);
  }

  #known(id: string): PlanRecord | undefined {
    return this.#held.get(id)?.record ?? this.#over.get(id);
  }

  async #refuse(id: string, subject: string): Promise<never> {
    const record = this.#known(id) ?? (await this.#files.load(id));
    if (!PLAN_ID.test(id) || record === undefined || record.subject !== subject) throw noSuchPlan(id);
    const standing = await standingOf(record, await ownProcess());
    // Ours and open, yet not in memory or past its time on our own clock: its time is over.
    throw notApplicable(record, standing === "open" ? "expired" : standing);
  }

  #forgetExpired(id: string): void {
    const held = this.#held.get(id);
    if (held?.kept.state === "open") this.#drop(held);
  }

  #makeWay(subject: string): void {
    const open = [...this.#held.values()].filter(
      ({ kept }) => kept.state === "open" && kept.plan.subject === subject,
    );
    for (const held of open.slice(0, Math.max(0, open.length - MOST_OPEN))) this.#set(held, "discarded");
  }
}

/** A clock that is set back must not give a plan more time. */
function isCurrent({ kept, until }: Held): boolean {
  return kept.state !== "open" || (Date.now() < kept.expiresAt && performance.now() < until);
}

function notKept(folder: string, cause: unknown): ToolError {
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ToolError(
    {
      code: "not_recorded",
      message: `The plan could not be written below ${folder}${code}, so it was not kept. Nothing was changed.`,
      next: "The operator has to make PROXMOX_MCP_STATE_DIR writable, with space left on its disk.",
      retry: true,
    },
    { cause },
  );
}
