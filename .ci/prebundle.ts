/**
 * Bundles large packages once for the tests: jest loads every module file of a
 * package for every test file, and the number of files is what costs.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const packages = ["typebox", "typebox/schema"];

/** Writes node_modules/.cache/proxmox-mcp/prebundled/, unless it is there for the present lock file. */
export async function prebundle(root: string): Promise<void> {
  const target = join(root, "node_modules/.cache/proxmox-mcp/prebundled");
  const stamp = join(target, "package-lock.json");
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  mkdirSync(target, { recursive: true });
  await build({
    entryPoints: Object.fromEntries(packages.map((name) => [name.replaceAll("/", "-"), name])),
    outdir: target,
    outExtension: { ".js": ".mjs" },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.18",
  });
  writeFileSync(stamp, lock);
}
