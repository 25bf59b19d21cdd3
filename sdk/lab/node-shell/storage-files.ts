import { isDisabled, isFileBased, isOnNode } from "../qemu/storage/lookup.ts";
import { contentFolder } from "../storage/paths.ts";
import type { GuestFiles } from "../system/files.ts";
import type { LabCore, LabStorage } from "../types.ts";
import type { LabVolume } from "../volumes.ts";

/** What is in a snippet, bytes, one character each. Of one that nobody wrote it is made up. */
const contents = new WeakMap<LabVolume, string>();

/** Content of a snippet. */
function contentOf(volume: LabVolume): string {
  return contents.get(volume) ?? "#cloud-config\n".padEnd(volume.size, "#\n").slice(0, volume.size);
}

/**
 * Snippets of the storages as files of a node, and files there as snippets: what the API deletes is gone from the
 * node, and what is written on the node is in the API's lists, on a shared storage on every node.
 */
export class StorageFiles {
  readonly #lab: LabCore;
  readonly #node: string;
  readonly #files: GuestFiles;

  constructor(lab: LabCore, node: string, files: GuestFiles) {
    this.#lab = lab;
    this.#node = node;
    this.#files = files;
  }

  /** Brings the files to what the storages hold. */
  load(): void {
    for (const { storage, folder } of this.#storages()) {
      this.#makeFolders(folder);
      const volumes = this.#snippets(storage);
      for (const name of this.#visible(folder))
        if (!volumes.has(name)) this.#files.delete(`${folder}/${name}`);
      for (const [name, volume] of volumes) {
        const path = `${folder}/${name}`;
        const content = contentOf(volume);
        if (this.#files.get(path) !== content) this.#files.set(path, content);
      }
    }
  }

  /** Brings the storages to what the files are. */
  store(): void {
    for (const { storage, folder } of this.#storages()) {
      const { volumes } = this.#lab.state;
      const held = this.#snippets(storage);
      const names = new Set(this.#visible(folder));
      for (const [name, { volid }] of held) if (!names.has(name)) volumes.delete(storage, this.#node, volid);
      for (const name of names) {
        const content = this.#files.get(`${folder}/${name}`) ?? "";
        const volume = held.get(name);
        if (volume === undefined || contentOf(volume) !== content) this.#put(storage, name, content);
      }
    }
  }

  #put(storage: LabStorage, name: string, content: string): void {
    const volume = this.#lab.state.volumes.put(storage, this.#node, {
      ...{ volid: `${storage.id}:snippets/${name}`, content: "snippets", format: "snippet" },
      ...{ size: content.length, used: content.length, ctime: this.#lab.clock.seconds() },
    });
    contents.set(volume, content);
  }

  *#storages(): Generator<{ storage: LabStorage; folder: string }> {
    for (const storage of this.#lab.state.storages.values()) {
      if (!isFileBased(storage) || isDisabled(storage) || !isOnNode(storage, this.#node)) continue;
      yield { storage, folder: contentFolder(storage, "snippets") };
    }
  }

  #snippets(storage: LabStorage): ReadonlyMap<string, LabVolume> {
    const volumes = this.#lab.state.volumes.list(storage, this.#node);
    return new Map(
      volumes
        .filter(({ content }) => content === "snippets")
        .map((volume) => [volume.volid.slice(volume.volid.indexOf("/") + 1), volume]),
    );
  }

  /** Files whose names begin with a dot are none of the storage's. */
  #visible(folder: string): readonly string[] {
    const names = this.#files.names(folder) ?? [];
    return names.filter(
      (name) => !name.startsWith(".") && this.#files.lookAt(`${folder}/${name}`)?.kind === "file",
    );
  }

  #makeFolders(path: string): void {
    const parts = path.split("/").slice(1);
    for (const [index] of parts.entries()) this.#files.makeFolder(`/${parts.slice(0, index + 1).join("/")}`);
  }
}
