import type { Grant } from "../../sdk/plugin.ts";
import type { Risk } from "../../sdk/risk.ts";
import { type DefinedTool, useName } from "../../sdk/tool.ts";
import { cliCommand } from "../../vendor/pve-docs/index.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";

/** What a way past the API takes. */
export interface DetourUse {
  readonly grant: Grant;
  /** The lowest risk of a step of this kind. */
  readonly risk: Risk;
  /** A tool that only reads may have it as well; it then reads. */
  readonly reads?: true;
}

const DETOURS: Readonly<Record<string, DetourUse>> = {
  "shell:node": { grant: "shell", risk: "escape" },
  "guest:exec": { grant: "guest", risk: "escape" },
  "file:node": { grant: "file", risk: "escape" },
  "guest:file": { grant: "guest", risk: "escape" },
  "file:snippets": { grant: "file", risk: "write", reads: true },
};

/**
 * What a use past the API takes: `cli:qm set`, `shell:node`, `file:snippets`. A command has the risk of the API method
 * behind it, `escape` where there is none. Undefined for anything else, and for commands that there are not.
 */
export function detourUse(use: string, catalog: Catalog): DetourUse | undefined {
  if (Object.hasOwn(DETOURS, use)) return DETOURS[use];
  const command = use.startsWith("cli:") ? cliCommand(use.slice("cli:".length)) : undefined;
  if (command === undefined || command.plain || command.daemon) return undefined;
  const endpoint = command.endpoint === undefined ? undefined : catalog.endpoint(command.endpoint);
  return { grant: "cli", risk: endpoint === undefined ? "escape" : catalog.risk(endpoint) };
}

/** What a tool that goes into VMs declares besides: the agent's own endpoints. */
const BY_AGENT = /\/qemu\/\{vmid\}\/agent\//;

/** Whether a tool cannot do without SSH to the nodes. VMs are reached by their agent over the API, containers are not. */
export function needsSsh({ uses }: Pick<DefinedTool, "uses">): boolean {
  const required = uses.filter((use) => typeof use === "string");
  if (required.some((use) => /^(?:cli|shell|file):/.test(use))) return true;
  const isInGuests = required.some((use) => use.startsWith("guest:"));
  return isInGuests && !uses.some((use) => BY_AGENT.test(useName(use)));
}
