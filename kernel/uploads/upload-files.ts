import { createHash } from "node:crypto";
import { ToolError } from "../../sdk/errors.ts";
import type { FileSource, NamedFile, StepFile } from "../../sdk/uploads.ts";
import type { Artifacts } from "../artifacts/types.ts";
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
      return { from, size: file.size, mtimeMs: file.mtimeMs, sha256: await digestOf(file, signal) };
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

  async #source({ path, artifactId }: NamedFile): Promise<FileSource> {
    if ((path === undefined) === (artifactId === undefined)) {
      throw new ToolError({
        code: "invalid_input",
        message: "A file is named by its path or as an artifact.",
        next: "Give either path or artifactId.",
      });
    }
    if (artifactId !== undefined) return { artifact: artifactId.replace(/^.*\//, "") };
    return { path: await allowedPath(path ?? "", this.#folders) };
  }

  #open(subject: string, from: FileSource): Promise<OpenFile> {
    return "path" in from ? openPath(from.path) : openArtifact(this.#artifacts, subject, from.artifact);
  }
}

async function digestOf(file: OpenFile, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of file.scan()) {
    signal?.throwIfAborted();
    hash.update(chunk);
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
