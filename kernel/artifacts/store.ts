import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { inject, injectable } from "tsyringe";
import { ToolError } from "../../sdk/errors.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { REDACTOR, SETTINGS } from "../tokens.ts";
import { encodeArtifact, type OpenArtifact, readRange, withArtifact } from "./file.ts";
import { ArtifactFolder } from "./folder.ts";
import { StreamedArtifact } from "./streamed.ts";
import type {
  Artifact,
  ArtifactPart,
  ArtifactRange,
  Artifacts,
  ArtifactWriter,
  NewArtifact,
} from "./types.ts";
import { ARTIFACT_ID } from "./uri.ts";

const LONGEST_TITLE = 200;
const MIME_TYPE = /^[\w.+-]+\/[\w.+-]+(?:; ?charset=utf-8)?$/i;

/** Artifacts below the state directory, a file each, bounded in age and size. */
@injectable()
export class StoredArtifacts implements Artifacts {
  readonly #folder: ArtifactFolder;
  readonly #path: string;
  readonly #maxAgeMs: number;
  readonly #maxBytes: number;
  readonly #redactor: Redactor;
  readonly #listeners: ((subject: string) => void)[] = [];
  /** Room is made and taken one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    @inject(SETTINGS) { stateDir, limits }: Pick<Settings, "stateDir" | "limits">,
    @inject(REDACTOR) redactor: Redactor,
  ) {
    this.#path = join(stateDir, "artifacts");
    this.#folder = new ArtifactFolder(this.#path);
    this.#maxAgeMs = limits.artifactMaxAgeMs;
    this.#maxBytes = limits.artifactMaxBytes;
    this.#redactor = redactor;
  }

  put(subject: string, artifact: NewArtifact): Promise<Artifact> {
    return this.#inTurn(() => this.#put(subject, artifact));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.catch(() => undefined).then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async open(subject: string, title: string): Promise<ArtifactWriter> {
    const id = newId();
    const shownTitle = this.#redactor.text(title).slice(0, LONGEST_TITLE);
    const limits = { maxAgeMs: this.#maxAgeMs, maxBytes: this.#maxBytes };
    try {
      return new StreamedArtifact({
        file: await this.#folder.begin(id),
        head: { subject, title: shownTitle },
        maxBytes: this.#maxBytes,
        makeRoom: (bytes) => this.#inTurn(() => this.#folder.makeRoom(bytes, limits, Date.now())),
        failed: (error) => notWritten(this.#path, error),
        done: () => {
          for (const listener of this.#listeners) listener(subject);
          return this.get(subject, id);
        },
      });
    } catch (error) {
      throw notWritten(this.#path, error);
    }
  }

  async list(subject: string, limit: number): Promise<readonly Artifact[]> {
    const found: Artifact[] = [];
    for (const { id } of await this.#folder.files()) {
      if (found.length >= limit) break;
      const artifact = await this.#with(subject, id, async (_file, own) => own);
      if (artifact) found.push(artifact);
    }
    return found;
  }

  async get(subject: string, id: string): Promise<Artifact> {
    return (await this.#with(subject, id, async (_file, own) => own)) ?? this.#missing(id);
  }

  async read(subject: string, id: string, range: ArtifactRange = {}): Promise<ArtifactPart> {
    const part = await this.#with(subject, id, async (file, artifact) => {
      const { offset = 0, limit = Math.max(0, artifact.size - offset) } = range;
      if (offset > artifact.size) throw beyondEnd(artifact, offset);
      const { bytes, offset: begins } = await readRange(file, offset, limit);
      const next = begins + bytes.length;
      return { artifact, bytes, offset: begins, ...(next < artifact.size ? { next } : {}) };
    });
    return part ?? this.#missing(id);
  }

  onPut(listener: (subject: string) => void): void {
    this.#listeners.push(listener);
  }

  async #put(subject: string, { title, mimeType, content }: NewArtifact): Promise<Artifact> {
    const isText = typeof content === "string";
    const bytes = isText ? Buffer.from(this.#redactor.text(content)) : content;
    const fallback = isText ? "text/plain" : "application/octet-stream";
    const head = {
      subject,
      title: this.#redactor.text(title).slice(0, LONGEST_TITLE),
      mimeType: mimeType !== undefined && MIME_TYPE.test(mimeType) ? mimeType : fallback,
      isText,
    };
    const parts = encodeArtifact(head, bytes);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    if (size > this.#maxBytes) throw tooLarge(bytes.length, this.#maxBytes);
    const id = newId();
    const limits = { maxAgeMs: this.#maxAgeMs, maxBytes: this.#maxBytes };
    try {
      await this.#folder.makeRoom(size, limits, Date.now());
      await this.#folder.write(id, parts);
    } catch (error) {
      throw notWritten(this.#path, error);
    }
    for (const listener of this.#listeners) listener(subject);
    return this.get(subject, id);
  }

  /** Undefined for one that is unknown, expired or of another subject. */
  async #with<T>(
    subject: string,
    id: string,
    use: (file: OpenArtifact, artifact: Artifact) => Promise<T>,
  ): Promise<T | undefined> {
    if (!ARTIFACT_ID.test(id)) return undefined;
    return withArtifact(this.#folder.pathOf(id), async (file) => {
      const { subject: owner, ...head } = file.head;
      const expiresAt = file.writtenAt + this.#maxAgeMs;
      if (owner !== subject || Date.now() >= expiresAt) return undefined;
      return use(file, { id, ...head, size: file.size, createdAt: file.writtenAt, expiresAt });
    });
  }

  #missing(id: string): never {
    throw new ToolError({
      code: "not_found",
      message: `There is no artifact ${JSON.stringify(id.slice(0, 80))} of yours, or it has expired.`,
      next: "Repeat the call that made it; artifacts are kept for a bounded time (PROXMOX_MCP_ARTIFACT_MAX_AGE_MS) and room.",
    });
  }
}

function newId(): string {
  return `a_${randomBytes(12).toString("hex")}`;
}

function beyondEnd({ id, size }: Artifact, offset: number): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `The artifact ${id} has ${size} bytes; offset ${offset} is beyond its end.`,
    next: `Read it from an offset between 0 and ${size}.`,
  });
}

function tooLarge(size: number, room: number): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `${size} bytes are more than the ${room} that all artifacts may take together.`,
    next: "Ask for less, or have the operator raise PROXMOX_MCP_ARTIFACT_MAX_BYTES.",
  });
}

function notWritten(path: string, cause: unknown): ToolError {
  const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  return new ToolError(
    {
      code: "internal",
      message: `An artifact could not be written below ${path} (${why}).`,
      next: "The operator has to make PROXMOX_MCP_STATE_DIR writable, with space left on its disk.",
    },
    { cause },
  );
}
