import { chmod, type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../folders.ts";
import { ARTIFACT_ID } from "./uri.ts";

const UNFINISHED = ".new";
/** A file that was never renamed belongs to a process that died writing it. */
const ABANDONED_MS = 3_600_000;

/** A stored file. */
export interface StoredFile {
  readonly id: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

/** A file that is being written. */
export interface UnfinishedFile {
  readonly handle: FileHandle;
  publish(): Promise<void>;
  /** Never rejects. */
  discard(): Promise<void>;
}

/** The files of artifacts, in one folder that several processes share. */
export class ArtifactFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  pathOf(id: string): string {
    return join(this.#path, id);
  }

  /** Newest first. */
  async files(): Promise<StoredFile[]> {
    const names = await readdir(this.#path).catch(() => []);
    const files = await Promise.all(
      names.filter((name) => ARTIFACT_ID.test(name)).map((name) => this.#file(name)),
    );
    return files.filter((file) => file !== undefined).sort((a, b) => b.writtenAt - a.writtenAt);
  }

  /** Writes beside and renames: nobody sees half a file. */
  async write(id: string, parts: readonly Uint8Array[]): Promise<void> {
    const file = await this.begin(id);
    try {
      await file.handle.writev([...parts]);
      await file.publish();
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /** A file that nobody sees until it is published. */
  async begin(id: string): Promise<UnfinishedFile> {
    await makeFolder(this.#path);
    // An older folder may have been made with other rights.
    await chmod(this.#path, 0o700);
    const path = this.pathOf(id);
    const fresh = `${path}.${process.pid}${UNFINISHED}`;
    const handle = await open(fresh, "wx", 0o600);
    return {
      handle,
      publish: async () => {
        await handle.close();
        await rename(fresh, path);
      },
      discard: async () => {
        await handle.close().catch(() => undefined);
        await rm(fresh, { force: true }).catch(() => undefined);
      },
    };
  }

  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
  }

  /** Removes what is older than `maxAgeMs`, and the oldest until `needed` bytes fit within `maxBytes`. */
  async makeRoom(
    needed: number,
    { maxAgeMs, maxBytes }: { maxAgeMs: number; maxBytes: number },
    now: number,
  ): Promise<void> {
    let bytes = needed;
    const over = (await this.files()).filter((file) => {
      if (now - file.writtenAt >= maxAgeMs) return true;
      bytes += file.bytes;
      return bytes > maxBytes;
    });
    await Promise.all([...over.map(({ id }) => this.remove(id)), this.#removeUnfinished(now)]);
  }

  async #removeUnfinished(now: number): Promise<void> {
    const names = (await readdir(this.#path).catch(() => [])).filter((name) => name.endsWith(UNFINISHED));
    for (const name of names) {
      const path = join(this.#path, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && now - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
    }
  }

  async #file(id: string): Promise<StoredFile | undefined> {
    const found = await stat(this.pathOf(id)).catch(() => undefined);
    return found && { id, bytes: found.size, writtenAt: found.mtimeMs };
  }
}
