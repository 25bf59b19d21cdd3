import { createHash } from "node:crypto";
import { ToolError } from "../../sdk/errors.ts";
import type { FileSource, NamedFile, StepFile } from "../../sdk/uploads.ts";
import type { Artifacts } from "../artifacts/types.ts";
import { MASK } from "../secrets/redact.ts";
import { allowedPath } from "./allowed-path.ts";
import { type OpenFile, openArtifact, openPath } from "./open-file.ts";

/** Files of this machine that may be uploaded: artifacts, and what lies in the folders that are allowed. */
export class UploadFiles {
  readonly #folders: readonly string[];
  readonly #artifacts: Artifacts;

  constructor(folders: readonly string[], artifacts: Artifacts) {
    this.#folders = folders;
    this.#artifacts = artifacts;
  }

  /** Size, time and checksum of a file. Throws ToolError, and the signal's reason once that is aborted. */
  async look(subject: string, named: NamedFile, signal?: AbortSignal): Promise<StepFile> {
    const from = await this.#source(named);
    const file = await this.#open(subject, from);
    try {
      const mask = "artifact" in from ? new MaskSearch() : undefined;
      const sha256 = await digestOf(file, signal, (chunk) => mask?.look(chunk));
      const masked = mask?.found === true ? ({ isMasked: true } as const) : {};
      return { from, size: file.size, mtimeMs: file.mtimeMs, sha256, ...masked };
    } finally {
      await file.close();
    }
  }

  /**
   * Opens a file to be sent; throws `conflict` where it is no longer the one that was looked at, and the signal's
   * reason once that is aborted.
   */
  async open(subject: string, planned: StepFile, signal?: AbortSignal): Promise<OpenFile> {
    const { from } = planned;
    // Plugins make steps: the path is judged again, and it must still be where its symlinks lead.
    if ("path" in from && (await allowedPath(from.path, this.#folders)) !== from.path) throw changed(from);
    const file = await this.#open(subject, from);
    try {
      const isSame = file.size === planned.size && file.mtimeMs === planned.mtimeMs;
      if (!isSame || (await digestOf(file, signal)) !== planned.sha256) throw changed(from);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #source({ path, artifactId: id, resourceUri }: NamedFile): Promise<FileSource> {
    const given = [path, id, resourceUri].filter((one) => one !== undefined);
    if (given.length !== 1) {
      throw new ToolError({
        code: "invalid_input",
        message: "A file is named in one way: by its path, as an artifact, or as a resource.",
        next: "Give one of path, artifactId and resourceUri, as far as the tool has them.",
      });
    }
    const artifactId = resourceUri === undefined ? id : artifactOf(resourceUri);
    if (artifactId !== undefined) return { artifact: artifactId.replace(/^.*\//, "") };
    return { path: await allowedPath(path ?? "", this.#folders) };
  }

  #open(subject: string, from: FileSource): Promise<OpenFile> {
    return "path" in from ? openPath(from.path) : openArtifact(this.#artifacts, subject, from.artifact);
  }
}

function artifactOf(uri: string): string {
  const [, id] = /^proxmox:\/\/artifacts\/([^/]+)$/.exec(uri) ?? [];
  if (id !== undefined) return id;
  throw new ToolError({
    code: "invalid_input",
    message: `${JSON.stringify(uri.slice(0, 100))} is no resource that holds a file.`,
    next: "Name an artifact: proxmox://artifacts/….",
  });
}

/** Looks for the mask in what comes in chunks. */
class MaskSearch {
  found = false;
  #end = Buffer.alloc(0);

  look(chunk: Uint8Array): void {
    if (this.found) return;
    const seam = Buffer.concat([this.#end, chunk.subarray(0, MASK.length - 1)]);
    this.found =
      seam.includes(MASK) || Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).includes(MASK);
    const tail = chunk.length >= MASK.length - 1 ? chunk : Buffer.concat([this.#end, chunk]);
    this.#end = Buffer.from(tail.subarray(-(MASK.length - 1)));
  }
}

async function digestOf(
  file: OpenFile,
  signal: AbortSignal | undefined,
  look: (chunk: Uint8Array) => void = () => undefined,
): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of file.scan()) {
    signal?.throwIfAborted();
    hash.update(chunk);
    look(chunk);
  }
  return hash.digest("hex");
}

function changed(from: FileSource): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${"path" in from ? from.path : from.artifact} is not the file any more that the plan was made for. Nothing was sent.`,
    next: "Call again where it is to be uploaded as it is now.",
    retry: true,
  });
}
