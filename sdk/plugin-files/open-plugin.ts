import { pathToFileURL } from "node:url";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { type DefinedPlugin, isDefinedPlugin, type PluginServices } from "../plugin.ts";
import { type DefinedTool, isDefinedTool } from "../tool.ts";
import { PluginFault } from "./fault.ts";
import { type ImportModule, importModule } from "./tool-sources.ts";

/** Imports a plugin's entry; its default export must be what `definePlugin` made. Throws {@link PluginFault}. */
export async function openPlugin(file: string, load: ImportModule = importModule): Promise<DefinedPlugin> {
  // A file URL, because import() takes no Windows path.
  const plugin = defaultExport(await load(pathToFileURL(file).href));
  if (!isDefinedPlugin(plugin)) throw new PluginFault("its entry has no default export made by definePlugin");
  return plugin;
}

/** The default export of a module namespace. */
export function defaultExport(namespace: unknown): unknown {
  return typeof namespace === "object" && namespace !== null && "default" in namespace
    ? namespace.default
    : undefined;
}

/** Makes a plugin's tools with the services given. Throws {@link PluginFault} for anything that is no tool. */
export function toolsOf(plugin: DefinedPlugin, services: object): readonly DefinedTool[] {
  // The caller passes exactly the services that `needs` names; the type says `never` so that nobody else calls it.
  const tools: unknown = plugin.tools(services as never);
  if (!Array.isArray(tools) || !tools.every(isDefinedTool))
    throw new PluginFault("its tools are not all made by defineTool");
  return tools;
}

/** Services that do nothing, for looking at a plugin's tools without running them. */
export function inertServices(catalog: Catalog): PluginServices {
  const silent = () => undefined;
  const kept = { uri: "proxmox://artifacts/none", size: 0, expiresAt: 0 };
  const none = { from: { artifact: "none" }, size: 0, mtimeMs: 0, sha256: "" };
  return {
    log: { info: silent, warn: silent },
    catalog,
    artifacts: { put: async () => kept },
    uploads: { look: async () => none },
  };
}
