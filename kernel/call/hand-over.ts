import { isToolError, ToolError } from "../../sdk/errors.ts";
import type { HandOver, HandOverAbout } from "../../sdk/hand-over.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterAccess } from "../tokens.ts";
import { Recorded } from "./execute.ts";
import { asSchema } from "./json-schema.ts";
import { oneLine } from "./one-line.ts";
import type { RecordedCall, Recorder } from "./record.ts";
import { shapeResult } from "./shape.ts";
import { knownParams } from "./step-refs.ts";
import type { CallAnswer, Plan } from "./types.ts";
import { cancelled, fromUpstream } from "./upstream-errors.ts";

/** What handing over needs. */
export interface HandOverParts {
  readonly cluster: ClusterAccess;
  readonly recorder: Recorder;
  readonly redactor: Redactor;
  readonly call: RecordedCall;
  /** Where the cluster is reached: `https://pve.example:8006`. */
  readonly origin: string;
  /** The tool's own. */
  readonly handOver: (answer: unknown, about: HandOverAbout) => HandOver;
  /** Told right before the change is sent. */
  readonly begun?: (() => void) | undefined;
}

/**
 * Runs the one step of a plan whose answer is a secret for the caller. There is no job, because a job keeps what
 * its steps answered; the audit says that the step was made, not what it answered. The tool's record is masked
 * like any other; its `secrets` alone go out as they are, in this answer and nowhere else.
 */
export async function runHandOver(plan: Plan, parts: HandOverParts): Promise<CallAnswer> {
  const { cluster, recorder, call } = parts;
  const [only, ...more] = plan.steps;
  if (only === undefined || more.length > 0 || only.endpoint.task === true) throw notOneStep(plan);
  if (call.context.signal.aborted) throw cancelled(plan.tool);
  await recorder.before(call, plan);
  parts.begun?.();
  const params = knownParams(only.step.params);
  // Without the caller's signal: what is on the wire is finished.
  const answer = await cluster.rest.write({ endpoint: only.endpoint, params }).catch((thrown: unknown) => {
    const what = `${only.step.method} ${only.shownPath}`;
    const error = fromUpstream(thrown, { what, write: true });
    recorder.afterWithoutJob(call, plan, error, outcomeOf(error));
    throw new Recorded(error);
  });
  recorder.afterWithoutJob(call, plan);
  try {
    return shapeHandOver(
      parts.handOver(answer, { path: only.step.path, params, origin: parts.origin }),
      parts.redactor,
    );
  } catch (fault) {
    throw new Recorded(fault);
  }
}

function outcomeOf(error: unknown): string {
  return isToolError(error) && error.code === "outcome_unknown" ? error.code : "failed";
}

function notOneStep({ tool }: Plan): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${tool} hands over a secret, so it has to plan exactly one step, and none that starts a task.`,
    next: "Report it to the author of the tool.",
  });
}

function shapeHandOver({ record, secrets }: HandOver, redactor: Redactor): CallAnswer {
  const shaped = shapeResult(record, redactor);
  const lines = Object.entries(secrets).map(([name, value]) => `${oneLine(name)}: ${oneLine(value)}`);
  const remark = "For the caller alone: shown this once, and kept nowhere.";
  return {
    text: [shaped.text, remark, ...lines].join("\n"),
    isError: false,
    data: { ...asSchema(shaped.data), secrets },
  };
}
