import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { kindOf, withCommonInputs } from "../call/common-inputs.ts";
import { listedSchema } from "../call/listed-schema.ts";
import type { Settings } from "../settings/types.ts";
import { expose, type KnownCluster } from "./exposure.ts";
import type { OpenedPlugin, Outcome } from "./outcome.ts";
import type { HostedTool, LoadedPlugin } from "./types.ts";
import { validationFor } from "./validation.ts";
import { lowestRiskOf } from "./verify.ts";

/** What exposure depends on besides the plugin. */
export interface HostView {
  readonly settings: Settings;
  readonly clusters: readonly KnownCluster[];
  /** Catalogs of the releases that evidence is from. */
  readonly catalogs: ReadonlyMap<string, Catalog>;
  readonly newest: Catalog | undefined;
}

/** What became of a plugin, with its tools as they are shown or hidden now. */
export function showPlugin(outcome: Outcome, view: HostView): LoadedPlugin {
  const { id, grants, made } = outcome.source;
  const title = made.origin === "private" ? made.manifest.title : id;
  const head = { id, title, origin: made.origin, grants };
  if ("unselected" in outcome) return { ...head, selected: false, tools: [] };
  if ("fault" in outcome) return { ...head, selected: true, fault: outcome.fault, tools: [] };

  const { opened } = outcome;
  const tools = opened.tools.map((tool) => showTool(opened, tool, view));
  const untried = tools.filter(({ validation }) => validation.status === "experimental");
  const selected = view.settings.plugins.select !== "validated" || untried.length === 0;
  const shown = { ...head, title: opened.title, selected };
  if (selected) return { ...shown, tools };
  const names = untried.map(({ tool }) => tool.name).join(", ");
  const hidden = {
    why: `only plugins with evidence for every tool are selected, and "${id}" lacks it for ${names}`,
    show: "PROXMOX_MCP_PLUGINS=all would show it.",
  };
  return { ...shown, tools: tools.map((tool) => ({ ...tool, hidden })) };
}

function showTool(
  { source, evidence }: OpenedPlugin,
  tool: OpenedPlugin["tools"][number],
  { settings, clusters, catalogs, newest }: HostView,
): HostedTool {
  const inputSchema = withCommonInputs(tool.input, kindOf(tool), settings);
  const candidate = {
    plugin: source.id,
    tool,
    grants: source.grants,
    lowest: newest === undefined ? tool.risk : lowestRiskOf(tool, newest),
    highest: tool.risk,
    inputSchema,
    listedSchema: listedSchema(tool.input, inputSchema),
  };
  return expose(candidate, settings, clusters, (catalog) => validationFor(tool, evidence, catalogs, catalog));
}
