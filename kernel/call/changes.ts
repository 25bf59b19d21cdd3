import { isToolError, type ToolError } from "../../sdk/errors.ts";
import type { Approvals } from "../consent/approvals.ts";
import type { HostedTool } from "../host/types.ts";
import type { AfterChange, JobService } from "../jobs/types.ts";
import type { Logger } from "../log.ts";
import { planFacts } from "../plans/facts.ts";
import { recheck } from "../plans/recheck.ts";
import type { ClaimedPlan, KeptPlan, PlanFacts, PlanOrigin, PlanStore } from "../plans/types.ts";
import type { Verdict } from "../policy/verdict.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { waysTo } from "../settings/ways.ts";
import type { ClusterAccess } from "../tokens.ts";
import { statesBefore } from "../undo/before.ts";
import { fileBefore, putFileBack } from "../undo/file-write.ts";
import { offerUndo } from "../undo/offer.ts";
import { allowed, judge } from "./authorize.ts";
import { type Asking, confirm, isToBeConfirmed } from "./confirm.ts";
import { confirmationRequired } from "./confirmation-required.ts";
import { execute } from "./execute.ts";
import { runHandOver } from "./hand-over.ts";
import { makePlan } from "./plan.ts";
import type { CallReader } from "./reader.ts";
import type { RecordedCall, Recorder } from "./record.ts";
import type { ResolvedCall } from "./resolve.ts";
import { shapePlan } from "./shape-plan.ts";
import { withSnapshot } from "./snapshot-first.ts";
import type { CallAnswer, CallContext, Plan, WaitOptions } from "./types.ts";

/** What changes stand on. */
export interface ChangesParts {
  readonly settings: Settings;
  readonly redactor: Redactor;
  readonly logger: Logger;
  readonly jobs: JobService;
  readonly recorder: Recorder;
  readonly plans: PlanStore;
  /** Judges what the admin command left beside a plan. */
  readonly approvals: Approvals;
  /** Makes an answer of what a read answered. */
  readonly shape: (result: unknown, context: CallContext) => Promise<CallAnswer>;
  /** Keeps with the call what rules decided about it. */
  readonly note: (call: ChangeCall, verdict: Verdict) => Verdict;
}

/** A call that changes something: the plan that it keeps or applies and what rules decided are noted in it. */
export type ChangeCall = RecordedCall & {
  plan?: string | undefined;
  policy?: readonly string[] | undefined;
  consent?: RecordedCall["consent"];
};

/** A checked plan on its way to be carried out. */
interface Checked {
  readonly plan: Plan;
  readonly hosted: HostedTool;
  readonly cluster: ClusterAccess;
  readonly call: ChangeCall;
  readonly wait: WaitOptions;
  /** Told once the change has begun. */
  readonly begun?: (job?: string) => void;
}

