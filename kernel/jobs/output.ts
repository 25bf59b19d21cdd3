import { isUtf8 } from "node:buffer";
import type { Artifacts, ArtifactWriter } from "../artifacts/types.ts";
import { artifactUri } from "../artifacts/uri.ts";
import { MaskStream } from "../secrets/mask-stream.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { OutputPart } from "./types.ts";

/** A longer text is kept as an artifact, and told by its end. Bytes. */
const MOST_INLINE = 16_384;
const SHOWN_END = 4_096;

/** Whose it is and where it is kept. */
export interface OutputParts {
  readonly artifacts: Artifacts;
  readonly redactor: Redactor;
  readonly subject: string;
  readonly name: OutputPart["name"];
  /** What the artifact is called. */
  readonly title: string;
}

/**
 * Takes in what a command writes or a file holds, in parts and with bounded memory. Secrets are masked, small text is
 * kept as it is, and all else as an artifact. None of it rejects: a full disk must not stop what is under way.
 */
export class OutputKeeper {
  readonly #parts: OutputParts;
  readonly #mask: MaskStream;
  /** Masked, until it is too much to be kept inline. */
  #begin: Buffer[] = [];
  #end = Buffer.alloc(0);
  #kept = 0;
  #size = 0;
  #writer: ArtifactWriter | undefined;
  #fault: string | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: OutputParts) {
    this.#parts = parts;
    this.#mask = new MaskStream(parts.redactor);
  }

  /** All that came so far, bytes. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when it is taken in. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.length;
    const masked = this.#mask.push(chunk);
    this.#last = this.#last.then(() => this.#keep(masked));
    await this.#last;
  }

  /** The part as a job shows it. */
  async finish(facts: Pick<OutputPart, "sha256" | "truncated"> = {}): Promise<OutputPart> {
    // What was stopped may have left a part that is still being written.
    await this.#last;
    await this.#keep(this.#mask.end());
    const masked = this.#mask.hasMasked ? ({ masked: true } as const) : {};
    const known = { name: this.#parts.name, size: this.#size, ...facts, ...masked };
    const inline = this.#isLong ? undefined : asText(Buffer.concat(this.#begin));
    if (inline !== undefined) return { ...known, text: inline };
    if (!this.#isLong) await this.#spill();
    const end = asText(fromWholeCharacter(this.#end));
    const tail = !this.#isLong || end === undefined ? {} : ({ text: end, isEnd: true } as const);
    return { ...known, ...tail, ...(await this.#artifact()) };
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#writer?.discard();
  }

  get #isLong(): boolean {
    return this.#kept > MOST_INLINE;
  }

  async #keep(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    this.#kept += bytes.length;
    // A copy: a view would hold on to the whole chunk.
    this.#end = Buffer.from(Buffer.concat([this.#end, bytes.subarray(-SHOWN_END)]).subarray(-SHOWN_END));
    if (!this.#isLong) this.#begin.push(bytes);
    else {
      await this.#spill();
      await this.#write(bytes);
    }
  }

  /** What was kept inline so far goes to the artifact. */
  async #spill(): Promise<void> {
    const { artifacts, subject, title } = this.#parts;
    const begin = this.#begin;
    this.#begin = [];
    if (this.#writer === undefined && this.#fault === undefined) {
      try {
        this.#writer = await artifacts.open(subject, title);
      } catch (error) {
        this.#fault = whyOf(error);
      }
    }
    for (const bytes of begin) await this.#write(bytes);
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      await this.#writer?.write(bytes);
    } catch (error) {
      await this.#writer?.discard();
      this.#writer = undefined;
      this.#fault = whyOf(error);
    }
  }

  async #artifact(): Promise<Pick<OutputPart, "artifact" | "lost" | "notKept">> {
    const writer = this.#writer;
    if (writer === undefined) return { notKept: this.#fault ?? "unknown error" };
    try {
      const { id } = await writer.finish();
      return { artifact: artifactUri(id), ...(writer.lost > 0 ? { lost: writer.lost } : {}) };
    } catch (error) {
      return { notKept: whyOf(error) };
    }
  }
}

function asText(bytes: Buffer): string | undefined {
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString() : undefined;
}

const CONTINUATION = 0x80;

/** Without what is left of a character that began before. */
function fromWholeCharacter(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => (byte & 0xc0) !== CONTINUATION);
  return first > 0 && first < 4 ? bytes.subarray(first) : bytes;
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}
