import type { ToolError } from "../../sdk/errors.ts";
import type { RecordedCall } from "../call/record.ts";
import type { Logger } from "../log.ts";

/** What the rules say about a whole call. */
export interface Verdict {
  /** Set where the call is refused. */
  readonly refusal?: ToolError;
  /** Set where a human has to confirm, with the reason to tell. */
  readonly confirm?: string;
  /** What rules decided and what those in shadow would have, for the audit. */
  readonly notes: readonly string[];
}

/** Logs what rules decided, and what those in shadow would have; answers it for the audit. */
export function noted(
  { notes }: Verdict,
  { tool, context }: Pick<RecordedCall, "tool" | "context">,
  logger: Logger,
): readonly string[] {
  for (const note of notes) {
    const level = note.startsWith("shadow") ? "info" : "debug";
    logger[level](`policy: ${tool}, call ${context.callId}: ${note}`);
  }
  return notes;
}
