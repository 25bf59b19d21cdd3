import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { ToolError } from "../../sdk/errors.ts";

const SETTING = "PROXMOX_MCP_UPLOAD_DIRS";

/**
 * The path with its symlinks resolved. Throws `denied` where that is outside the folders, whether or not there is
 * such a file, and `not_found` where there is none inside of them.
 */
export async function allowedPath(path: string, folders: readonly string[]): Promise<string> {
  if (!isAbsolute(path)) {
    throw new ToolError({
      code: "invalid_input",
      message: `${JSON.stringify(path)} is no absolute path on the machine that this server runs on.`,
      next: "Give the whole path.",
    });
  }
  const real = await realpath(path).catch(() => undefined);
  const allowed = await Promise.all(folders.map((folder) => realpath(folder).catch(() => resolve(folder))));
  if (!allowed.some((folder) => isInside(real ?? resolve(path), folder))) throw outside(path, folders);
  if (real !== undefined) return real;
  throw new ToolError({ code: "not_found", message: `There is no file ${path}.`, next: "Check the path." });
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(path: string, folders: readonly string[]): ToolError {
  const where = folders.length === 0 ? "no folder is allowed" : `allowed are ${folders.join(", ")}`;
  return new ToolError({
    code: "denied",
    message: `${path} may not be uploaded: ${where}.`,
    next: `The operator can allow its folder with ${SETTING}; symlinks count as what they lead to.`,
  });
}
