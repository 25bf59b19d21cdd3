import { oneLine } from "../call/one-line.ts";
import type { Affected, BlastRadius, FingerprintEntry, PlanFacts, StepPrivileges } from "./types.ts";

/** What a plan touches besides, what could not be looked at, and how it is undone; a line each. */
export function factLines({ blastRadius, fingerprint, undo }: PlanFacts): readonly string[] {
  const unread = fingerprint.flatMap(({ entry }) => (entry.kind === "unread" ? [unreadText(entry)] : []));
  return [
    ...radiusLines(blastRadius),
    ...(unread.length === 0 ? [] : [`Not compared when applied: ${unread.join("; ")}`]),
    ...undo.map(({ step, text }) => `Undo of ${step}: ${text}.`),
  ].map(oneLine);
}

/** What is touched besides; nothing found and not looked at are told apart. */
export function radiusLines({ affected, unseen, clear }: BlastRadius): readonly string[] {
  return [
    ...affected.map((one) => `Also touched: ${affectedText(one)}`),
    ...(unseen.length === 0 ? [] : [`Could not be looked at: ${unseen.map(({ text }) => text).join("; ")}`]),
    ...(clear.length === 0 ? [] : [`Looked for, none: ${clear.join("; ")}`]),
  ].map(oneLine);
}

/** Whether the account has what a step needs, in a few words. */
export function heldText({ held, lacking }: Pick<StepPrivileges, "held" | "lacking">): string {
  if (held === "yes") return "held";
  return held === "unknown" ? "whether the account has it is not known" : `NOT HELD: ${lacking.join("; ")}`;
}

function affectedText({ text, objects, total }: Affected): string {
  if (objects.length === 0) return text;
  const more = total > objects.length ? ` and ${total - objects.length} more` : "";
  return `${text}: ${objects.join(", ")}${more}`;
}

function unreadText({ what, why }: Extract<FingerprintEntry, { kind: "unread" }>): string {
  return `${what} (${why})`;
}
