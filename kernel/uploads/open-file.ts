import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { ToolError } from "../../sdk/errors.ts";
import type { Artifacts } from "../artifacts/types.ts";
import type { RestFile } from "../transports/types.ts";

/** Bytes read at a time to look through a file, into the same memory over and over. */
const SCANNED = 256 * 1024;

/** Bytes read at a time to be sent. Each part is garbage afterwards, and small ones are collected sooner. */
const SENT = 64 * 1024;

/** Without waiting for the other end of a pipe, and without a symlink that came since the path was resolved. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** A file that is open to be sent. */
export interface OpenFile extends RestFile {
  /** When it was changed last, milliseconds since the epoch. */
  readonly mtimeMs: number;
  /** As `read`, but each part lasts only until the next one is asked for. */
  scan(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Opens the regular file at a path whose symlinks are resolved. Throws ToolError. */
export async function openPath(path: string): Promise<OpenFile> {
  const handle = await open(path, FLAGS).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) {
      throw new ToolError({ code: "invalid_input", message: `${path} is no file.`, next: "Name a file." });
    }
    if (!(await isStillAt(path, facts))) throw moved(path);
    return {
      size: facts.size,
      mtimeMs: facts.mtimeMs,
      read: () => chunksOf(handle, () => Buffer.allocUnsafe(SENT)),
      scan: () => {
        const same = Buffer.allocUnsafe(SCANNED);
        return chunksOf(handle, () => same);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A folder on the way can have become a symlink between resolving and opening: what is open must be what lies there. */
async function isStillAt(path: string, { dev, ino }: Stats): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  return there?.dev === dev && there.ino === ino && (await realpath(path).catch(() => undefined)) === path;
}

/** From the beginning, whatever was read of it before. */
async function* chunksOf(handle: FileHandle, room: () => Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const buffer = room();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Opens an artifact of whoever is named. Throws ToolError `not_found`. */
export async function openArtifact(artifacts: Artifacts, subject: string, id: string): Promise<OpenFile> {
  const { size, createdAt } = await artifacts.get(subject, id);
  return {
    size,
    mtimeMs: createdAt,
    read: () => partsOf(artifacts, subject, id),
    scan: () => partsOf(artifacts, subject, id),
    close: async () => undefined,
  };
}

async function* partsOf(artifacts: Artifacts, subject: string, id: string): AsyncGenerator<Uint8Array> {
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const part = await artifacts.read(subject, id, { offset, limit: SCANNED });
    if (part.bytes.length > 0) yield part.bytes;
    offset = part.next;
  }
}

function moved(path: string): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${path} was moved or replaced while it was being opened. Nothing was sent.`,
    next: "Call again once it stays in its place.",
    retry: true,
  });
}

function unreadable(path: string, cause: unknown): ToolError {
  const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ToolError(
    {
      code: "denied",
      message: `${path} cannot be read by this server${why}.`,
      next: "The operator has to make it readable for the server's user.",
    },
    { cause },
  );
}
