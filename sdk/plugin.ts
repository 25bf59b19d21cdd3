import type { PveReader } from "./reader.ts";
import type { DefinedTool } from "./tool.ts";
import type { PluginUploads } from "./uploads.ts";

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

/** What a plugin keeps because it is too large for an answer, or no text. */
export interface PluginArtifact {
  readonly title: string;
  /** `text/plain` where left out, of bytes `application/octet-stream`. */
  readonly mimeType?: string;
  /** Secrets in text are masked; bytes are kept as they are. */
  readonly content: string | Uint8Array;
}

/** Where a kept artifact is found. */
export interface KeptArtifact {
  /** To be named in the tool's result. */
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Keeps artifacts for whoever makes the call, for a while and within bounds. */
export interface PluginArtifacts {
  /** `pve` is the client that the call's `read` or `plan` got. Throws ToolError where it cannot be kept. */
  put(pve: PveReader, artifact: PluginArtifact): Promise<KeptArtifact>;
}

/** Services by name that a plugin may ask for with `needs`; each is there only where granted. */
export interface PluginServices {
  /** Always granted. */
  readonly log: PluginLogger;
  /** Always granted: the API of the newest known version. */
  readonly catalog: Catalog;
  /** Takes the grant `artifacts`. */
  readonly artifacts: PluginArtifacts;
  /** Takes the grant `artifacts`; paths besides need folders that the operator has allowed. */
  readonly uploads: PluginUploads;
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
