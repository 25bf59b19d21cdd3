import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { SFTPWrapper } from "ssh2";
import { callback } from "./sftp.ts";
import type { Transferred } from "./types.ts";

/** One request to the SFTP server carries so much, and so many may be unanswered: 2 MiB in memory at most. */
const BLOCK_BYTES = 64 * 1024;
const IN_FLIGHT = 32;

/** Sends a file's bytes into `sink`, in order, several requests ahead. */
export async function download(
  sftp: SFTPWrapper,
  handle: Buffer,
  { sink, size, signal }: { sink: Writable; size: number; signal: AbortSignal },
): Promise<Transferred> {
  const hash = createHash("sha256");
  const ahead: Promise<Buffer>[] = [];
  let asked = 0;
  let sent = 0;
  const ask = () => {
    while (ahead.length < IN_FLIGHT && asked < size) {
      const block = readBlock(sftp, handle, asked, Math.min(BLOCK_BYTES, size - asked));
      // It is awaited in its turn; until then its failure must not count as unhandled.
      block.catch(() => undefined);
      ahead.push(block);
      asked += BLOCK_BYTES;
    }
  };
  for (ask(); ahead.length > 0; ask()) {
    signal.throwIfAborted();
    const block = await ahead.shift();
    // Shorter than it was when it was opened: somebody cuts it while we read.
    if (block === undefined || block.length === 0) break;
    hash.update(block);
    sent += block.length;
    if (!sink.write(block)) await drained(sink, signal);
  }
  return { size: sent, sha256: hash.digest("hex") };
}

/** The same for a file that does not tell its size, as those below /proc. */
export async function downloadUnsized(
  sftp: SFTPWrapper,
  handle: Buffer,
  { sink, maxBytes, signal }: { sink: Writable; maxBytes: number; signal: AbortSignal },
): Promise<Transferred> {
  const hash = createHash("sha256");
  let sent = 0;
  while (sent < maxBytes) {
    signal.throwIfAborted();
    const block = await readBlock(sftp, handle, sent, Math.min(BLOCK_BYTES, maxBytes - sent));
    if (block.length === 0) break;
    hash.update(block);
    sent += block.length;
    if (!sink.write(block)) await drained(sink, signal);
  }
  return { size: sent, sha256: hash.digest("hex") };
}

/** Writes all of a source to an open file, several requests ahead. */
export async function upload(
  sftp: SFTPWrapper,
  handle: Buffer,
  { content, signal }: { content: Readable | Uint8Array; signal: AbortSignal },
): Promise<Transferred> {
  const hash = createHash("sha256");
  const ahead: Promise<void>[] = [];
  let size = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    const bytes = asBuffer(chunk);
    hash.update(bytes);
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      signal.throwIfAborted();
      if (ahead.length >= IN_FLIGHT) await ahead.shift();
      const length = Math.min(BLOCK_BYTES, bytes.length - at);
      const position = size + at;
      const block = callback<void>((done) =>
        sftp.write(handle, bytes, at, length, position, (error) => done(error, undefined)),
      );
      block.catch(() => undefined);
      ahead.push(block);
    }
    size += bytes.length;
  }
  for (const block of ahead) await block;
  return { size, sha256: hash.digest("hex") };
}

/** A view where there are bytes already: large content is not copied. */
function asBuffer(chunk: string | Uint8Array): Buffer {
  return typeof chunk === "string"
    ? Buffer.from(chunk)
    : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}

/** As much as was asked for, or less at the end of the file. */
async function readBlock(
  sftp: SFTPWrapper,
  handle: Buffer,
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const at = filled;
    const read = await callback<number>((done) => {
      sftp.read(handle, buffer, at, length - at, position + at, (error, bytes) =>
        done(isEnd(error) ? undefined : error, bytes ?? 0),
      );
    });
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

/** SFTP tells the end of a file by an error of its own. */
function isEnd(error: Error | undefined): boolean {
  return error !== undefined && "code" in error && error.code === 1;
}

async function drained(sink: Writable, signal: AbortSignal): Promise<void> {
  if (sink.destroyed) throw new Error("the receiver of the file went away");
  await once(sink, "drain", { signal });
}
