import { dirname, join } from "node:path";
import { catalogsOf } from "../../kernel/host/evidence-catalogs.ts";
import type { ToolValidation } from "../../kernel/host/types.ts";
import { type PluginEvidence, validationFor } from "../../kernel/host/validation.ts";
import { ANY_USE, lowestRiskOf } from "../../kernel/host/verify.ts";
import { lackingUses } from "../../kernel/policy/versions.ts";
import type { Grant } from "../../sdk/plugin.ts";
import { builtinDigests } from "../../sdk/plugin-files/built-manifests.ts";
import {
  EVIDENCE_FILE,
  type EvidenceEntry,
  readEvidence,
  releasesOf,
} from "../../sdk/plugin-files/evidence.ts";
import { type CodeLayout, codeFile, sourceFile } from "../../sdk/plugin-files/layout.ts";
import { inertServices, openPlugin, toolsOf } from "../../sdk/plugin-files/open-plugin.ts";
import { type RegistryEntry, readRegistry } from "../../sdk/plugin-files/registry-file.ts";
import type { Risk } from "../../sdk/risk.ts";
import { type DefinedTool, useName } from "../../sdk/tool.ts";
import { type Catalog, loadCatalog } from "../../vendor/pve-docs/index.ts";

/** A tool and what is known of it. */
export interface DocumentedTool {
  readonly tool: DefinedTool;
  readonly plugin: string;
  readonly lowest: Risk;
  readonly evidence: readonly EvidenceEntry[];
  /** What its evidence is worth on a release; undefined where the release cannot serve it. */
  validation(release: string): ToolValidation | undefined;
}

/** A built-in plugin as its reference page shows it. */
export interface DocumentedPlugin {
  readonly id: string;
  readonly title: string;
  readonly grants: readonly Grant[];
  readonly tools: readonly DocumentedTool[];
}

/** Every plugin of the registry with its tools, in the registry's order. Throws for one that does not load. */
export async function documentedPlugins(layout: CodeLayout): Promise<readonly DocumentedPlugin[]> {
  const plugins: DocumentedPlugin[] = [];
  for (const entry of readRegistry(layout.root)) plugins.push(await documented(layout, entry));
  return plugins;
}

async function documented(layout: CodeLayout, entry: RegistryEntry): Promise<DocumentedPlugin> {
  const catalog = loadCatalog();
  const { id, title, ...rest } = await openPlugin(codeFile(layout, entry.entry));
  const tools = toolsOf({ id, title, ...rest }, inertServices(catalog));
  const evidence = readEvidence(join(dirname(sourceFile(layout, entry.entry)), EVIDENCE_FILE));
  const catalogs = catalogsOf(releasesOf(evidence));
  const digests = catalogs.size === 0 ? {} : await builtinDigests(layout, entry, [...catalogs.values()]);
  return {
    id,
    title,
    grants: entry.grants,
    tools: tools.map((tool) => ({
      tool,
      plugin: id,
      lowest: lowestRiskOf(tool, catalog),
      evidence: evidence[tool.name] ?? [],
      validation: (release) => validationOn(tool, { evidence, digests }, catalogs, loadCatalog(release)),
    })),
  };
}

function validationOn(
  tool: DefinedTool,
  evidence: PluginEvidence,
  catalogs: ReadonlyMap<string, Catalog>,
  cluster: Catalog,
): ToolValidation | undefined {
  const isServed = lackingUses(tool, cluster).length === 0;
  return isServed ? validationFor(tool, evidence, catalogs, cluster) : undefined;
}

/** The tools that name an endpoint among their uses, by endpoint key. */
export function toolsByEndpoint(
  plugins: readonly DocumentedPlugin[],
): ReadonlyMap<string, readonly DocumentedTool[]> {
  const found = new Map<string, DocumentedTool[]>();
  for (const documentedTool of plugins.flatMap(({ tools }) => tools)) {
    for (const use of documentedTool.tool.uses) {
      const key = useName(use);
      if (key !== ANY_USE) found.set(key, [...(found.get(key) ?? []), documentedTool]);
    }
  }
  return found;
}
