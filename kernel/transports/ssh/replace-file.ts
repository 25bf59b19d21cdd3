import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import type { SFTPWrapper } from "ssh2";
import { ToolError } from "../../../sdk/errors.ts";
import { digestOf, lookAt, notAFile, statusOf } from "./files.ts";
import { callback } from "./sftp.ts";
import { upload } from "./transfer.ts";
import type { FileStatus, FileWrite, Transferred } from "./types.ts";

const NEW_FILE_MODE = 0o644;
/** Nobody else may read it before it has its owner and mode. */
const UNFINISHED_MODE = 0o600;

type Done = (error: Error | null | undefined) => void;

/** Writes beside the file and renames, so that whoever looks sees the old or the new one, whole. */
export async function replaceFile(
  sftp: SFTPWrapper,
  path: string,
  write: FileWrite,
  signal: AbortSignal,
): Promise<Transferred> {
  const target = await targetOf(sftp, path);
  const old = await lookAt(sftp, target);
  if (old !== undefined && old.kind !== "file") throw notAFile(path, old.kind);
  const fresh = posix.join(
    posix.dirname(target),
    `.${posix.basename(target).slice(0, 100)}.${randomBytes(6).toString("hex")}.new`,
  );
  const handle = await callback<Buffer>((done) => sftp.open(fresh, "wx", { mode: UNFINISHED_MODE }, done));
  try {
    const transferred = await fill(sftp, handle, { write, old, signal });
    await refuseChanged(sftp, target, write.expected, signal);
    signal.throwIfAborted();
    await plain((done) => sftp.ext_openssh_rename(fresh, target, done));
    return transferred;
  } catch (error) {
    // Where the connection is gone the file stays beside; the old one is whole in any case.
    await plain((done) => sftp.unlink(fresh, done)).catch(() => undefined);
    throw error;
  }
}

/** A link is followed: the file that it names is replaced, and not the link. */
async function targetOf(sftp: SFTPWrapper, path: string): Promise<string> {
  const found = await lookAt(sftp, path);
  if (found?.kind !== "link") return path;
  return await callback<string>((done) => sftp.realpath(path, done));
}

async function fill(
  sftp: SFTPWrapper,
  handle: Buffer,
  { write, old, signal }: { write: FileWrite; old: FileStatus | undefined; signal: AbortSignal },
): Promise<Transferred> {
  try {
    const transferred = await upload(sftp, handle, { content: write.content, signal });
    await dress(sftp, handle, write, old);
    await plain((done) => sftp.ext_openssh_fsync(handle, done));
    return transferred;
  } finally {
    sftp.close(handle, () => undefined);
  }
}

/** Owner before mode: changing the owner drops the bits for set-user-id. Nothing that fits already is touched. */
async function dress(
  sftp: SFTPWrapper,
  handle: Buffer,
  write: FileWrite,
  old: FileStatus | undefined,
): Promise<void> {
  const now = await statusOf(sftp, handle);
  const owner = write.owner ?? old;
  if (owner !== undefined && (owner.uid !== now.uid || owner.gid !== now.gid))
    await plain((done) => sftp.fchown(handle, owner.uid, owner.gid, done));
  const mode = write.mode ?? old?.mode;
  if (mode !== undefined) {
    if (mode !== now.mode || owner !== undefined) await plain((done) => sftp.fchmod(handle, mode, done));
    return;
  }
  // The file system of /etc/pve gives each file its mode and takes no other.
  if (now.mode === UNFINISHED_MODE) await plain((done) => sftp.fchmod(handle, NEW_FILE_MODE, done));
}

async function refuseChanged(
  sftp: SFTPWrapper,
  path: string,
  expected: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (expected === undefined) return;
  const found = (await digestOf(sftp, path, signal)) ?? "absent";
  if (found !== expected.toLowerCase()) throw notAsExpected(path, found);
}

/** The error for a file that somebody has changed; `found` is its SHA-256, or `absent`. */
export function notAsExpected(path: string, found: string): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${path} is not as it was expected to be (${found === "absent" ? "there is none" : `SHA-256 ${found}`}). It was left as it is.`,
    next: "Read it again, and decide anew.",
    details: { sha256: found },
  });
}

async function plain(call: (done: Done) => void): Promise<void> {
  await callback<void>((done) => call((error) => done(error, undefined)));
}
