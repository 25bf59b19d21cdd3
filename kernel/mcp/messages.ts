import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  type LoggingLevel,
  LoggingLevelSchema,
  SetLevelRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { ErrorCode } from "../../sdk/errors.ts";
import type { CallAnswer } from "../call/types.ts";
import type { Extra } from "./context.ts";

/** A call that was answered; secrets are masked in the answer already. */
export interface AnsweredCall {
  readonly tool: string;
  readonly callId: string;
  readonly answer: CallAnswer;
  readonly durationMs: number;
}

/** One thing that a client may want in its log. */
export interface LogMessage {
  readonly level: LoggingLevel;
  readonly message: string;
}

/** Where the client has not said otherwise. */
const DEFAULT_LEVEL: LoggingLevel = "warning";
const LEVELS: readonly LoggingLevel[] = LoggingLevelSchema.options;

/** Errors that the caller can set right are no warning; what may have changed something unseen is worse than one. */
const LEVEL_OF: Readonly<Partial<Record<ErrorCode, LoggingLevel>>> = {
  invalid_input: "info",
  not_found: "info",
  declined: "info",
  cancelled: "info",
  denied: "notice",
  confirmation_required: "notice",
  internal: "error",
  invalid_plan: "error",
  not_recorded: "error",
  outcome_unknown: "error",
};

/** Serves `logging/setLevel`; answers what tells the client of a call, from the level that it wants. */
export function bindMessages(
  server: Server,
  warn: (text: string) => void,
): (extra: Extra, call: AnsweredCall) => void {
  let least = LEVELS.indexOf(DEFAULT_LEVEL);
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    least = LEVELS.indexOf(params.level);
    return {};
  });
  return (extra, call) => {
    const { tool, callId } = call;
    for (const { level, message } of messagesOf(call)) {
      if (LEVELS.indexOf(level) < least) continue;
      const params = { level, logger: "proxmox-mcp", data: { message, tool, callId } };
      extra
        .sendNotification({ method: "notifications/message", params })
        .catch((error: unknown) => warn(`a message was not sent: ${String(error)}`));
    }
  };
}

/** What is worth telling of a call: how it ended, and what it warns of. */
export function messagesOf({ tool, answer: { isError, data }, durationMs }: AnsweredCall): LogMessage[] {
  const { error, unseen, job, cut } = fieldsOf(data);
  if (isError) {
    const { code, message } = fieldsOf(error);
    // The kernel shapes errors itself; the code is one of ours.
    const level = LEVEL_OF[code as ErrorCode] ?? "warning";
    return [{ level, message: `${tool} failed: ${String(code)}: ${String(message)}` }];
  }
  const warnings = Number(fieldsOf(job).warnings ?? 0);
  return [
    ...(Array.isArray(unseen) ? unseen : []).map(
      (what): LogMessage => ({ level: "warning", message: `${tool} did not see all: ${String(what)}` }),
    ),
    ...(warnings > 0
      ? [
          {
            level: "warning" as const,
            message: `${tool} ended with ${warnings} warnings; job_logs shows them`,
          },
        ]
      : []),
    ...(cut === undefined ? [] : [{ level: "notice" as const, message: `${tool}: ${String(cut)}` }]),
    { level: "debug", message: `${tool} answered in ${durationMs} ms` },
  ];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  // Any object can be read by string keys; the values stay unknown.
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
