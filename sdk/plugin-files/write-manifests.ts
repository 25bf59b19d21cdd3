import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadCatalog, releases } from "../../vendor/pve-docs/index.ts";
import { BUILT_MANIFEST_FILE, builtinDigests } from "./built-manifests.ts";
import { EVIDENCE_FILE } from "./evidence.ts";
import { codeLayout, sourceFile } from "./layout.ts";
import { readRegistry } from "./registry-file.ts";
import { SDK_DIGEST_FILE, sdkDigest } from "./sdk-digest.ts";

/**
 * Writes what the shipped bundle needs to judge evidence: beside each built-in plugin in the
 * bundle's folder the present digests of its tools and a copy of its evidence, and the digest of the SDK.
 * Part of the build: it runs from `build/`, after the bundle was made.
 */
export async function writeManifests(root: string, bundle = join(root, "dist")): Promise<void> {
  const layout = codeLayout(root);
  const catalogs = releases().map(loadCatalog);
  for (const entry of readRegistry(root)) {
    const target = dirname(join(bundle, entry.entry));
    mkdirSync(target, { recursive: true });
    const tools = await builtinDigests(layout, entry, catalogs);
    writeJson(join(target, BUILT_MANIFEST_FILE), { id: entry.id, tools });
    const evidence = join(dirname(sourceFile(layout, entry.entry)), EVIDENCE_FILE);
    if (existsSync(evidence)) copyFileSync(evidence, join(target, EVIDENCE_FILE));
    else rmSync(join(target, EVIDENCE_FILE), { force: true });
  }
  const sdk = join(bundle, SDK_DIGEST_FILE);
  mkdirSync(dirname(sdk), { recursive: true });
  writeJson(sdk, { sdk: sdkDigest(layout) });
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 1)}\n`);
}
