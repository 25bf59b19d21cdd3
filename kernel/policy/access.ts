import type { Grant } from "../../sdk/plugin.ts";
import { isWithin, RISKS, type Risk } from "../../sdk/risk.ts";
import type { Detour } from "../../sdk/steps.ts";
import type { Settings } from "../settings/types.ts";

/** Why something is refused, and the setting that would allow it. */
export interface Refusal {
  readonly why: string;
  readonly show: string;
}

/** Refuses a risk above `PROXMOX_MCP_ACCESS`; undefined where it is allowed. */
export function accessRefusal(risk: Risk, access: Risk): Refusal | undefined {
  if (isWithin(risk, access)) return undefined;
  return {
    why: `it is ${risk}, and access is limited to ${access}`,
    show: `The operator can allow it with PROXMOX_MCP_ACCESS=${risk}.`,
  };
}

/** The grant that a REST step of this risk needs. */
export function grantFor(risk: Risk): Grant {
  return risk === "read" ? "rest:read" : "rest:write";
}

/** The grant that a way past the API needs; undefined where a step takes none. */
export function detourGrant(over: Detour | undefined): Grant | undefined {
  if (over === undefined || over.by === "cli") return over?.by;
  if (over.by === "shell" && over.raw) return "cli";
  return over.place.kind === "node" ? over.by : "guest";
}

/** Refuses what the plugin was not granted; undefined where it was. */
export function grantRefusal(plugin: string, grants: readonly Grant[], needed: Grant): Refusal | undefined {
  if (grants.includes(needed)) return undefined;
  return {
    why: `the plugin ${plugin} lacks the grant ${needed}`,
    show: `The operator can give it with PROXMOX_MCP_PLUGIN_GRANTS=${plugin}=${needed}.`,
  };
}

/** Whether a human confirms a plan of this risk. Reads are never asked about. */
export function needsConfirmation(risk: Risk, confirm: Settings["confirm"]): boolean {
  if (confirm === "none" || risk === "read") return false;
  return RISKS.indexOf(risk) >= RISKS.indexOf(confirm);
}
