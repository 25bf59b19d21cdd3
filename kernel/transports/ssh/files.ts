import { once } from "node:events";
import { Writable } from "node:stream";
import type { SFTPWrapper } from "ssh2";
import { ToolError } from "../../../sdk/errors.ts";
import { callback, isMissing, toStatus } from "./sftp.ts";
import { download, downloadUnsized } from "./transfer.ts";
import type { FileStatus, Transferred } from "./types.ts";

/** What is read of a file that tells no size, where the caller names no bound. */
export const UNSIZED_BYTES = 64 * 1024 * 1024;

/** Undefined where there is nothing of that name; a link is told as such. */
export async function lookAt(sftp: SFTPWrapper, path: string): Promise<FileStatus | undefined> {
  const stats = callback<FileStatus>((done) => {
    sftp.lstat(path, (error, found) => (error ? done(error, NOTHING) : done(undefined, toStatus(found))));
  });
  return await stats.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** Only to satisfy the form of a callback that has failed. */
const NOTHING: FileStatus = { kind: "other", size: 0, mode: 0, uid: 0, gid: 0, modifiedAt: 0 };

/** Names in a folder, sorted. */
export async function listFolder(
  sftp: SFTPWrapper,
  path: string,
): Promise<readonly ({ name: string } & FileStatus)[]> {
  const entries = await callback<{ name: string; status: FileStatus }[]>((done) => {
    sftp.readdir(path, (error, found) =>
      done(
        error,
        (found ?? []).map(({ filename, attrs }) => ({ name: filename, status: toStatus(attrs) })),
      ),
    );
  });
  return entries
    .map(({ name, status }) => ({ name, ...status }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Sends a file into `sink` and ends it. */
export async function readFile(
  sftp: SFTPWrapper,
  path: string,
  { sink, maxBytes, signal }: { sink: Writable; maxBytes: number | undefined; signal: AbortSignal },
): Promise<Transferred> {
  const handle = await callback<Buffer>((done) => sftp.open(path, "r", done));
  try {
    const status = await statusOf(sftp, handle);
    if (status.kind !== "file") throw notAFile(path, status.kind);
    if (maxBytes !== undefined && status.size > maxBytes) throw tooLarge(path, status.size, maxBytes);
    const transferred =
      status.size > 0
        ? await download(sftp, handle, { sink, size: status.size, signal })
        : await downloadUnsized(sftp, handle, { sink, maxBytes: maxBytes ?? UNSIZED_BYTES, signal });
    sink.end();
    if (!sink.writableFinished) await once(sink, "finish", { signal });
    return transferred;
  } finally {
    sftp.close(handle, () => undefined);
  }
}

/** SHA-256 of a file in hex; undefined where there is none. */
export async function digestOf(
  sftp: SFTPWrapper,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return (await readFile(sftp, path, { sink: nowhere, maxBytes: undefined, signal })).sha256;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** What is known of an open file. */
export async function statusOf(sftp: SFTPWrapper, handle: Buffer): Promise<FileStatus> {
  return await callback<FileStatus>((done) => {
    sftp.fstat(handle, (error, stats) => (error ? done(error, NOTHING) : done(undefined, toStatus(stats))));
  });
}

/** The error for what is no regular file. */
export function notAFile(path: string, kind: FileStatus["kind"]): ToolError {
  const what = kind === "directory" ? "a folder" : kind === "link" ? "a link" : "a device, socket or pipe";
  return new ToolError({
    code: "unsupported",
    message: `${path} is ${what}, not a file. Nothing was changed.`,
    next: "Name a regular file.",
  });
}

/** The error for a file with more bytes than may be read. */
export function tooLarge(path: string, size: number, maxBytes: number): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `${path} has ${size} bytes, more than the ${maxBytes} that may be read at once.`,
    next: "Read a part of it by a command such as `head`, `tail` or `grep`.",
    details: { size },
  });
}
