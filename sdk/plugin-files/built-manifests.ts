import { dirname, join, relative, sep } from "node:path";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { digestsOf, type PluginDigests } from "./digests.ts";
import { PluginFault } from "./fault.ts";
import { isObject, readJsonObject } from "./json-file.ts";
import { type CodeLayout, codeFile, sourceFile } from "./layout.ts";
import { inertServices, openPlugin, toolsOf } from "./open-plugin.ts";
import type { RegistryEntry } from "./registry-file.ts";
import { sdkDigest } from "./sdk-digest.ts";
import { type ImportModule, importModule, type PluginCode } from "./tool-sources.ts";

/** Name of the file beside a built plugin that holds the present digests of its tools. */
export const BUILT_MANIFEST_FILE = "manifest.json";

/** The present digests of a built-in plugin, computed from its sources in a checkout. */
export async function builtinDigests(
  layout: CodeLayout,
  entry: RegistryEntry,
  catalogs: readonly Catalog[],
  load: ImportModule = importModule,
): Promise<PluginDigests> {
  const [newest] = catalogs;
  if (newest === undefined) return {};
  const plugin = await openPlugin(codeFile(layout, entry.entry), load);
  const tools = toolsOf(plugin, inertServices(newest));
  return digestsOf({ code: builtinCode(layout, entry), tools, sdk: sdkDigest(layout), catalogs, load });
}

function builtinCode(layout: CodeLayout, entry: RegistryEntry): PluginCode {
  const source = sourceFile(layout, entry.entry);
  const moduleOf = (file: string) => relative(layout.root, file).split(sep).join("/").replace(/\.ts$/, ".js");
  return { folder: dirname(source), entry: source, loaded: (file) => codeFile(layout, moduleOf(file)) };
}

/** The file with the digests of a plugin whose entry is this file. */
export function builtManifestFile(entry: string): string {
  return join(dirname(entry), BUILT_MANIFEST_FILE);
}

/** Reads the digests that the build left. Throws a {@link PluginFault} for a missing or damaged file. */
export function readBuiltDigests(file: string): PluginDigests {
  const { tools } = readJsonObject(file);
  if (!isDigests(tools)) throw new PluginFault(`${file} is damaged; build again`);
  return tools;
}

function isDigests(tools: unknown): tools is PluginDigests {
  return (
    isObject(tools) &&
    Object.values(tools).every(
      (releases) =>
        isObject(releases) && Object.values(releases).every((digest) => typeof digest === "string"),
    )
  );
}
