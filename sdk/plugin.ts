import type { DefinedTool } from "./tool.ts";

/** What the registry or the operator may allow a plugin to do. */
export const GRANTS = ["rest:read", "rest:write", "cli", "shell", "file", "guest", "artifacts"] as const;

/** One of {@link GRANTS}. */
export type Grant = (typeof GRANTS)[number];

/** Writes to the server's log (stderr), under the plugin's name. Secrets are redacted. */
export interface PluginLogger {
  info(message: string): void;
  warn(message: string): void;
}

/** A read-only view of the API catalog. */
export type { Catalog } from "../vendor/pve-docs/types.ts";

import type { Catalog } from "../vendor/pve-docs/types.ts";

/** Services by name that a plugin may ask for with `needs`; each is there only where granted. */
export interface PluginServices {
  /** Always granted. */
  readonly log: PluginLogger;
  /** Always granted: the API of the newest known version. */
  readonly catalog: Catalog;
}

/** Name of a service. */
export type ServiceName = keyof PluginServices;

/** What a plugin declares. */
export interface Plugin<Needs extends ServiceName = ServiceName> {
  /** Lower case, as in the registry. */
  readonly id: string;
  readonly title: string;
  /** Services to be injected; loading fails by name when one is unknown or not granted. */
  readonly needs?: readonly Needs[];
  readonly tools: (services: Pick<PluginServices, Needs>) => readonly DefinedTool[];
}

const PLUGIN = Symbol.for("proxmox-mcp.plugin");

/** A plugin as the host sees it, whatever copy of the SDK made it. */
export type DefinedPlugin = Omit<Plugin, "tools"> & {
  readonly [PLUGIN]: true;
  /** Contract version of the SDK that made it. */
  readonly sdk: string;
  // The host injects exactly what `needs` names.
  readonly tools: (services: never) => readonly DefinedTool[];
};

/** Contract version of this SDK; a plugin's manifest names the range it works with. */
export const SDK_VERSION = "1.0.0";

/** Declares a plugin; it is the default export of the plugin's entry. */
export function definePlugin<Needs extends ServiceName = never>(plugin: Plugin<Needs>): DefinedPlugin {
  return { [PLUGIN]: true, sdk: SDK_VERSION, ...plugin };
}

/** True for what {@link definePlugin} made, in any copy of the SDK. */
export function isDefinedPlugin(value: unknown): value is DefinedPlugin {
  return typeof value === "object" && value !== null && PLUGIN in value;
}
