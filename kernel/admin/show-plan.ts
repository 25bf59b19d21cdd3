import { oneLine } from "../call/one-line.ts";
import { describeDiff } from "../call/shape-plan.ts";
import { radiusLines } from "../plans/describe.ts";
import type { PlanRecord } from "../plans/types.ts";

/** A plan for the human who is to approve it: everything it would do, and what it touches besides. */
export function planLines(record: PlanRecord, now = Date.now()): readonly string[] {
  const { id, tool, cluster, risk, subject, targets, steps, privileges, blastRadius, fingerprint, undo } =
    record;
  const minutes = Math.ceil((record.expiresAt - now) / 60_000);
  const lacking = privileges.flatMap(({ step, held, lacking: needs }) =>
    held === "no" ? [`${step} lacks ${needs.join("; ")}`] : [],
  );
  const unread = fingerprint.flatMap((entry) =>
    entry.kind === "unread" ? [`${entry.what} (${entry.why})`] : [],
  );
  return [
    `Plan ${id} of ${subject}: ${tool}, ${risk}, on the cluster ${cluster}. It expires in ${minutes} min.`,
    `Targets: ${targets.join(", ") || "none"}`,
    "Steps:",
    ...steps.flatMap((step, index) => [
      `  ${index + 1}. ${step.text}`,
      ...(step.diff ?? []).map((entry) => `     ${describeDiff(entry)}`),
      ...(step.lines ?? []).map((line) => `     ${line}`),
    ]),
    ...section("The account may not do all of it", lacking),
    ...radiusLines(blastRadius),
    ...section("Could not be compared, and will not be when it runs", unread),
    ...section(
      "To undo it",
      undo.map(({ step, text }) => `${step}: ${text}`),
    ),
  ].map((line) => line.replace(/^( *)(.*)$/s, (_, indent: string, text: string) => indent + oneLine(text)));
}

function section(head: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${head}:`, ...lines.map((line) => `  - ${line}`)];
}
