import { setTimeout as delay } from "node:timers/promises";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import type { Bench } from "../bench.ts";
import { type CallUnderway, runOnce, type ScenarioSetting, type ScenarioTool } from "../run-scenario.ts";
import type { Scenario, ToolAnswer } from "../scenario.ts";
import { type CallNotes, CallWatch } from "./call-notes.ts";
import {
  type ComputedRole,
  computedRole,
  formOfGrant,
  formOfPath,
  type Grant,
  nameOfGrant,
} from "./computed-role.ts";
import { stateDigest } from "./state-digest.ts";
import { TokenRights } from "./token-rights.ts";

/** A scenario with what it is run on. */
export interface LeastSubject {
  readonly scenario: Scenario;
  readonly tool: ScenarioTool;
  readonly setting: ScenarioSetting;
  /** The tools that change something, with the endpoints that they always use, the inventory among them. */
  readonly changing: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What came of a call without one of its privileges. */
export interface Probe {
  readonly tool: string;
  /** `VM.Audit on /vms/{vmid}` */
  readonly form: string;
  /** What is not as it has to be: it was not refused, or without naming what is missing. */
  readonly fault: string | undefined;
}

/** How a scenario ended under the least privileges. */
export interface LeastOutcome {
  /** Why it failed with exactly the computed role. */
  readonly failure: string | undefined;
  readonly probes: readonly Probe[];
  /** What its last server wrote to stderr, also in runs before. */
  readonly serverLog: string;
}

const LONGEST_END_MS = 10_000;

/** Stops a run whose lab is no longer as the scenario expects it. */
class Spoilt extends Error {}

/** Runs a scenario with all rights to see what it asks of the cluster, then with exactly what that takes. */
export async function runLeast(subject: LeastSubject, bench: Bench): Promise<LeastOutcome> {
  const run = new LeastRun(subject, bench);
  return await run.run();
}

class LeastRun {
  readonly #subject: LeastSubject;
  readonly #bench: Bench;
  readonly #notes: CallNotes[] = [];
  readonly #isError: boolean[] = [];
  readonly #probes = new Map<string, Probe>();
  readonly #needed = new Map<number, readonly Grant[]>();
  /** Grants that a call turned out not to take, of those of which the tables cannot tell. */
  readonly #spare = new Set<string>();
  #serverLog = "";

  constructor(subject: LeastSubject, bench: Bench) {
    this.#subject = subject;
    this.#bench = bench;
  }

  async run(): Promise<LeastOutcome> {
    const failure = (await this.#withAll()) ?? (await this.#withLeast());
    return { failure, probes: [...this.#probes.values()], serverLog: this.#serverLog };
  }

  #lab() {
    const { lab } = this.#bench.target;
    if (lab === undefined) throw new Error("least privileges are shown on the lab alone");
    return lab;
  }

  async #withAll(): Promise<string | undefined> {
    let watch: CallWatch | undefined;
    return await this.#attempt(async (call) => {
      watch ??= new CallWatch(this.#lab());
      watch.take();
      const answer = await call.send();
      this.#notes.push(watch.take());
      this.#isError.push(answer.isError);
      return answer;
    });
  }

