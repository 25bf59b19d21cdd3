import { ToolError } from "../../sdk/errors.ts";
import type { ReadParams } from "../../sdk/reader.ts";
import { cli } from "../../sdk/steps.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { stepPrivileges } from "../plans/privileges.ts";
import { ownPermissions } from "../privileges/own-permissions.ts";
import type { ClusterAccess } from "../tokens.ts";
import { runCli } from "../transports/cli/run.ts";
import { resolveCli } from "./cli-step.ts";

/** A command that only looks. */
export interface ReadCommand {
  readonly node: string;
  /** All words up to the arguments. */
  readonly command: string;
  readonly params: ReadParams;
}

/** What running it takes. */
export interface ReadCommandParts {
  readonly access: Pick<ClusterAccess, "rest" | "ssh">;
  readonly catalog: Catalog;
  readonly isRootLogin: boolean;
  readonly signal: AbortSignal;
}

/** A read that takes longer is given up, milliseconds. */
const TIMEOUT_MS = 60_000;

/**
 * Runs a command that stands for a read of the API, and answers what that would answer. On the node it runs as root, so
 * the account first has to hold what the API asks for it: no rule of Proxmox VE is gone around. Throws ToolError.
 */
export async function readByCommand(
  { node, command, params }: ReadCommand,
  { access, catalog, isRootLogin, signal }: ReadCommandParts,
): Promise<unknown> {
  const { step, endpoint, isFree } = resolveCli({ ...cli(node, command, params), id: "read" }, catalog);
  if (isFree || catalog.risk(endpoint, step.params) !== "read") throw notARead(command);
  const faults = catalog.check(endpoint, step.params);
  if (faults.length > 0) {
    const list = faults.map(({ param, message }) => `${param}: ${message.trim()}`).join("; ");
    throw new ToolError({
      code: "invalid_input",
      message: `${command} cannot be asked with these parameters. ${list}.`,
      next: "Correct them and call again.",
    });
  }
  const privileges = catalog.privileges(endpoint, step.params);
  const held = await ownPermissions(access, { fresh: true, signal }).catch(() => undefined);
  const [judged] = stepPrivileges(
    [{ step: { ...step, risk: "read" }, endpoint, shownPath: "", risk: "read", privileges }],
    {
      held,
      isRootLogin,
    },
  );
  if (judged?.held !== "yes") throw lacksRight(command, judged?.needs ?? "");
  return await runCli(access.ssh, step.over, step.params, { signal, timeoutMs: TIMEOUT_MS });
}

function notARead(command: string): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${command} can change something, so nothing can be read with it.`,
    next: "The author of the plugin has to plan it as a step instead.",
  });
}

function lacksRight(command: string, needs: string): ToolError {
  return new ToolError({
    code: "forbidden",
    message: `${command} was not run: the account of the API is not known to hold what this takes there (${needs}), and the node's command line must not go around that.`,
    next: "Ask the operator to grant it to the API token and, under privilege separation, to its user.",
  });
}
