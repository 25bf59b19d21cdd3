/** Checks what `npm pack` would ship: everything that is needed, nothing else, and not too much of it. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const MAX_UNPACKED_MB = 12;

const REQUIRED = [
  "package.json",
  "README.md",
  "LICENSE",
  "SECURITY.md",
  "CHANGELOG.md",
  "plugin-registry.json",
  "dist/main.js",
  "dist/admin.js",
  "dist/sdk/index.js",
  "dist/sdk/testing/index.js",
  "dist/sdk/lab/index.js",
  "dist/types/sdk/index.d.ts",
  "dist/types/sdk/testing/index.d.ts",
  "dist/types/sdk/lab/index.d.ts",
  "docs/private-plugins.md",
  "vendor/pve-docs/data/api-9.2.json",
  "vendor/pve-docs/data/api-8.4.json",
];

const ALLOWED =
  /^(package\.json|README\.md|LICENSE|SECURITY\.md|CHANGELOG\.md|plugin-registry\.json|dist\/.+|sdk\/[\w-]+\.schema\.json|vendor\/pve-docs\/data\/[\w.-]+\.json|docs\/.+\.(md|json|mjs))$/;

interface Packed {
  readonly files: readonly { readonly path: string }[];
  readonly unpackedSize: number;
}

/** Plugins and their evidence are part of the package for every entry of the registry. */
function requiredOfPlugins(): string[] {
  const registry: { plugins: readonly { entry: string }[] } = JSON.parse(
    readFileSync("plugin-registry.json", "utf8"),
  );
  return registry.plugins.flatMap(({ entry }) => {
    const folder = `dist/${entry.replace(/\/plugin\.js$/, "")}`;
    return [`dist/${entry}`, `${folder}/manifest.json`, `${folder}/evidence.json`];
  });
}

const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { encoding: "utf8" });
const parsed: Packed[] | Record<string, Packed> = JSON.parse(output);
const [packed] = Object.values(parsed);
const files = new Set(packed?.files.map(({ path }) => path));
const faults = [
  ...[...REQUIRED, ...requiredOfPlugins()]
    .filter((file) => !files.has(file))
    .map((file) => `missing: ${file}`),
  ...[...files].filter((file) => !ALLOWED.test(file)).map((file) => `not meant to be shipped: ${file}`),
  ...[...files].filter((file) => !existsSync(file)).map((file) => `listed but absent: ${file}`),
];
const megabytes = (packed?.unpackedSize ?? 0) / 2 ** 20;
if (megabytes > MAX_UNPACKED_MB)
  faults.push(`${megabytes.toFixed(1)} MB unpacked, more than ${MAX_UNPACKED_MB}`);
for (const fault of faults) console.error(fault);
console.log(`package: ${files.size} files, ${megabytes.toFixed(1)} MB unpacked, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
