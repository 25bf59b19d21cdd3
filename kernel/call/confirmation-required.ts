import { join } from "node:path";
import { ToolError } from "../../sdk/errors.ts";
import { packageRoot } from "../../vendor/package-root.ts";
import { oneLine } from "./one-line.ts";
import type { Plan } from "./types.ts";

/** Why a human is needed, and where the plan waits for one. */
export interface Unconfirmed {
  /** The rule that wants it; undefined where the plan's risk does. */
  readonly asked: string | undefined;
  /** The kept plan, and why there is no approval of it that counts; undefined where it could not be kept. */
  readonly waits?: { readonly plan: string; readonly why: string } | undefined;
  readonly stateDir: string;
}

/** The error for a client that cannot ask its user: which human can approve what, and how. */
export function confirmationRequired(plan: Plan, { asked, waits, stateDir }: Unconfirmed): ToolError {
  const why = asked === undefined ? "which" : `and by ${oneLine(asked).replace(/\.$/, "")}`;
  const setting = asked === undefined ? "PROXMOX_MCP_CONFIRM=none" : "another PROXMOX_MCP_POLICY";
  const message = `${plan.tool} is ${plan.risk} here, ${why} a human has to confirm, and this client cannot ask one. Nothing was changed.`;
  const { targets } = plan;
  if (waits === undefined) {
    return new ToolError({
      code: "confirmation_required",
      message,
      next: `Use a client that supports elicitation, or have the operator set ${setting}. Calling again does not count as consent; dryRun shows the plan.`,
      details: { targets },
    });
  }
  const command = approveCommand(waits.plan, stateDir);
  return new ToolError({
    code: "confirmation_required",
    message: `${message} It is kept as plan ${waits.plan}: ${waits.why}.`,
    next:
      `Ask the operator to run, at a terminal of their own: ${command} (or, where that command is not installed, ` +
      `node ${quoted(join(packageRoot(), "dist", "admin.js"))} with the same arguments). Then call proxmox_plan_apply ` +
      "with this plan. Do not run it yourself: it is for a human, and nothing that a model sends counts as consent. " +
      `A client that supports elicitation can ask its user at once; not to ask at all is the operator's decision (${setting}).`,
    details: { targets, plan: waits.plan, command },
  });
}

function approveCommand(plan: string, stateDir: string): string {
  return `proxmox-mcp-admin approve ${plan} --state-dir ${quoted(stateDir)}`;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
