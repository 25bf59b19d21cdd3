import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Catalog, loadCatalog, newestRelease, releases } from "../../vendor/pve-docs/index.ts";
import type { DefinedPlugin } from "../plugin.ts";
import { builtinDigests, builtManifestFile, readBuiltDigests } from "../plugin-files/built-manifests.ts";
import { digestsOf, type PluginDigests } from "../plugin-files/digests.ts";
import { EVIDENCE_FILE } from "../plugin-files/evidence.ts";
import { PluginFault } from "../plugin-files/fault.ts";
import { type CodeLayout, codeFile, sourceFile } from "../plugin-files/layout.ts";
import { defaultExport, inertServices, openPlugin, toolsOf } from "../plugin-files/open-plugin.ts";
import { MANIFEST_FILE, readPrivateManifest } from "../plugin-files/private-manifest.ts";
import { type RegistryEntry, readRegistry } from "../plugin-files/registry-file.ts";
import { sdkDigestFor } from "../plugin-files/sdk-digest.ts";
import { linkSdk } from "../plugin-files/sdk-link.ts";
import type { DefinedTool } from "../tool.ts";
import { isScenarios, type Scenario } from "./scenario.ts";

/** A plugin that is to be validated. */
export interface PluginUnderTest {
  readonly id: string;
  /** What the server loads: named as built for a built-in plugin, else a path. */
  readonly entry: string;
  readonly tools: readonly DefinedTool[];
  readonly scenarios: readonly Scenario[];
  readonly digests: PluginDigests;
  /** Files to write evidence to; the first is the one that counts. */
  readonly evidenceFiles: readonly [string, ...string[]];
  /** Settings with which the server loads it. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The plugins that the arguments name: ids of built-in ones, or folders of private ones;
 * without arguments all built-in ones. Throws a {@link PluginFault} for what cannot be validated.
 */
export async function pluginsUnderTest(
  args: readonly string[],
  layout: CodeLayout,
): Promise<readonly PluginUnderTest[]> {
  const registry = readRegistry(layout.root);
  const wanted = args.length > 0 ? args : registry.map(({ id }) => id);
  return Promise.all(
    wanted.map((name) => {
      const entry = registry.find(({ id }) => id === name);
      if (entry !== undefined) return builtin(entry, layout);
      if (existsSync(join(name, MANIFEST_FILE))) return privatePlugin(name, layout);
      const known = registry.map(({ id }) => id).join(", ");
      throw new PluginFault(
        `${name} is neither a built-in plugin (${known}) nor a folder with a ${MANIFEST_FILE}`,
      );
    }),
  );
}

async function builtin(entry: RegistryEntry, layout: CodeLayout): Promise<PluginUnderTest> {
  const { id } = entry;
  const built = codeFile(layout, entry.entry);
  return {
    id,
    entry: entry.entry,
    tools: toolsIn(await openPlugin(built)),
    scenarios: await scenariosIn(codeFile(layout, join(dirname(entry.entry), "scenarios.js"))),
    // A package has no sources to compute digests from, but has those that its build left.
    digests:
      layout.kind === "dist"
        ? readBuiltDigests(builtManifestFile(built))
        : await builtinDigests(layout, entry, catalogs()),
    evidenceFiles: evidenceOf(entry, layout),
    env: { PROXMOX_MCP_PLUGINS: "all" },
  };
}

/** Beside the sources and what was built of them; in a package there is only the latter. */
function evidenceOf({ entry }: RegistryEntry, layout: CodeLayout): readonly [string, ...string[]] {
  const shipped = join(dirname(join(layout.root, "dist", entry)), EVIDENCE_FILE);
  if (layout.kind === "dist" && !existsSync(join(layout.root, "build"))) return [shipped];
  const evidence = join(dirname(sourceFile(layout, entry)), EVIDENCE_FILE);
  return existsSync(dirname(shipped)) ? [evidence, shipped] : [evidence];
}

async function privatePlugin(path: string, layout: CodeLayout): Promise<PluginUnderTest> {
  linkSdk(layout);
  const { id, folder, entry, scenarios } = readPrivateManifest(resolve(path));
  if (scenarios === undefined) throw new PluginFault(`${folder}: its ${MANIFEST_FILE} names no "scenarios"`);
  const tools = toolsIn(await openPlugin(entry));
  const code = { folder, entry, loaded: (file: string) => file };
  const changes = tools.some(({ plan }) => plan !== undefined);
  return {
    id,
    entry,
    tools,
    scenarios: await scenariosIn(scenarios),
    digests: await digestsOf({ code, tools, sdk: sdkDigestFor(folder, layout), catalogs: catalogs() }),
    evidenceFiles: [join(folder, EVIDENCE_FILE)],
    env: {
      PROXMOX_MCP_PLUGINS: "all",
      PROXMOX_MCP_PLUGIN_PATH: folder,
      ...(changes ? { PROXMOX_MCP_PLUGIN_GRANTS: `${id}=rest:write` } : {}),
    },
  };
}

function toolsIn(plugin: DefinedPlugin): readonly DefinedTool[] {
  return toolsOf(plugin, inertServices(loadCatalog(newestRelease())));
}

async function scenariosIn(file: string): Promise<readonly Scenario[]> {
  if (!existsSync(file)) return [];
  const declared = defaultExport(await import(pathToFileURL(file).href));
  if (!isScenarios(declared)) throw new PluginFault(`${file} has no default export made by defineScenarios`);
  return declared.list;
}

function catalogs(): readonly Catalog[] {
  return releases().map(loadCatalog);
}
