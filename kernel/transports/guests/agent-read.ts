import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { isToolError } from "../../../sdk/errors.ts";
import { tooLarge } from "../ssh/files.ts";
import type { Transferred } from "../ssh/types.ts";
import { brokenOff, changedMeanwhile, unfit } from "./agent-file-faults.ts";
import type { FileProgram } from "./agent-file-programs.ts";
import type { AgentSession, Said } from "./agent-session.ts";

/** What one program prints: with base64 around it an answer that a node has no trouble with. */
export const READ_BLOCK = 768 * 1024;

/** Longer ones would take more than minutes, block by block. */
export const LONGEST_FILE = 2 ** 30;

/** Where a file goes, and how much of it may. */
export interface ReadOptions {
  readonly sink: Writable;
  readonly maxBytes: number | undefined;
  readonly signal: AbortSignal;
}

/** Sends a file into `sink` and ends it. One of several blocks is compared with the guest's own digest at the end. */
export async function readInVm(
  session: AgentSession,
  path: string,
  options: ReadOptions,
): Promise<Transferred> {
  const { sink, maxBytes, signal } = options;
  const most = Math.min(maxBytes ?? LONGEST_FILE, LONGEST_FILE);
  const { place, programs } = session;
  const sending = new Sending(sink, signal);
  const opened = await ask(session, path, programs.open(path, most, READ_BLOCK), signal);
  const [, told = ""] = /^file (\d+)$/.exec(opened.first) ?? [];
  const size = Number(told);
  if (size > most) throw tooLarge(path, size, most);
  // A file that tells no size, as those below /proc, is what one block of it has.
  const isUnsized = size === 0 && opened.content.length > 0;
  if (isUnsized && opened.content.length > Math.min(most, READ_BLOCK - 1))
    throw tooLarge(path, opened.content.length, Math.min(most, READ_BLOCK - 1));
  if (!isUnsized && opened.content.length !== Math.min(size, READ_BLOCK)) throw changedMeanwhile(place, path);
  await sending.send(opened.content);
  for (let index = 1; index * READ_BLOCK < size; index += 1) {
    const { content } = await ask(session, path, programs.block(path, READ_BLOCK, index), signal);
    if (content.length !== Math.min(READ_BLOCK, size - index * READ_BLOCK))
      throw changedMeanwhile(place, path);
    await sending.send(content);
  }
  const transferred = sending.transferred();
  if (size > READ_BLOCK) {
    const { first } = await ask(session, path, programs.digest(path), signal);
    if (first !== transferred.sha256) throw changedMeanwhile(place, path);
  }
  await sending.end();
  return transferred;
}

/** Reading does no harm twice, so a program whose answer was lost is run once more. */
async function ask(
  session: AgentSession,
  path: string,
  program: FileProgram,
  signal: AbortSignal,
): Promise<Said> {
  try {
    const said = await session.run(program, signal).catch(async (error: unknown) => {
      if (isToolError(error) && error.code === "outcome_unknown" && !signal.aborted)
        return await session.run(program, signal);
      throw error;
    });
    const fault = unfit(session.place, path, said);
    if (fault !== undefined) throw fault;
    return said;
  } catch (error) {
    throw brokenOff(error, session.place, path, false);
  }
}

/** Counts and digests what goes to a receiver, at its pace. */
class Sending {
  readonly #sink: Writable;
  readonly #signal: AbortSignal;
  readonly #hash = createHash("sha256");
  #size = 0;

  constructor(sink: Writable, signal: AbortSignal) {
    this.#sink = sink;
    this.#signal = signal;
  }

  async send(content: Buffer): Promise<void> {
    this.#hash.update(content);
    this.#size += content.length;
    if (this.#sink.destroyed) throw new Error("the receiver of the file went away");
    if (content.length > 0 && !this.#sink.write(content))
      await once(this.#sink, "drain", { signal: this.#signal });
  }

  /** Only once: the digest is closed by it. */
  transferred(): Transferred {
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }

  async end(): Promise<void> {
    this.#sink.end();
    if (!this.#sink.writableFinished) await once(this.#sink, "finish", { signal: this.#signal });
  }
}
