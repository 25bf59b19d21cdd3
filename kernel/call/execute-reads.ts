import { fillReferences } from "../jobs/references.ts";
import type { ClusterAccess } from "../tokens.ts";
import { runCli } from "../transports/cli/run.ts";
import { resultOf } from "./result-of.ts";
import { stepTitle } from "./step-shapes.ts";
import type { CallAnswer, Plan } from "./types.ts";
import { fromUpstream } from "./upstream-errors.ts";

/** Runs a plan of reads at once, without a job, and answers what they answered. */
export async function runReads(
  plan: Plan,
  access: ClusterAccess,
  bounds: { readonly signal: AbortSignal; readonly timeoutMs: number },
  shape: (result: unknown) => Promise<CallAnswer>,
): Promise<CallAnswer> {
  const { signal } = bounds;
  const answers = new Map<string, unknown>();
  const shaped: CallAnswer[] = [];
  for (const { step, endpoint, shownPath } of plan.steps) {
    const what = stepTitle({ step, shownPath });
    try {
      const params = fillReferences(step.params, answers);
      const data =
        step.over?.by !== "cli"
          ? await access.rest.read({ endpoint, params, signal })
          : await runCli(access.ssh, step.over, params, bounds);
      answers.set(step.id, data);
      shaped.push(await shape(resultOf(what, data)));
    } catch (error) {
      throw fromUpstream(error, { what, signal });
    }
  }
  const [only, ...more] = shaped;
  if (only && more.length === 0) return only;
  return {
    text: shaped.map(({ text }) => text).join("\n\n"),
    isError: false,
    data: { answers: shaped.map(({ data }) => data) },
  };
}
