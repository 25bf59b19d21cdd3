import type { Check, CheckState } from "./types.ts";

const WORDS: Readonly<Record<CheckState, string>> = {
  as_planned: "as planned",
  pending: "as planned",
  in_part: "as planned as far as it can be seen",
  differs: "differs",
  not_applied: "not applied",
  not_checked: "not checked",
};

/** What was read back, a line an object that is not simply as planned; no line where nothing was looked at. */
export function checkLines(checks: readonly Check[] | undefined): readonly string[] {
  if (checks === undefined || checks.length === 0) return [];
  const told = checks.filter(({ state }) => state !== "as_planned");
  if (told.length === 0) return ["read back: as planned"];
  return told.map(
    ({ object, state, details }) => `read back ${object}: ${WORDS[state]}; ${(details ?? []).join("; ")}`,
  );
}

/** What did not take, in one sentence an object. */
export function notApplied(checks: readonly Check[]): string {
  return checks
    .filter(({ state }) => state === "not_applied")
    .map(({ object, details }) => `${object}: ${(details ?? []).join("; ")}.`)
    .join(" ");
}

/** The way back from a change, in one line; none where nothing is known of it. */
export function undoLines(undo: { readonly text: string } | undefined): readonly string[] {
  return undo === undefined ? [] : [`undo: ${undo.text}`];
}
