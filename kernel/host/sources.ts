import { dirname, join } from "node:path";
import { GRANTS, type Grant } from "../../sdk/plugin.ts";
import { EVIDENCE_FILE } from "../../sdk/plugin-files/evidence.ts";
import { PluginFault, reasonOf } from "../../sdk/plugin-files/fault.ts";
import { type CodeLayout, codeFile, sourceFile } from "../../sdk/plugin-files/layout.ts";
import {
  locatePrivatePlugin,
  type PrivateManifest,
  readPrivateManifest,
} from "../../sdk/plugin-files/private-manifest.ts";
import { type RegistryEntry, readRegistry } from "../../sdk/plugin-files/registry-file.ts";
import type { Settings } from "../settings/types.ts";

/** A plugin found, not yet loaded. */
export interface PluginSource {
  readonly id: string;
  readonly grants: readonly Grant[];
  /** Absolute path of the module to import. */
  readonly entry: string;
  /** Absolute path of the evidence, which need not exist. */
  readonly evidence: string;
  /** First word of its tools' names. */
  readonly prefix: string;
  readonly made:
    | { readonly origin: "builtin"; readonly registry: RegistryEntry }
    | { readonly origin: "private"; readonly manifest: PrivateManifest };
}

/** A private plugin that cannot even be read. */
export interface BrokenSource {
  /** Its id where it has one, else its path. */
  readonly id: string;
  readonly fault: string;
}

/** Everything that was found, in the order in which names are given out. */
export interface FoundPlugins {
  readonly sources: readonly PluginSource[];
  readonly broken: readonly BrokenSource[];
}

/** First word of the names of built-in tools. */
const BUILTIN_PREFIX = "proxmox";

/** Reads registry and private manifests; imports nothing. Throws a PluginFault only for our own registry. */
export function findPlugins(settings: Settings["plugins"], layout: CodeLayout, cwd: string): FoundPlugins {
  const sources: PluginSource[] = readRegistry(layout.root).map((entry) => ({
    id: entry.id,
    grants: granted(entry.grants, settings.grants[entry.id]),
    entry: codeFile(layout, entry.entry),
    // The bundle carries a copy of the evidence that its digests were compared with when it was built.
    evidence: join(
      dirname((layout.kind === "dist" ? codeFile : sourceFile)(layout, entry.entry)),
      EVIDENCE_FILE,
    ),
    prefix: BUILTIN_PREFIX,
    made: { origin: "builtin", registry: entry },
  }));
  const broken: BrokenSource[] = [];
  for (const path of settings.paths) {
    try {
      sources.push(privateSource(path, settings, layout, cwd, sources));
    } catch (error) {
      broken.push({ id: path, fault: reasonOf(error) });
    }
  }
  return { sources, broken };
}

function privateSource(
  path: string,
  settings: Settings["plugins"],
  layout: CodeLayout,
  cwd: string,
  before: readonly PluginSource[],
): PluginSource {
  const folder = locatePrivatePlugin(path, cwd, layout.root);
  const manifest = readPrivateManifest(folder);
  const clash = before.find(({ id, prefix }) => id === manifest.id || prefix === manifest.prefix);
  if (clash?.id === manifest.id)
    throw new PluginFault(`${folder}: the id "${manifest.id}" is taken by another plugin`);
  if (clash !== undefined)
    throw new PluginFault(`${folder}: the prefix "${manifest.prefix}" is taken by the plugin "${clash.id}"`);
  return {
    id: manifest.id,
    grants: granted(["rest:read"], settings.grants[manifest.id]),
    entry: manifest.entry,
    evidence: join(folder, EVIDENCE_FILE),
    prefix: manifest.prefix,
    made: { origin: "private", manifest },
  };
}

function granted(base: readonly Grant[], extra: readonly string[] = []): readonly Grant[] {
  return GRANTS.filter((grant) => base.includes(grant) || extra.includes(grant));
}
