import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../folders.ts";
import type { Json } from "./canonical.ts";
import {
  CHAIN_EXTENSION,
  type ChainEntry,
  type ChainHead,
  entryLine,
  HEAD_EXTENSION,
  hashLine,
  namedHeads,
  OPEN,
  parseEntry,
  parseHead,
  SEAL,
} from "./chain.ts";

/**
 * How many heads a new chain looks at, the ones written last. Older ones are named by the
 * chains between; a bound keeps opening quick after years of short processes.
 */
const HEADS_LOOKED_AT = 64;

/** What happened, redacted and in JSON form. */
export type ChainEvent = { readonly [key: string]: Json } & { readonly event: string };

/** The file of one chain, open for appending, with its head file beside it. */
export class ChainFileWriter {
  readonly #directory: string;
  readonly #handle: FileHandle;
  #head: ChainHead;
  /** Length of what is known to be good; anything beyond is left from a write that failed. */
  #size = 0;
  #dirty = false;

  private constructor(directory: string, handle: FileHandle, chain: string) {
    this.#directory = directory;
    this.#handle = handle;
    this.#head = { chain, seq: -1, hash: "", sealed: false };
  }

  /** Creates the directory (0700) where missing, and a chain of its own in it, opened with the heads found. */
  static async create(directory: string): Promise<ChainFileWriter> {
    await makeFolder(directory);
    const heads = await unnamedHeads(directory);
    const stamp = new Date().toISOString().replaceAll(/[-:]/g, "");
    const chain = `${stamp}-${process.pid}-${randomBytes(4).toString("hex")}`;
    const flags = constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
    const handle = await open(join(directory, chain + CHAIN_EXTENSION), flags, 0o600);
    const writer = new ChainFileWriter(directory, handle, chain);
    try {
      await writer.append([{ event: OPEN, heads: heads.map((head) => ({ ...head })) }], true);
      await syncDirectory(directory);
    } catch (error) {
      await handle.close();
      // What was never opened is no chain: nothing in it was acknowledged.
      await Promise.allSettled(
        [CHAIN_EXTENSION, HEAD_EXTENSION].map((end) => rm(join(directory, chain + end))),
      );
      throw error;
    }
    return writer;
  }

  /** True when the file was removed from under us: what is appended would be lost. */
  async isGone(): Promise<boolean> {
    return (await this.#handle.stat()).nlink === 0;
  }

  /** Appends all or none of the events; `durable` returns only when they are on disk. */
  async append(events: readonly ChainEvent[], durable: boolean): Promise<void> {
    if (this.#dirty) {
      await this.#handle.truncate(this.#size);
      this.#dirty = false;
    }
    let head = this.#head;
    const lines: string[] = [];
    for (const event of events) {
      const entry: ChainEntry = {
        ...event,
        seq: head.seq + 1,
        prev: head.hash,
        at: new Date().toISOString(),
      };
      const line = entryLine(entry);
      lines.push(line);
      head = { chain: head.chain, seq: entry.seq, hash: hashLine(line), sealed: event.event === SEAL };
    }
    const bytes = Buffer.from(`${lines.join("\n")}\n`, "utf8");
    this.#dirty = true;
    await this.#handle.writeFile(bytes);
    if (durable) await this.#handle.datasync();
    await this.#writeHead(head);
    this.#dirty = false;
    this.#size += bytes.length;
    this.#head = head;
  }

  /** Writes the seal and closes the file. */
  async seal(): Promise<void> {
    try {
      await this.append([{ event: SEAL }], true);
    } finally {
      await this.#handle.close();
    }
  }

  /** Closes the file without a seal. */
  async abandon(): Promise<void> {
    await this.#handle.close();
  }

  async #writeHead(head: ChainHead): Promise<void> {
    const path = join(this.#directory, head.chain + HEAD_EXTENSION);
    await writeFile(`${path}.new`, `${JSON.stringify(head)}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

/** Makes the new file's name durable too. Some systems cannot open a directory; there the name is durable by itself. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Heads in the directory that no other chain's opening names yet. */
async function unnamedHeads(directory: string): Promise<ChainHead[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(HEAD_EXTENSION));
  const heads = await latestHeads(directory, names);
  const openings = await Promise.all(heads.map((head) => opening(directory, head.chain)));
  const named = new Set(openings.flat().map((head) => `${head.chain} ${head.hash}`));
  return heads.filter((head) => !named.has(`${head.chain} ${head.hash}`));
}

async function latestHeads(directory: string, names: readonly string[]): Promise<ChainHead[]> {
  const dated = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      return {
        path,
        time: await stat(path).then(
          (found) => found.mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  dated.sort((a, b) => b.time - a.time);
  const texts = dated.slice(0, HEADS_LOOKED_AT).map(({ path }) => readFile(path, "utf8").catch(() => ""));
  return (await Promise.all(texts)).map(parseHead).filter((head) => head !== undefined);
}

async function opening(directory: string, chain: string): Promise<readonly ChainHead[]> {
  const text = await firstLine(join(directory, chain + CHAIN_EXTENSION)).catch(() => "");
  const entry = parseEntry(text);
  return entry === undefined ? [] : namedHeads(entry);
}

/** An opening names at most {@link HEADS_LOOKED_AT} heads of some 200 bytes: 64 KiB hold it. */
async function firstLine(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    return buffer.toString("utf8", 0, bytesRead).split("\n", 1)[0] ?? "";
  } finally {
    await handle.close();
  }
}
