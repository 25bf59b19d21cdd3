import { ToolError } from "../../sdk/errors.ts";
import { useName } from "../../sdk/tool.ts";
import type { CallAnswer } from "../call/types.ts";
import type { Capabilities, ReportedCluster, ReportedPlugin } from "./capabilities.ts";
import type { HostedTool, ToolHost } from "./types.ts";

/** The report as an answer: text for reading, the same as data. */
export function capabilitiesText(report: Capabilities, plugin: string | undefined): CallAnswer {
  if (plugin !== undefined && report.plugins.length === 0) throw unknown("plugin", plugin);
  const { client } = report;
  const text = [
    `proxmox-mcp ${report.version}; access ${report.access}; a human confirms from ${report.confirm} on; tools from validation ${report.minValidation} on`,
    ...ruleLines(report),
    `Client: ${client.name} ${client.version}, ${client.canAskHuman ? "can ask its user" : "cannot ask its user (no elicitation)"}`,
    ...report.clusters.map(clusterLine),
    ...report.plugins.map(pluginLine),
    ...shownLines(report.tools),
    ...hiddenLines(report.tools),
  ].join("\n");
  return { text, isError: false, data: { ...report, tools: report.tools.map(toolData) } };
}

/** Everything about one tool. Throws `not_found`. */
export function toolText(name: string, host: ToolHost): CallAnswer {
  const found = host.find(name);
  if (found === undefined) {
    const absent = host.absent(name);
    if (absent === undefined) throw unknown("tool", name);
    const text = `${name} is not there: ${absent.why}. ${absent.show}`;
    return { text, isError: false, data: { name, hidden: absent } };
  }
  const { tool, plugin, validation, lowest, highest, hidden, withheld } = found;
  const text = [
    `${name} (${tool.title}), of the plugin ${plugin}`,
    `Risk: ${lowest === highest ? lowest : `${lowest} to ${highest}`}`,
    `Validation: ${statusOf(found)}${validation.reason === undefined ? "" : `; ${validation.reason}`}`,
    `Uses: ${tool.uses.map((use) => (typeof use === "string" ? use : `${useName(use)} (optional)`)).join(", ") || "the inventory"}`,
    hidden === undefined ? "It is shown." : `Hidden: ${hidden.why}. ${hidden.show}`,
    ...[...(withheld ?? [])].map(
      ([cluster, { why, show }]) => `Not on the cluster ${cluster}: ${why}. ${show}`,
    ),
  ].join("\n");
  return { text, isError: false, data: toolData(found) };
}

function unknown(kind: "plugin" | "tool", name: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `There is no ${kind} ${JSON.stringify(name)}.`,
    next: "Call proxmox_capabilities without input for everything there is.",
  });
}

/** The operator's own limits beyond access: a model that knows them need not run into them. */
function ruleLines({ protect, policy }: Capabilities): string[] {
  const rules = policy.map(({ number, shadow, text }) => `${number}${shadow ? " (shadow)" : ""}: ${text}`);
  return [
    ...(protect.length > 0 ? [`Protected from destructive changes: ${protect.join(", ")}`] : []),
    ...(rules.length > 0 ? [`Policy rules, first match wins: ${rules.join("; ")}`] : []),
  ];
}

function clusterLine({ name, version, fault }: ReportedCluster): string {
  return `Cluster ${name}: ${fault === undefined ? `Proxmox VE ${version}` : `cannot be reached now (${fault})`}`;
}

function pluginLine({ id, origin, state, fault, shown, hidden }: ReportedPlugin): string {
  const kind = origin === "private" ? " (private)" : "";
  if (state === "loaded") return `Plugin ${id}${kind}: ${shown} tools shown, ${hidden} hidden`;
  return `Plugin ${id}${kind}: ${state}${fault === undefined ? "" : `: ${fault}`}`;
}

function shownLines(tools: readonly HostedTool[]): string[] {
  const shown = tools.filter(({ hidden }) => hidden === undefined);
  if (shown.length === 0) return ["No tool of a plugin is shown."];
  return grouped(shown, (tool) => `Shown, ${statusOf(tool)}${noteOf(tool)}`);
}

function hiddenLines(tools: readonly HostedTool[]): string[] {
  const hidden = tools.filter((tool) => tool.hidden !== undefined);
  return grouped(hidden, (tool) => `Hidden (${tool.hidden?.show.replace(/\.$/, "")}): ${tool.hidden?.why}`);
}

/** One line for all tools of which the same is to be said. */
function grouped(tools: readonly HostedTool[], head: (tool: HostedTool) => string): string[] {
  const groups = new Map<string, string[]>();
  for (const tool of tools) {
    const key = head(tool);
    groups.set(key, [...(groups.get(key) ?? []), tool.tool.name]);
  }
  return [...groups].map(([key, names]) => `${key}: ${names.join(", ")}`);
}

function statusOf({ validation: { status, evidence } }: HostedTool): string {
  return evidence === undefined ? status : `${status} (Proxmox VE ${evidence.pve}, ${evidence.at})`;
}

function noteOf({ validation: { reason }, withheld }: HostedTool): string {
  const not = withheld === undefined ? "" : `, not on ${[...withheld.keys()].join(", ")}`;
  return `${reason === undefined ? "" : `, ${reason}`}${not}`;
}

function toolData({ tool, plugin, validation, lowest, highest, hidden }: HostedTool): object {
  return {
    name: tool.name,
    plugin,
    lowest,
    highest,
    validation,
    ...(hidden === undefined ? {} : { hidden }),
  };
}
