import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE_NAME = "proxmox-mcp";

let found: string | undefined;

function isRoot(folder: string): boolean {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return false;
  const parsed: unknown = JSON.parse(readFileSync(manifest, "utf8"));
  return typeof parsed === "object" && parsed !== null && "name" in parsed && parsed.name === PACKAGE_NAME;
}

/**
 * The folder of this package: the nearest one upwards whose `package.json`
 * bears its name. The same from sources, from `build/` and from the bundle.
 */
export function packageRoot(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isRoot(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json of ${PACKAGE_NAME} above ${import.meta.url}`);
    folder = parent;
  }
  found = folder;
  return folder;
}
