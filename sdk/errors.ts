/**
 * Every way a call can fail. Codes are stable: they are never renamed or given
 * a second meaning, and `docs/reference/errors.md` explains each.
 */
export const ERROR_CODES = [
  "invalid_input",
  "not_found",
  "denied",
  "unsupported",
  "invalid_plan",
  "confirmation_required",
  "declined",
  "not_recorded",
  "conflict",
  "forbidden",
  "unreachable",
  "upstream",
  "task_failed",
  "outcome_unknown",
  "not_applied",
  "cancelled",
  "internal",
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Parts of an error, written for the model and the operator who read it. */
export interface ToolErrorParts {
  readonly code: ErrorCode;
  /** What happened: one or two sentences, no secret, no stack. */
  readonly message: string;
  /** What to do next. */
  readonly next?: string;
  /** Whether the same call can succeed later without any change. Default false. */
  readonly retry?: boolean;
  /** Facts worth having as data: faults by field, the job, the tasks, the last log lines. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const BRAND = Symbol.for("proxmox-mcp.tool-error");

/** The one error that tools and the kernel throw; everything else becomes `internal`. */
export class ToolError extends Error implements ToolErrorParts {
  readonly code: ErrorCode;
  readonly next?: string;
  readonly retry: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly [BRAND] = true;

  constructor(parts: ToolErrorParts, options?: ErrorOptions) {
    super(parts.message, options);
    this.name = "ToolError";
    this.code = parts.code;
    this.retry = parts.retry ?? false;
    if (parts.next !== undefined) this.next = parts.next;
    if (parts.details !== undefined) this.details = parts.details;
  }
}

/** True for a {@link ToolError}, also one thrown by a plugin's own copy of the SDK. */
export function isToolError(error: unknown): error is ToolError {
  return typeof error === "object" && error !== null && BRAND in error;
}
