import { ERROR_CODES, type ErrorCode } from "../../sdk/errors.ts";
import { table } from "./markdown.ts";
import { header, type Page } from "./page.ts";

const MEANING: Readonly<Record<ErrorCode, readonly [what: string, next: string]>> = {
  invalid_input: [
    "The arguments do not fit the tool or the API. Every fault is listed by field.",
    "Correct the named fields and call again.",
  ],
  not_found: [
    "There is no such tool, guest, node, job, plan or object.",
    "Look it up with a list tool; the answer names close matches where there are any.",
  ],
  denied: [
    "This server's own rules refuse the call: exposure, access level, grants, protected targets or policy.",
    "The answer names the setting or grant that would allow it. It is the operator's decision.",
  ],
  unsupported: [
    "The connected Proxmox VE cannot do this: the endpoint or parameter is missing in its version, or open to root@pam alone.",
    "The answer says from which version it exists, or who may do it.",
  ],
  invalid_plan: [
    "A tool planned something that it did not declare, or that the API does not know. Nothing ran.",
    "A fault of the plugin: report it to its author.",
  ],
  confirmation_required: [
    "A human has to confirm and this client cannot ask one. Nothing ran; the plan is kept.",
    "A human runs the `proxmox-mcp-admin approve` command of the answer, then `proxmox_plan_apply` runs the plan. Or use a client with elicitation.",
  ],
  declined: [
    "The human said no, closed the question, or did not answer in time. Nothing ran.",
    "Do not ask again without a new reason.",
  ],
  not_recorded: [
    "The audit entry could not be written before the change. Nothing ran.",
    "Free the disk or mend the permissions of the audit folder, then call again.",
  ],
  conflict: [
    "The object changed since it was planned, or it is locked by another operation; or a plan is applied, expired, discarded or void.",
    "Read it again and plan anew; a lock goes when its task has ended. What changed is named.",
  ],
  forbidden: [
    "Proxmox VE refused: the token or user lacks a privilege. The answer names it and the path where known.",
    "Grant the privilege, or use another token.",
  ],
  unreachable: [
    "The node or API could not be reached. No change was sent.",
    "Check address, network and node; the same call may succeed later.",
  ],
  upstream: [
    "Proxmox VE answered with an error of its own, which is quoted.",
    "Depends on the message; a wrong token shows here as well.",
  ],
  task_failed: [
    "Proxmox VE accepted the call and its task ended badly. Exit status and last log lines are in the answer.",
    "Mend what the log names. Steps that were done before it are listed and stay done.",
  ],
  outcome_unknown: [
    "A change was sent and its outcome was not seen: the connection broke, or time ran out.",
    "Look at the object and its tasks first. Never simply repeat the call.",
  ],
  not_applied: [
    "Proxmox VE answered that a change was done, and reading back shows that it was not.",
    "Look at the object and at the task's log; somebody may have changed it meanwhile. Call again only if the change is still wanted.",
  ],
  cancelled: ["The caller cancelled a read.", "Call again if it is still wanted."],
  internal: [
    "A fault in this server. Details are in its log under the call's id.",
    "Report it with that id.",
  ],
};

/** `docs/reference/errors.md`. */
export const errorsPage: Page = {
  file: "docs/reference/errors.md",
  render: () =>
    `${header("Errors", "sdk/errors.ts and docs/generate/errors.ts")}${[
      "An error answers a stable code, what happened, what to do next and whether the same call can succeed later.",
      "Codes are never renamed or given a second meaning.\n\n",
    ].join("\n")}${table(
      ["code", "what happened", "what to do"],
      ERROR_CODES.map((code) => [`\`${code}\``, ...MEANING[code]]),
    )}`,
};
