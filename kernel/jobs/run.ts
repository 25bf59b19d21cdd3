import { readConfig } from "../call/config-files.ts";
import { ConfigDigests } from "../call/digests.ts";
import type { CallContext, Plan, PlanStep, WaitOptions } from "../call/types.ts";
import { endChecked } from "./end-checked.ts";
import { type JobEnvironment, saveJob } from "./environment.ts";
import { FollowingStopped } from "./follow.ts";
import { foundIn } from "./lost-answer.ts";
import type { Following } from "./step-end.ts";
import { afterAnswer, endOf, runStep, type StepRun, type StepRunEnd } from "./step-run.ts";
import type { AfterChange, Job, JobStep } from "./types.ts";

/** One job under way in this process. */
export class JobRun {
  readonly job: Job;
  readonly #plan: Plan;
  readonly #environment: JobEnvironment;
  readonly #following: Following;
  readonly #digests: ConfigDigests;
  readonly #answers = new Map<string, unknown>();
  readonly #after: AfterChange | undefined;
  #caller: CallContext | undefined;
  #reported = 0;
  #isCancelled = false;

  constructor(
    job: Job,
    plan: Plan,
    context: CallContext,
    wait: WaitOptions,
    environment: JobEnvironment,
    after?: AfterChange,
  ) {
    this.job = job;
    this.#after = after;
    this.#plan = plan;
    this.#caller = context;
    this.#environment = environment;
    const { cluster, tasks, silenceMs, stop } = environment;
    this.#digests = new ConfigDigests(plan, (file) => readConfig(cluster, file, stop));
    this.#following = {
      cluster,
      tasks,
      silenceMs,
      stop,
      pollIntervalMs: wait.pollIntervalMs,
      report: (message) => this.#report(message),
      isCancelled: () => this.#cancelled(),
      save: () => saveJob(environment, job),
    };
  }

  /** The caller waits no longer. */
  detach(): void {
    this.#caller = undefined;
  }

  /** Begins no further step. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** Runs the steps in order to the job's end; never rejects. */
  async run(): Promise<void> {
    try {
      if (await this.#runSteps()) await endChecked(this.job, this.#environment, this.#after);
    } catch (error) {
      if (error instanceof FollowingStopped) return;
      this.#environment.logger.error(
        `job ${this.job.id}: ${error instanceof Error ? error.stack : String(error)}`,
      );
      this.#fail({ code: "internal", message: "The server failed while it ran this step." });
    }
    await saveJob(this.#environment, this.job);
    await this.#environment.store.settle(this.job.id);
  }

  /** True when all steps were done. */
  async #runSteps(): Promise<boolean> {
    for (const [index, planned] of this.#plan.steps.entries()) {
      const step = this.job.steps[index];
      if (step === undefined) continue;
      if (await this.#halted()) return false;
      step.state = "running";
      this.#report(step.what);
      const end = await runStep(this.#stepRun(planned, step));
      await this.#take(end, step);
      if (end.late) this.#expect(end.late, planned, step);
      if (end.state !== "done") return false;
    }
    return true;
  }

  #stepRun(planned: PlanStep, step: JobStep): StepRun {
    const environment = this.#environment;
    return {
      environment,
      following: this.#following,
      digests: this.#digests,
      answers: this.#answers,
      subject: this.job.subject,
      planned,
      step,
    };
  }

  /** Ends the job as interrupted where no further step may begin. Throws {@link FollowingStopped}. */
  async #halted(): Promise<boolean> {
    if (this.#environment.stop.aborted) throw new FollowingStopped();
    const byCaller = this.#caller?.signal.aborted === true;
    if (!byCaller && !(await this.#cancelled())) return false;
    this.#interrupt(byCaller ? "The call was cancelled." : "The job was cancelled.");
    return true;
  }

  async #take(end: StepRunEnd, step: JobStep): Promise<void> {
    step.state = end.state;
    if (end.state === "done") return this.#following.save();
    step.error = end.message;
    const { code, message, next, lastLines } = end;
    if (await this.#cancelled()) return this.#interrupt(`The job was cancelled. ${message}`);
    this.job.state = end.state === "unknown" ? "outcome_unknown" : "failed";
    this.job.error = {
      code,
      message,
      ...(next === undefined ? {} : { next }),
      ...(lastLines === undefined || lastLines.length === 0 ? {} : { lastLines: [...lastLines] }),
    };
  }

  #interrupt(message: string): void {
    this.job.state = "interrupted";
    this.job.error = {
      code: "cancelled",
      message,
      next: "See which steps were done; what was done stays done.",
    };
  }

  #fail(error: { code: string; message: string }): void {
    const step = this.job.steps.find(({ state }) => state === "running");
    if (step) Object.assign(step, { state: "unknown", error: error.message });
    this.job.state = step ? "outcome_unknown" : "failed";
    this.job.error = error;
  }

  async #cancelled(): Promise<boolean> {
    return this.#isCancelled || this.#environment.store.isCancelRequested(this.job.id);
  }

  #report(message: string): void {
    if (this.#caller === undefined || this.#caller.signal.aborted) return;
    this.#reported += 1;
    this.#caller.progress(message, this.#reported);
  }

  /** An answer that comes when the job has already ended without it is written down and audited. */
  #expect(late: Promise<unknown>, planned: PlanStep, step: JobStep): void {
    this.#takeLate(late, planned, step).catch((error: unknown) => {
      if (error instanceof FollowingStopped) return;
      this.#environment.logger.error(`job ${this.job.id}: late answer: ${String(error)}`);
    });
  }

  async #takeLate(late: Promise<unknown>, planned: PlanStep, step: JobStep): Promise<void> {
    const found = await foundIn(late);
    if (found.kind !== "answer" && found.kind !== "fault") return;
    step.note = "Its answer came after the job had ended.";
    const run = this.#stepRun(planned, step);
    const end =
      found.kind === "answer"
        ? await afterAnswer(run, found.answer, Date.now())
        : endOf(found.error, planned);
    delete step.error;
    await this.#take(end, step);
    if (end.state === "done") await this.#endLate();
    await saveJob(this.#environment, this.job);
    await this.#environment.record(this.job, "late");
  }

  async #endLate(): Promise<void> {
    delete this.job.error;
    const notBegun = this.job.steps.filter(({ state }) => state === "pending").map(({ id }) => id);
    if (notBegun.length === 0) await endChecked(this.job, this.#environment, this.#after);
    else this.#interrupt(`The answer came too late to go on. Not begun: ${notBegun.join(", ")}.`);
  }
}
