import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { digestOfFiles } from "./digests.ts";
import { PluginFault } from "./fault.ts";
import { closureOf } from "./imports.ts";
import { readJsonObject } from "./json-file.ts";
import { type CodeLayout, sourceFile } from "./layout.ts";

/** Where the build leaves the digest of the SDK it ships, below the bundle's folder. */
export const SDK_DIGEST_FILE = "sdk/digest.json";

/** Digest of this program's SDK: from its sources, or as the build left it. */
export function sdkDigest(layout: CodeLayout): string {
  if (layout.kind === "dist") return storedSdkDigest(layout.root);
  const folder = join(layout.root, "sdk");
  return digestOfFiles(closureOf(sourceFile(layout, "sdk/index.js"), folder).files, folder);
}

/** Digest of the SDK that a private plugin gets: its own copy's where it brings one, else ours. */
export function sdkDigestFor(pluginFolder: string, layout: CodeLayout): string {
  const own = ownCopy(pluginFolder);
  return own === undefined || relative(layout.root, own) === "" ? sdkDigest(layout) : storedSdkDigest(own);
}

function storedSdkDigest(root: string): string {
  const file = join(root, "dist", SDK_DIGEST_FILE);
  const { sdk } = readJsonObject(file);
  if (typeof sdk !== "string") throw new PluginFault(`${file} holds no digest`);
  return sdk;
}

function ownCopy(pluginFolder: string): string | undefined {
  for (let folder = pluginFolder; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", "proxmox-mcp");
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}
