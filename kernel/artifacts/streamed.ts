import type { ToolError } from "../../sdk/errors.ts";
import { type ArtifactHead, encodeArtifact } from "./file.ts";
import type { UnfinishedFile } from "./folder.ts";
import type { Artifact, ArtifactWriter } from "./types.ts";

/** Room is made ahead for so many bytes at a time. */
const AHEAD = 8 * 1024 * 1024;

/** What a {@link StreamedArtifact} is made with. */
export interface StreamedParts {
  readonly file: UnfinishedFile;
  readonly head: Pick<ArtifactHead, "subject" | "title">;
  readonly maxBytes: number;
  /** Removes others until so many bytes have room. */
  readonly makeRoom: (bytes: number) => Promise<void>;
  readonly failed: (error: unknown) => ToolError;
  readonly done: () => Promise<Artifact>;
}

/** An artifact that is written in parts. Whether it is text shows only at its end, so its first line is written last. */
export class StreamedArtifact implements ArtifactWriter {
  readonly #parts: StreamedParts;
  readonly #headSize: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #isText = true;
  #size = 0;
  #room = 0;
  #lost = 0;

  constructor(parts: StreamedParts) {
    this.#parts = parts;
    this.#headSize = Math.max(this.#head(true).length, this.#head(false).length);
  }

  get lost(): number {
    return this.#lost;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { maxBytes } = this.#parts;
    const left = Math.max(0, maxBytes - this.#headSize - this.#size);
    this.#lost += Math.max(0, bytes.length - left);
    await this.#write(bytes.subarray(0, left));
  }

  async finish(): Promise<Artifact> {
    const { file, makeRoom, failed, done } = this.#parts;
    // What was cut off may have ended within a character.
    if (this.#lost === 0) this.#look(new Uint8Array(), false);
    try {
      const head = this.#head(this.#isText);
      const padded = Buffer.alloc(this.#headSize, " ");
      head.copy(padded);
      padded[head.length - 1] = SPACE;
      padded[this.#headSize - 1] = NEWLINE;
      await makeRoom(this.#headSize + this.#size);
      await file.handle.write(padded, 0, padded.length, 0);
      await file.publish();
    } catch (error) {
      await this.discard();
      throw failed(error);
    }
    return await done();
  }

  async discard(): Promise<void> {
    await this.#parts.file.discard();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const { file, makeRoom, failed } = this.#parts;
    this.#look(bytes, true);
    try {
      if (this.#size + bytes.length > this.#room) {
        this.#room = this.#size + bytes.length + AHEAD;
        await makeRoom(Math.min(this.#headSize + this.#room, this.#parts.maxBytes));
      }
      for (let at = 0; at < bytes.length; ) {
        const place = this.#headSize + this.#size;
        const { bytesWritten } = await file.handle.write(bytes, at, bytes.length - at, place);
        at += bytesWritten;
        this.#size += bytesWritten;
      }
    } catch (error) {
      throw failed(error);
    }
  }

  #look(bytes: Uint8Array, more: boolean): void {
    if (!this.#isText) return;
    try {
      this.#decoder.decode(bytes, { stream: more });
      this.#isText = !bytes.includes(0);
    } catch {
      this.#isText = false;
    }
  }

  #head(isText: boolean): Buffer {
    const mimeType = isText ? "text/plain" : "application/octet-stream";
    const [head = new Uint8Array()] = encodeArtifact(
      { ...this.#parts.head, mimeType, isText },
      new Uint8Array(),
    );
    return Buffer.from(head);
  }
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
