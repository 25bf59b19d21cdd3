import { createHash } from "node:crypto";
import { relative, sep } from "node:path";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { type DefinedTool, useName } from "../tool.ts";
import { readSource } from "./imports.ts";
import { type ImportModule, type PluginCode, sourcesByTool } from "./tool-sources.ts";

/** Digests of a plugin's tools: by tool name, then by the Proxmox VE release whose schema went in. */
export type PluginDigests = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What goes into the digests besides the plugin's own sources. */
export interface DigestInputs {
  readonly code: PluginCode;
  readonly tools: readonly DefinedTool[];
  /** Digest of the SDK that the plugin uses. */
  readonly sdk: string;
  readonly catalogs: readonly Catalog[];
  readonly load?: ImportModule;
}

/**
 * The present digest of every tool: over its contract, the sources reachable from its
 * file, the SDK, and the schema of its endpoints in each release.
 */
export async function digestsOf(inputs: DigestInputs): Promise<PluginDigests> {
  const sources = await sourcesByTool(inputs.code, inputs.tools, inputs.load);
  return Object.fromEntries(
    inputs.tools.map((tool) => {
      const code = digestOfFiles(sources.get(tool.name) ?? [], inputs.code.folder);
      const releases = inputs.catalogs.map((catalog) => [
        catalog.release,
        sha256(canonical([contractOf(tool), code, inputs.sdk, schemasOf(tool, catalog)])),
      ]);
      return [tool.name, Object.fromEntries(releases)];
    }),
  );
}

/** Digest over files, each under its path below `folder` with forward slashes and LF line ends. */
export function digestOfFiles(files: readonly string[], folder: string): string {
  return sha256(
    canonical(files.map((file) => [relative(folder, file).split(sep).join("/"), readSource(file)])),
  );
}

function contractOf(tool: DefinedTool): unknown {
  const { name, describe, risk, uses, input, result } = tool;
  return { name, describe, risk, uses, input, result, kind: tool.plan === undefined ? "read" : "change" };
}

function schemasOf(tool: DefinedTool, catalog: Catalog): unknown {
  return tool.uses.map(useName).map((use) => [use, catalog.endpoint(use) ?? null]);
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** JSON with sorted keys, so that the order of writing does not count. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
