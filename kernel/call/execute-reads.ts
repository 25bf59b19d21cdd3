import { fillReferences } from "../jobs/references.ts";
import type { ClusterAccess } from "../tokens.ts";
import { resultOf } from "./result-of.ts";
import type { CallAnswer, Plan } from "./types.ts";
import { fromUpstream } from "./upstream-errors.ts";

/** Runs a plan of reads at once, without a job, and answers what they answered. */
export async function runReads(
  plan: Plan,
  access: ClusterAccess,
  signal: AbortSignal,
  shape: (result: unknown) => Promise<CallAnswer>,
): Promise<CallAnswer> {
  const answers = new Map<string, unknown>();
  const shaped: CallAnswer[] = [];
  for (const { step, endpoint, shownPath } of plan.steps) {
    const what = `${step.method} ${shownPath}`;
    try {
      const params = fillReferences(step.params, answers);
      const data = await access.rest.read({ endpoint, params, signal });
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
