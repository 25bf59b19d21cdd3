import { type FileHandle, open } from "node:fs/promises";

/** What a file says of its artifact, in its first line. */
export interface ArtifactHead {
  readonly subject: string;
  readonly title: string;
  readonly mimeType: string;
  readonly isText: boolean;
}

/** An open artifact file. */
export interface OpenArtifact {
  readonly head: ArtifactHead;
  /** Where the content begins in the file. */
  readonly start: number;
  /** Size of the content. */
  readonly size: number;
  /** When it was written, milliseconds since the epoch. */
  readonly writtenAt: number;
  readonly handle: FileHandle;
}

const LONGEST_HEAD = 8_192;
const NEWLINE = 0x0a;
/** Bytes of the longest UTF-8 character. */
const LONGEST_CHARACTER = 4;

/** Head and content as one file, so that one rename makes both appear. */
export function encodeArtifact(head: ArtifactHead, content: Uint8Array): Uint8Array[] {
  return [Buffer.from(`${JSON.stringify(head)}\n`), content];
}

/** Opens a file for `use`; undefined where there is none, or none of ours. */
export async function withArtifact<T>(
  path: string,
  use: (file: OpenArtifact) => Promise<T>,
): Promise<T | undefined> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { size, mtimeMs } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_HEAD), 0, LONGEST_HEAD, 0);
    const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
    const head = end < 0 ? undefined : parseHead(buffer.toString("utf8", 0, end));
    if (head === undefined) return undefined;
    return await use({ head, start: end + 1, size: size - end - 1, writtenAt: mtimeMs, handle });
  } finally {
    await handle.close();
  }
}

/** Bytes of the content; of text from the first whole character on and up to the last one. */
export async function readRange(
  { handle, start, size, head }: OpenArtifact,
  offset: number,
  limit: number,
): Promise<{ bytes: Uint8Array; offset: number }> {
  // Room for one character at least: reading on from where a part ends always gets further.
  const wanted = head.isText ? Math.max(limit, LONGEST_CHARACTER) : limit;
  const length = Math.max(0, Math.min(wanted, size - offset));
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start + offset);
  const read = buffer.subarray(0, bytesRead);
  if (!head.isText) return { bytes: read, offset };
  const first = firstCharacter(read);
  const isEnd = offset + bytesRead >= size;
  return { bytes: read.subarray(first, isEnd ? bytesRead : endOfCharacters(read)), offset: offset + first };
}

function firstCharacter(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && at < LONGEST_CHARACTER - 1 && isContinuation(bytes[at])) at += 1;
  return at;
}

/** Before the last character where that is not whole. */
function endOfCharacters(bytes: Uint8Array): number {
  let lead = bytes.length - 1;
  while (lead > 0 && bytes.length - lead < LONGEST_CHARACTER && isContinuation(bytes[lead])) lead -= 1;
  return lead >= 0 && lead + lengthOf(bytes[lead] ?? 0) > bytes.length ? lead : bytes.length;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Bytes of the UTF-8 character that begins with this one. */
function lengthOf(lead: number): number {
  if (lead >= 0xf0) return LONGEST_CHARACTER;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

function parseHead(line: string): ArtifactHead | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const { subject, title, mimeType, isText } = value as Partial<Record<string, unknown>>;
    const isHead = typeof subject === "string" && typeof title === "string" && typeof mimeType === "string";
    return isHead ? { subject, title, mimeType, isText: isText === true } : undefined;
  } catch {
    return undefined;
  }
}