/** The second half of the road, for calls that change something: plan, confirm, execute, and plans that are kept. */
export class Changes {
  readonly #parts: ChangesParts;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
  }

  /** Plans what a tool wants, and shows it, or does it. */
  async make(resolved: ResolvedCall, reader: CallReader, call: ChangeCall): Promise<CallAnswer> {
    const { hosted, cluster, input, common } = resolved;
    const { redactor } = this.#parts;
    const made = await makePlan({
      hosted,
      cluster,
      input,
      reader,
      subject: call.context.subject,
      isRootLogin: waysTo(this.#parts.settings, cluster.name).rootLogin,
      sshLogin: this.#settingsOf(cluster.name)?.ssh?.username,
      redactor,
    });
    const { signal } = call.context;
    const plan = common.snapshotFirst ? await withSnapshot(made, cluster, signal) : made;
    const checked: Checked = { plan, hosted, cluster, call, wait: common.wait };
    const verdict = this.#parts.note(call, await this.#judge(checked));
    if (common.dryRun) return await this.#dryRun(checked, verdict);
    allowed(verdict);
    if (isToBeConfirmed(plan, this.#parts.settings, verdict.confirm)) {
      // A plain change is not kept waiting for what only a human would read.
      const facts = await this.#facts(checked);
      await this.#asked(checked, { asked: verdict.confirm, facts });
      await recheck(facts.fingerprint, { ...this.#looking(checked), ...CALL_AGAIN });
      // Tags and pools may have changed as well while the human thought.
      allowed(await this.#judge(checked));
    }
    return await this.#carryOut(checked);
  }

  /** Carries out a kept plan; a human's no and a target that changed end it. */
  async apply(
    claimed: ClaimedPlan,
    on: Pick<Checked, "hosted" | "cluster" | "call" | "wait">,
  ): Promise<CallAnswer> {
    const { plan, facts } = claimed;
    const checked: Checked = { ...on, plan, begun: (job) => claimed.applied(job) };
    try {
      const verdict = allowed(this.#parts.note(on.call, await this.#judge(checked)));
      await this.#unchanged(claimed, checked);
      if (isToBeConfirmed(plan, this.#parts.settings, verdict.confirm)) {
        await this.#agreed(claimed, checked, { asked: verdict.confirm, facts });
        // The human took time.
        await this.#unchanged(claimed, checked);
        allowed(await this.#judge(checked));
      }
      return await this.#carryOut(checked);
    } catch (error) {
      if (isToolError(error) && error.code === "declined") claimed.end("declined");
      throw error;
    }
  }

  async #unchanged({ facts, end }: ClaimedPlan, checked: Checked): Promise<void> {
    try {
      await recheck(facts.fingerprint, { ...this.#looking(checked), ...PLAN_AGAIN });
    } catch (error) {
      if (isToolError(error) && error.code === "conflict") end("stale");
      throw error;
    }
  }

  async #dryRun(checked: Checked, { refusal }: Verdict): Promise<CallAnswer> {
    const { plan, call } = checked;
    const { redactor, recorder } = this.#parts;
    const facts = await this.#facts(checked, refusal !== undefined);
    const kept = await this.#keep(plan, facts, "dry_run");
    if (kept && "id" in kept) call.plan = kept.id;
    recorder.called(call);
    const outcome = kept === undefined ? {} : "id" in kept ? { kept } : { notKept: kept };
    return shapePlan(plan, redactor, { refusal, facts, ...outcome });
  }

  /** The dry run of a plan that cannot be kept is worth its answer all the same. */
  async #keep(plan: Plan, facts: PlanFacts, origin: PlanOrigin): Promise<KeptPlan | ToolError | undefined> {
    if (plan.risk === "read") return undefined;
    try {
      return await this.#parts.plans.keep(plan, { origin, facts });
    } catch (error) {
      if (isToolError(error)) return error;
      throw error;
    }
  }

  #facts({ plan, cluster, call }: Checked, isRefused = false): Promise<PlanFacts> {
    return planFacts(plan, {
      isRefused,
      access: cluster,
      signal: call.context.signal,
      isRootLogin: waysTo(this.#parts.settings, cluster.name).rootLogin,
      sshLogin: this.#settingsOf(cluster.name)?.ssh?.username,
      redactor: this.#parts.redactor,
    });
  }

  #judge({ hosted, plan, cluster, call }: Checked): Promise<Verdict> {
    return judge(hosted, plan, { settings: this.#parts.settings, cluster, signal: call.context.signal });
  }

  #looking({ plan, cluster, call }: Checked) {
    return { tool: plan.tool, access: cluster, signal: call.context.signal };
  }

  /** Asks the client's human; where there is none to ask, keeps the plan for one elsewhere and says so. */
  async #asked(checked: Checked, asking: Asking & { readonly facts: PlanFacts }): Promise<void> {
    const { plan, call } = checked;
    const { settings, redactor } = this.#parts;
    const { ask } = call.context;
    if (ask !== undefined) {
      await confirm(plan, { ...call.context, ask }, settings, redactor, asking);
      call.consent = "asked";
      return;
    }
    const kept = await this.#keep(plan, asking.facts, "approval");
    const id = kept && "id" in kept ? kept.id : undefined;
    if (id !== undefined) call.plan = id;
    const waits = id === undefined ? undefined : { plan: id, why: "nobody has approved it yet" };
    throw confirmationRequired(plan, { asked: asking.asked, waits, stateDir: settings.stateDir });
  }

  /** A human agreed to a kept plan: at a terminal, or now through the client. */
  async #agreed(claimed: ClaimedPlan, checked: Checked, asking: Asking): Promise<void> {
    const { plan, call } = checked;
    const { settings, redactor, approvals, plans } = this.#parts;
    const found = await approvals.judge(await plans.approval(claimed.id), claimed);
    const { ask } = call.context;
    if (found.state === "approved") {
      call.consent = "approved";
    } else if (ask === undefined) {
      const waits = { plan: claimed.id, why: found.why };
      throw confirmationRequired(plan, { asked: asking.asked, waits, stateDir: settings.stateDir });
    } else {
      await confirm(plan, { ...call.context, ask }, settings, redactor, asking);
      call.consent = "asked";
    }
  }

  async #carryOut({ plan, hosted, cluster, call, wait, begun }: Checked): Promise<CallAnswer> {
    const { jobs, recorder, redactor, shape } = this.#parts;
    const { handOver } = hosted.tool;
    if (handOver !== undefined) {
      const origin = this.#originOf(cluster.name);
      return await runHandOver(plan, { cluster, recorder, redactor, call, origin, handOver, begun });
    }
    const after = plan.risk === "read" ? undefined : await this.#wayBack(plan, cluster, call);
    return await execute(plan, call.context, {
      cluster,
      after,
      jobs,
      recorder,
      redactor,
      shape: (result) => shape(result, call.context),
      call,
      wait,
      begun,
    });
  }

  /** Looks at what there is before the change, so that the way back can be kept after it. */
  async #wayBack(plan: Plan, access: ClusterAccess, call: ChangeCall): Promise<AfterChange> {
    const { plans, redactor, logger } = this.#parts;
    const { signal } = call.context;
    const file = await fileBefore(plan, access, signal);
    const sshLogin = this.#settingsOf(access.name)?.ssh?.username;
    if (file !== undefined)
      return () => putFileBack(plan, file, { access, plans, redactor, logger, sshLogin });
    const before = await statesBefore(plan, access, signal);
    return (seen) => offerUndo(plan, seen, { access, plans, redactor, logger, before });
  }

  #originOf(cluster: string): string {
    const [first] = this.#settingsOf(cluster)?.hosts ?? [];
    if (first === undefined) return "";
    return `https://${first.host.includes(":") ? `[${first.host}]` : first.host}:${first.port}`;
  }

  #settingsOf(cluster: string) {
    return this.#parts.settings.clusters.find(({ name }) => name === cluster);
  }
}

const CALL_AGAIN = {
  next: "Look at the object again and repeat the call if the change is still wanted.",
  retry: true,
};
const PLAN_AGAIN = {
  next: "The plan is void. Look at the object again, and plan again with dryRun: true if the change is still wanted.",
  retry: false,
};
