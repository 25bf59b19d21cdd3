import { SERVER_DEFINITIONS } from "./definitions.ts";
import { SettingsError } from "./errors.ts";
import { defaultStateDir, type Machine, pathRules, thisMachine } from "./paths.ts";
import type { Environment } from "./texts.ts";
import { readValues } from "./values.ts";

const { PROXMOX_MCP_STATE_DIR, PROXMOX_MCP_AUDIT_LOG_PATH } = SERVER_DEFINITIONS;
const DEFINITIONS = { PROXMOX_MCP_STATE_DIR, PROXMOX_MCP_AUDIT_LOG_PATH } as const;

/** Where a server keeps what the admin command looks at. */
export interface AdminPaths {
  readonly stateDir: string;
  readonly auditLogPath: string;
}

/**
 * The folders by the server's own rules, or with this state folder; no cluster has to be set up for it. Throws
 * SettingsError.
 */
export function adminPaths(
  stateDir: string | undefined,
  env: Environment = { ...process.env },
  machine: Machine = thisMachine(),
): AdminPaths {
  const given =
    stateDir === undefined
      ? env
      : { ...env, PROXMOX_MCP_STATE_DIR: stateDir, PROXMOX_MCP_STATE_DIR_FILE: "" };
  const { values, faults } = readValues(DEFINITIONS, given, machine);
  if (faults.length > 0) throw new SettingsError(faults);
  const found = values.PROXMOX_MCP_STATE_DIR ?? defaultStateDir(env, machine);
  return {
    stateDir: found,
    auditLogPath: values.PROXMOX_MCP_AUDIT_LOG_PATH ?? pathRules(machine).join(found, "audit"),
  };
}