  /** Again and again, since a probe that does a part of its call spoils the lab for what follows. */
  async #withLeast(): Promise<string | undefined> {
    for (;;) {
      const known = this.#probes.size + this.#spare.size;
      let spoilt = false;
      let at = 0;
      let watch: CallWatch | undefined;
      let refusals: readonly string[] = [];
      const failure = await this.#attempt(async (call) => {
        watch ??= new CallWatch(this.#lab());
        const index = at++;
        const notes = this.#notes[index];
        if (notes === undefined || this.#isError[index] === true || call.args.dryRun === true)
          return await call.send();
        const rights = new TokenRights(this.#lab());
        const role = await this.#role(index, notes, call, rights);
        try {
          await this.#probe(index, role, call, rights);
        } catch (error) {
          spoilt = error instanceof Spoilt;
          throw error;
        }
        watch.take();
        rights.only([...role.firm, ...role.partial]);
        const answer = await call.send();
        rights.full();
        if (answer.isError) refusals = watch.take().refusals;
        return answer;
      });
      if (!spoilt || this.#probes.size + this.#spare.size === known)
        return failure === undefined ? undefined : [failure, ...refusals].join("; ");
    }
  }

  async #role(
    index: number,
    notes: CallNotes,
    call: CallUnderway,
    rights: TokenRights,
  ): Promise<ComputedRole> {
    const catalog = loadCatalog(this.#lab().release);
    const uses = this.#subject.changing.get(call.tool);
    const isPast = [...(uses ?? [])].some((use) => /^(?:cli|shell|file|guest):/.test(use));
    const role = computedRole(notes.requests, catalog, (key) => uses?.has(key) === true, isPast);
    const needed = this.#needed.get(index) ?? (await neededOf(role, call, rights));
    this.#needed.set(index, needed);
    const isNeeded = (grant: Grant) => !this.#spare.has(`${index} ${nameOfGrant(grant)}`);
    return { ...role, firm: [...role.firm, ...needed].filter(isNeeded), soft: [] };
  }

  async #probe(
    index: number,
    { firm, partial }: ComputedRole,
    call: CallUnderway,
    rights: TokenRights,
  ): Promise<void> {
    for (const grant of firm) {
      const key = `${index} ${nameOfGrant(grant)}`;
      if (this.#probes.has(key)) continue;
      const before = await this.#settledState();
      rights.only([...firm, ...partial].filter((other) => other !== grant));
      const dry = await call.send({ dryRun: true });
      const answer = dry.isError ? dry : await call.send();
      rights.full();
      const isSpoilt = (await this.#settledState()) !== before;
      if (grant.maybe && !answer.isError) {
        this.#spare.add(key);
        throw new Spoilt("a probe has changed the lab");
      }
      const fault = faultOf(answer, grant, isSpoilt);
      this.#probes.set(key, {
        tool: call.tool,
        form: formOfGrant(grant),
        fault: fault && `${nameOfGrant(grant)}: ${fault}`,
      });
      if (isSpoilt) throw new Spoilt("a probe has changed the lab");
    }
  }

  /** What the lab holds once all that was begun has ended. */
  async #settledState(): Promise<string> {
    const lab = this.#lab();
    const end = Date.now() + LONGEST_END_MS;
    while (!lab.isIdle() && Date.now() < end) await delay(5);
    return `${stateDigest(lab)} ${lab.tasks.all().length}`;
  }

  async #attempt(around: (call: CallUnderway) => Promise<ToolAnswer>): Promise<string | undefined> {
    const { scenario, tool, setting, changing } = this.#subject;
    const on = this.#bench.setting({
      ...setting,
      around: (call) => (changing.has(call.tool) ? around(call) : call.send()),
    });
    const { failure, serverLog } = await runOnce(scenario, tool, on);
    this.#serverLog = serverLog;
    return failure;
  }
}

/** Those of the soft grants without which the plan would be another one. */
async function neededOf(
  { firm, partial, soft }: ComputedRole,
  call: CallUnderway,
  rights: TokenRights,
): Promise<readonly Grant[]> {
  const planWith = async (grants: readonly Grant[]) => {
    rights.only(grants);
    const { isError, text, data } = await call.send({ dryRun: true });
    rights.full();
    return isError ? text : planIn(data);
  };
  const whole = await planWith([...firm, ...partial, ...soft]);
  if ((await planWith([...firm, ...partial])) === whole) return [];
  const needed: Grant[] = [];
  for (const grant of soft)
    if ((await planWith([...firm, ...partial, ...soft.filter((one) => one !== grant)])) !== whole)
      needed.push(grant);
  return needed;
}

/** What a dry run shows of the plan itself; a plan is kept under another id each time. */
function planIn(data: unknown): string {
  const { steps, targets, refused } =
    typeof data === "object" && data !== null ? { ...EMPTY, ...data } : EMPTY;
  return JSON.stringify({ steps, targets, refused });
}

const EMPTY: Readonly<Record<"steps" | "targets" | "refused", unknown>> = {
  ...{ steps: undefined, targets: undefined, refused: undefined },
};

function faultOf(
  { isError, text }: ToolAnswer,
  { privilege, orElse, path }: Grant,
  isSpoilt: boolean,
): string | undefined {
  if (!isError) return "the call works without it";
  const names = [privilege, ...orElse];
  if (
    !names.some((name) => text.includes(name)) ||
    ![path, formOfPath(path)].some((one) => text.includes(one))
  )
    return `the refusal does not name it: ${text}`;
  // A plan of several steps stops at the first that is refused, and says what it has done.
  if (isSpoilt && !/Done before:|task UPID/.test(text))
    return `it changed something, and does not say what: ${text}`;
  return undefined;
}
