import {
  builtinDigests,
  builtManifestFile,
  readBuiltDigests,
} from "../../sdk/plugin-files/built-manifests.ts";
import { digestsOf, type PluginDigests } from "../../sdk/plugin-files/digests.ts";
import { type Evidence, readEvidence, releasesOf } from "../../sdk/plugin-files/evidence.ts";
import { reasonOf } from "../../sdk/plugin-files/fault.ts";
import { sdkDigestFor } from "../../sdk/plugin-files/sdk-digest.ts";
import type { DefinedTool } from "../../sdk/tool.ts";
import { catalogsOf } from "./evidence-catalogs.ts";
import type { LoadContext } from "./load-context.ts";
import type { PluginSource } from "./sources.ts";
import type { PluginEvidence } from "./validation.ts";

type EvidenceContext = Pick<LoadContext, "layout" | "load">;

/**
 * A plugin's evidence beside the present digests of its tools. Evidence that cannot be
 * read does not make a plugin bad: its tools count as untried.
 */
export async function evidenceOf(
  source: PluginSource,
  tools: readonly DefinedTool[],
  context: EvidenceContext,
): Promise<PluginEvidence> {
  try {
    const evidence = readEvidence(source.evidence);
    return { evidence, digests: await presentDigests(source, tools, evidence, context) };
  } catch (error) {
    return { evidence: {}, digests: {}, fault: reasonOf(error) };
  }
}

async function presentDigests(
  source: PluginSource,
  tools: readonly DefinedTool[],
  evidence: Evidence,
  { layout, load }: EvidenceContext,
): Promise<PluginDigests> {
  const catalogs = [...catalogsOf(releasesOf(evidence)).values()];
  if (catalogs.length === 0) return {};
  const { made, entry } = source;
  if (made.origin === "builtin" && layout.kind === "dist") return readBuiltDigests(builtManifestFile(entry));

  if (made.origin === "builtin") return builtinDigests(layout, made.registry, catalogs, load);
  const { folder } = made.manifest;
  const code = { folder, entry, loaded: (file: string) => file };
  return digestsOf({ code, tools, sdk: sdkDigestFor(folder, layout), catalogs, load });
}

/** Names of tools that a plugin's files speak of, for plugins that are not loaded. */
export function toolNamesOnFile({ entry, evidence }: PluginSource): string[] {
  const names = [
    () => Object.keys(readBuiltDigests(builtManifestFile(entry))),
    () => Object.keys(readEvidence(evidence)),
  ];
  return names.flatMap((read) => {
    try {
      return read();
    } catch {
      // These names only make an answer better; without the files there is a plainer one.
      return [];
    }
  });
}
