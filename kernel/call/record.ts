import { type ErrorCode, isToolError, ToolError } from "../../sdk/errors.ts";
import type { AuditEvent, AuditLog } from "../audit/types.ts";
import type { Job } from "../jobs/types.ts";
import type { Logger } from "../log.ts";
import { checkLines } from "../readback/tell.ts";
import type { Redactor } from "../secrets/redact.ts";
import { describeDiff, viewStep } from "./shape-plan.ts";
import type { CallContext, Plan, PlanStep } from "./types.ts";

/** What all entries about one call share. */
export interface RecordedCall {
  readonly context: CallContext;
  readonly tool: string;
  readonly cluster?: string | undefined;
  readonly input: unknown;
  /** What rules decided about it, and what those in shadow would have. */
  readonly policy?: readonly string[] | undefined;
  /** The plan that the call made or applies. */
  readonly plan?: string | undefined;
  /** How a human agreed: `asked` through the client, or `approved` at a terminal. */
  readonly consent?: "asked" | "approved" | undefined;
  /** When the call came, milliseconds since the epoch. */
  readonly begunAt: number;
}

/** What is changed: a plan, or what a tool of the kernel does itself. */
export type Change = Pick<Plan, "risk" | "targets"> & Partial<Pick<Plan, "steps">>;

/** The audit's view of calls: one entry for a read, one before and one after a change. */
export class Recorder {
  readonly #audit: AuditLog;
  readonly #redactor: Redactor;
  readonly #logger: Logger;

  constructor(audit: AuditLog, redactor: Redactor, logger: Logger) {
    this.#audit = audit;
    this.#redactor = redactor;
    this.#logger = logger;
  }

  /** A call that changed nothing: answered, or failed with this error. */
  called(call: RecordedCall, error?: ToolError): void {
    this.#later({
      event: eventFor(error?.code),
      ...this.#head(call),
      input: call.input,
      outcome: error ? "failed" : "answered",
      ...(error ? { error: { code: error.code, message: error.message } } : {}),
      durationMs: Date.now() - call.begunAt,
    });
  }

  /** Before a change: on disk when this resolves. Throws `not_recorded`; nothing may run then. */
  async before(call: RecordedCall, change: Change): Promise<void> {
    const { steps } = change;
    const event: AuditEvent = {
      event: "before",
      ...this.#head(call),
      ...about(change),
      ...(steps ? { steps: steps.map((step) => recordedStep(step, this.#redactor)) } : {}),
      input: call.input,
    };
    try {
      await this.#audit.write(event, { durable: true });
    } catch (error) {
      this.#logger.error(`audit: ${String(error)}`);
      throw new ToolError(
        {
          code: "not_recorded",
          message: "The audit log cannot be written, so the change was not made. Nothing was changed.",
          next: "The operator has to see to the audit log (PROXMOX_MCP_AUDIT_LOG_PATH, free space); then call again.",
          retry: true,
        },
        { cause: error },
      );
    }
  }

  /** After a change, when its job has really ended. */
  after(call: RecordedCall, change: Change, job: Job): void {
    this.#ended(call, change, {
      job: job.id,
      outcome: job.state,
      ...(job.error ? { error: job.error } : {}),
      ...(job.checks && job.checks.length > 0 ? { checks: checkLines(job.checks) } : {}),
    });
  }

  /** After a change that was announced and has no job: it was made, or failed with this error. */
  afterWithoutJob(call: RecordedCall, change: Change, error?: unknown, outcome = "not_begun"): void {
    if (error === undefined) this.#ended(call, change, { outcome: "succeeded" });
    else this.#ended(call, change, { outcome, error: told(error) });
  }

  #ended(
    call: RecordedCall,
    change: Change,
    end: Pick<AuditEvent, "job" | "outcome" | "error" | "checks">,
  ): void {
    const { error, ...rest } = end;
    this.#later({
      event: "after",
      ...this.#head(call),
      ...about(change),
      ...rest,
      ...(error ? { error: { code: error.code, message: error.message } } : {}),
      durationMs: Date.now() - call.begunAt,
    });
  }

  #head({ context, tool, cluster, policy, plan, consent }: RecordedCall) {
    return {
      callId: context.callId,
      subject: context.subject,
      client: `${context.client.name} ${context.client.version}`,
      tool,
      ...(cluster === undefined ? {} : { cluster }),
      ...(policy === undefined ? {} : { policy }),
      ...(plan === undefined ? {} : { plan }),
      ...(consent === undefined ? {} : { consent }),
    };
  }

  /** Entries whose loss must not fail a call that is already over. */
  #later(event: AuditEvent): void {
    this.#audit.write(event).catch((error: unknown) => this.#logger.error(`audit: ${String(error)}`));
  }
}

function about({ risk, targets }: Change): Pick<AuditEvent, "risk" | "targets"> {
  return { risk, targets };
}

function told(error: unknown): { code: string; message: string } {
  return isToolError(error)
    ? { code: error.code, message: error.message }
    : { code: "internal", message: "A fault in this server." };
}

/** Diffs are lines here: the audit masks by name, and would take the field `key` for a secret. */
function recordedStep(step: PlanStep, redactor: Redactor): object {
  const { diff, ...view } = viewStep(step, redactor);
  return diff === undefined ? view : { ...view, diff: diff.map(describeDiff) };
}

function eventFor(code: ErrorCode | undefined): AuditEvent["event"] {
  if (code === "denied" || code === "confirmation_required") return "denied";
  return code === "declined" ? "declined" : "call";
}
