import type { HumanAnswer, HumanQuestion } from "../call/types.ts";

/** What the client shows its user: one field, so that agreeing is always a deliberate act. */
export function elicitationSchema(question: HumanQuestion): {
  type: "object";
  properties: Record<
    string,
    { type: "string"; title: string } | { type: "boolean"; title: string; default: boolean }
  >;
  required: string[];
} {
  const confirm =
    question.typed === undefined
      ? { type: "boolean" as const, title: "Yes, do it", default: false }
      : { type: "string" as const, title: `Type ${question.typed} to confirm` };
  return { type: "object", properties: { confirm }, required: ["confirm"] };
}

/** Only an explicit yes is a yes: the box ticked, or the text typed exactly. */
export function humanAnswer(
  question: HumanQuestion,
  result: { action: string; content?: Record<string, unknown> | undefined },
): HumanAnswer {
  if (result.action === "cancel") return "absent";
  if (result.action !== "accept") return "declined";
  const confirm = result.content?.confirm;
  const agreed =
    question.typed === undefined
      ? confirm === true
      : typeof confirm === "string" && confirm.trim() === question.typed;
  return agreed ? "accepted" : "declined";
}
