import { isToolError, ToolError } from "../../sdk/errors.ts";
import { RestFault } from "../transports/types.ts";
import { isPveProtection, PVE_PROTECTION_NEXT } from "./pve-protection.ts";

const PERMISSION = /\(([^(),]*),\s*([A-Za-z.|, ]+)\)\s*$/;
/** Of an endpoint that takes a password's ticket alone. */
const NO_TOKEN = /not available with API token/;
/** A lock around a check makes a 500 of its 403. */
const NESTED_FORBIDDEN = /\b403 Permission check failed/;
const DIGEST = /checksum mismatch|detected modified configuration/i;
const MISSING =
  /does not exist|no such (?:vm|ct|task|file|user|group|storage|volume|pool|snapshot)|unable to find/i;
const LOCKED = /\bis locked\b|can't lock file|got timeout|got no lock/i;
const NESTED_PARAMETERS = /\b400 Parameter verification failed/i;
const UNREACHABLE = new Set([502, 503, 504, 595, 596]);

/** What was being done, for the message: `GET /nodes/pve1/qemu`. */
export interface UpstreamContext {
  readonly what: string;
  /** What the request takes, in words, for a refusal that does not say it. */
  readonly needs?: (() => string) | undefined;
  /** Whether the request could have had an effect. Default false. */
  readonly write?: boolean;
  /** The caller's signal: a read that failed after it was aborted was cancelled. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Turns anything that a transport or the inventory threw into a {@link ToolError}; errors that are
 * neither come back unchanged, for the road to answer as `internal`.
 */
export function fromUpstream(error: unknown, context: UpstreamContext): unknown {
  if (isToolError(error)) return error;
  if (context.signal?.aborted && !context.write) return cancelled(context.what);
  return error instanceof RestFault ? fromRestFault(error, context) : error;
}

/** A ToolError for a {@link RestFault}; the statuses and reasons are those that Proxmox VE 8 and 9 answer. */
export function fromRestFault(fault: RestFault, context: UpstreamContext): ToolError {
  switch (fault.kind) {
    case "answer":
      return fromAnswer(fault, context);
    case "not_sent":
      return unreachable(fault, context, "Nothing was sent.");
    case "no_answer":
      return unreachable(fault, context, "No answer came.");
    case "unknown":
      return outcomeUnknown(fault, context);
  }
}

/** The error of a call that its caller cancelled before anything was changed. */
export function cancelled(what: string): ToolError {
  return new ToolError({
    code: "cancelled",
    message: `${what} was cancelled. Nothing was changed.`,
    next: "Call again if the answer is still wanted.",
    retry: true,
  });
}

function fromAnswer(fault: RestFault, context: UpstreamContext): ToolError {
  const { status = 0, reason } = fault;
  if (status === 401) return signIn(fault, context);
  if (status === 403 || NESTED_FORBIDDEN.test(reason)) return forbidden(fault, context);
  if (status === 501) return notImplemented(fault, context);
  if (UNREACHABLE.has(status)) return gateway(fault, context);
  if (isPveProtection(reason)) return pveProtected(fault, context);
  if (DIGEST.test(reason)) return conflict(fault, context, "The configuration was changed by someone else.");
  if (LOCKED.test(reason)) return conflict(fault, context, "The object is locked by another operation.");
  if (fault.errors === undefined && MISSING.test(reason)) return missing(fault, context);
  if (status === 400 || NESTED_PARAMETERS.test(reason)) return parameters(fault, context);
  if (/hostname lookup '[^']*' failed/.test(reason)) return unknownNode(fault, context);
  return make(fault, context, {
    code: "upstream",
    message: `Proxmox VE refused ${context.what}: ${status} ${reason}`,
    next: "Read the reason; what it names has to change before the call is repeated.",
  });
}

function parameters(fault: RestFault, context: UpstreamContext): ToolError {
  const faults = Object.entries(fault.errors ?? {}).map(([param, message]) => `${param}: ${message.trim()}`);
  const list = faults.length > 0 ? `: ${faults.join("; ")}` : `: ${fault.reason}`;
  return make(fault, context, {
    code: "invalid_input",
    message: `Proxmox VE did not accept the parameters of ${context.what}${list}`,
    next: "Correct these parameters and call again.",
  });
}

function forbidden(fault: RestFault, context: UpstreamContext): ToolError {
  if (NO_TOKEN.test(fault.reason)) return forNoToken(fault, context);
  const match = PERMISSION.exec(fault.reason);
  const path = match?.[1]?.trim();
  const privileges = match?.[2]?.trim();
  const need =
    path && privileges
      ? `needs ${privileges} on ${path}`
      : privileges
        ? `needs ${privileges}`
        : `answered "${fault.reason}"${context.needs === undefined ? "" : ` (it takes: ${context.needs()})`}`;
  const grant =
    path && privileges
      ? `a role with ${privileges} on ${path} (pveum acl modify ${path} --roles …)`
      : "what the call takes";
  return make(fault, context, {
    code: "forbidden",
    message: `The Proxmox VE account may not do ${context.what}: it ${need}.`,
    next:
      `Ask the operator to grant ${grant} to the API token and, under privilege separation, to its user. ` +
      "proxmox_capabilities with privileges: true tells what else is missing. " +
      "An object that does not exist can answer the same way.",
    details: { ...(path ? { path } : {}), ...(privileges ? { privileges } : {}) },
  });
}

function forNoToken(fault: RestFault, context: UpstreamContext): ToolError {
  return make(fault, context, {
    code: "forbidden",
    message: `This Proxmox VE takes ${context.what} from no API token, whatever its privileges.`,
    next: "The operator has to set PROXMOX_USERNAME and PROXMOX_PASSWORD instead of the token, or do it in the web interface.",
  });
}

function signIn(fault: RestFault, context: UpstreamContext): ToolError {
  return make(fault, context, {
    code: "upstream",
    message: `Proxmox VE did not accept the credentials (${fault.reason}) for ${context.what}.`,
    next:
      "The operator has to check PROXMOX_API_TOKEN_USER, _REALM, _ID and _SECRET, or PROXMOX_USERNAME " +
      "and PROXMOX_PASSWORD, and whether the account is enabled and not expired.",
  });
}

function pveProtected(fault: RestFault, context: UpstreamContext): ToolError {
  return make(fault, context, {
    code: "upstream",
    message: `Proxmox VE itself protects the guest and refused ${context.what}: ${fault.reason}`,
    next: PVE_PROTECTION_NEXT,
    details: { protection: "proxmox" },
  });
}

function notImplemented(fault: RestFault, context: UpstreamContext): ToolError {
  return make(fault, context, {
    code: "unsupported",
    message: `This Proxmox VE does not know ${context.what}: ${fault.reason}`,
    next: "See proxmox_capabilities for the connected version.",
  });
}

function missing(fault: RestFault, context: UpstreamContext): ToolError {
  return make(fault, context, {
    code: "not_found",
    message: `${context.what}: ${fault.reason}`,
    next: "List what exists and call again with one of these names.",
  });
}

function unknownNode(fault: RestFault, context: UpstreamContext): ToolError {
  return make(fault, context, {
    code: "not_found",
    message: `${context.what}: the cluster has no such node (${fault.reason}).`,
    next: "List the nodes and call again with one of their names.",
  });
}

function conflict(fault: RestFault, context: UpstreamContext, what: string): ToolError {
  return make(fault, context, {
    code: "conflict",
    message: `${what} ${context.what} answered: ${fault.reason}`,
    next: "Look at the object again, wait for what is running on it, then repeat the call if it is still wanted.",
    retry: true,
  });
}

/** A proxying node answered that it could not reach the other; after a write nobody knows whether it arrived. */
function gateway(fault: RestFault, context: UpstreamContext): ToolError {
  if (context.write && fault.status !== 595 && fault.status !== 503) return outcomeUnknown(fault, context);
  return unreachable(fault, context, `The node that should answer is not reachable (${fault.status}).`);
}

function unreachable(fault: RestFault, context: UpstreamContext, what: string): ToolError {
  return make(fault, context, {
    code: "unreachable",
    message: `${context.what}: ${what} ${fault.reason}`.trim(),
    next: fault.hint ?? "Check that the node is up and reachable, then call again.",
    retry: true,
  });
}

function outcomeUnknown(fault: RestFault, context: UpstreamContext): ToolError {
  return make(fault, context, {
    code: "outcome_unknown",
    message: `${context.what} was sent, but its answer was not seen (${fault.reason}). It may have been done.`,
    next:
      "Do not repeat it blindly: look at the task list and at the object first, and repeat only if " +
      "nothing happened.",
  });
}

function make(
  fault: RestFault,
  context: UpstreamContext,
  parts: ConstructorParameters<typeof ToolError>[0],
): ToolError {
  const details = {
    request: context.what,
    ...(fault.status === undefined ? {} : { status: fault.status }),
    ...(fault.errors ? { errors: fault.errors } : {}),
    ...parts.details,
  };
  return new ToolError({ ...parts, details }, { cause: fault });
}
