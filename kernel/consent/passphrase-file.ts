import { open, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../folders.ts";
import type { PassphraseCheck } from "./keys.ts";

/** Where the check of the passphrase is kept below a state directory. */
export function passphraseFile(stateDir: string): string {
  return join(stateDir, "passphrase.json");
}

/** Writes the check as a whole, readable by its owner alone. Rejects where it cannot. */
export async function writeCheck(stateDir: string, { salt, publicKey }: PassphraseCheck): Promise<void> {
  await makeFolder(stateDir);
  const path = passphraseFile(stateDir);
  const fresh = `${path}.${process.pid}.new`;
  const handle = await open(fresh, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ kdf: "scrypt-65536-8-1", salt, publicKey })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, path);
}

/** The check that is kept; a text says why there is none that counts, undefined that none was set. */
export async function readCheck(stateDir: string): Promise<PassphraseCheck | string | undefined> {
  const path = passphraseFile(stateDir);
  try {
    const { mode, uid } = await stat(path);
    const isForeign = process.getuid !== undefined && uid !== process.getuid();
    if (process.platform !== "win32" && (isForeign || (mode & 0o077) !== 0)) {
      return `${path} has to belong to the server's user and be closed to all others (mode 0600)`;
    }
    return checkIn(await readFile(path, "utf8")) ?? `${path} holds no check of a passphrase`;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" ? undefined : `${path} cannot be read (${String(code ?? error)})`;
  }
}

function checkIn(text: string): PassphraseCheck | undefined {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || !("salt" in value) || !("publicKey" in value))
    return undefined;
  const { salt, publicKey } = value;
  return typeof salt === "string" && typeof publicKey === "string" ? { salt, publicKey } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
