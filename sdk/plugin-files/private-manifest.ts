import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { PluginFault } from "./fault.ts";
import { FieldChecks, readJsonObject } from "./json-file.ts";
import { PLUGIN_ID } from "./registry-file.ts";
import { isRange } from "./version-range.ts";

/** Name of the manifest in a private plugin's folder. */
export const MANIFEST_FILE = "proxmox-plugin.json";

/** What a private plugin says of itself; paths are absolute. */
export interface PrivateManifest {
  readonly id: string;
  readonly title: string;
  /** Its tools are named `<prefix>_…`. */
  readonly prefix: string;
  /** Range of SDK contract versions it works with: `^1.0.0`. */
  readonly sdk: string;
  readonly folder: string;
  readonly entry: string;
  readonly scenarios: string | undefined;
}

/** First words of tool names that belong to the kernel and the built-in plugins. */
export const RESERVED_PREFIXES: readonly string[] = ["proxmox", "job", "plan", "artifact"];

const PREFIX = /^[a-z][a-z0-9]{1,23}$/;
const MODULE = /\.(?:js|mjs|cjs)$/;

/** Reads and checks `proxmox-plugin.json` in a folder. Throws a {@link PluginFault} naming every fault. */
export function readPrivateManifest(folder: string): PrivateManifest {
  const file = join(folder, MANIFEST_FILE);
  if (!existsSync(file)) throw new PluginFault(`${folder} holds no ${MANIFEST_FILE}`);
  const checks = new FieldChecks(readJsonObject(file), [
    "id",
    "title",
    "entry",
    "sdk",
    "prefix",
    "scenarios",
  ]);
  const id = checks.text("id", PLUGIN_ID, "lower-case letters, digits and hyphens");
  const title = checks.text("title", /^[^\n]{1,100}$/, "one line of at most 100 characters");
  const prefix = checks.text("prefix", PREFIX, "2 to 24 lower-case letters and digits");
  const sdk = checks.text("sdk", /./, "a version range such as ^1.0.0");
  const entry = checks.text("entry", MODULE, "a .js, .mjs or .cjs file in the plugin's folder");
  const scenarios = checks.optionalText(
    "scenarios",
    MODULE,
    "a .js, .mjs or .cjs file in the plugin's folder",
  );

  if (RESERVED_PREFIXES.includes(prefix))
    checks.faults.push(`"prefix" ${prefix} is reserved; choose the plugin's own`);
  if (sdk !== "" && !isRange(sdk))
    checks.faults.push(`"sdk" is "${sdk}"; it must be a version range such as ^1.0.0`);
  const inside = (key: string, path: string) => {
    const found = fileInside(folder, path);
    if (found === undefined && path !== "")
      checks.faults.push(`"${key}" names no file in the plugin's folder: ${path}`);
    return found ?? "";
  };
  const manifest = {
    id,
    title,
    prefix,
    sdk,
    folder,
    entry: inside("entry", entry),
    scenarios: scenarios === undefined ? undefined : inside("scenarios", scenarios),
  };
  checks.finish(file);
  return manifest;
}

function fileInside(folder: string, path: string): string | undefined {
  const file = resolve(folder, path);
  const inner = relative(folder, file);
  if (inner === ".." || inner.startsWith(`..${sep}`) || isAbsolute(inner)) return undefined;
  return isFile(file) ? file : undefined;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * The folder that an entry of `PROXMOX_MCP_PLUGIN_PATH` means: a folder, or the name of
 * a package installed for the working directory or beside this program.
 */
export function locatePrivatePlugin(path: string, cwd: string, root: string): string {
  const folder = resolve(cwd, path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  if (/^(?:@[\w.-]+\/)?[\w][\w.-]*$/.test(path))
    for (const start of [cwd, root]) {
      const found = packageAbove(start, path);
      if (found !== undefined) return found;
    }
  throw new PluginFault(`${path} is neither a folder nor an installed package`);
}

function packageAbove(start: string, name: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (isFile(join(candidate, MANIFEST_FILE))) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
