import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder that is the operator's alone (0700), and those above it where missing. Not Node's own recursive
 * `mkdir`, which never returns where the system says of a new folder that it is not there, as below `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === "ENOENT" && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await mkdir(path, { mode: 0o700 }).catch((again: unknown) => acceptFolder(path, again));
      return;
    }
    await acceptFolder(path, error);
  }
}

/** Somebody else may have made it meanwhile; what is there has to be a folder. */
async function acceptFolder(path: string, error: unknown): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw error;
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
