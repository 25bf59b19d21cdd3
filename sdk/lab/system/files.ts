import { posix } from "node:path";

/** What a simulated guest has under a path. Content is bytes, one character each; of a link it is its target. */
export interface GuestFile {
  readonly kind: "file" | "folder" | "link" | "device";
  content: string;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
}

/** Why a file could not be written, as errno names it. */
export type WriteFault = "ENOENT" | "EISDIR" | "ENOTDIR" | "EEXIST";

const FOLDERS =
  "/ /bin /etc /etc/qemu /home /mnt /opt /root /srv /tmp /usr /usr/bin /var /var/lib /var/log /var/tmp";
const MOST_LINKS = 8;

/** The file system of a simulated guest; paths are absolute, or below `/`. */
export class GuestFiles {
  readonly #entries = new Map<string, GuestFile>();

  constructor(contents: Iterable<readonly [string, string]> = []) {
    for (const folder of FOLDERS.split(" ")) this.makeFolder(folder);
    this.#entries.set("/dev", entry("folder", "", 0o755));
    this.#entries.set("/dev/null", entry("device", "", 0o666));
    this.#entries.set("/dev/zero", entry("device", "", 0o666));
    for (const [path, content] of contents) this.set(path, content);
  }

  /** What is there itself, links not followed. */
  lookAt(path: string): GuestFile | undefined {
    const at = this.#place(posix.resolve("/", path));
    return at === undefined ? undefined : this.#entries.get(at);
  }

  /** The path without links; undefined where its folder is not there. The last part need not be there. */
  resolve(path: string, depth = 0): string | undefined {
    const at = this.#place(posix.resolve("/", path), depth);
    const found = at === undefined ? undefined : this.#entries.get(at);
    if (at === undefined || found?.kind !== "link") return at;
    return depth >= MOST_LINKS
      ? undefined
      : this.resolve(posix.resolve(posix.dirname(at), found.content), depth + 1);
  }

  /** What is there, links followed. */
  find(path: string): GuestFile | undefined {
    const at = this.resolve(path);
    return at === undefined ? undefined : this.#entries.get(at);
  }

  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** Content of a file; undefined where there is none. */
  get(path: string): string | undefined {
    const found = this.find(path);
    return found?.kind === "file" || found?.kind === "device" ? found.content : undefined;
  }

  /** Writes a file, keeping what it has besides its content. */
  set(path: string, content: string, mode = 0o644): WriteFault | undefined {
    const at = this.resolve(path);
    if (at === undefined) return "ENOENT";
    const old = this.#entries.get(at);
    if (old?.kind === "folder") return "EISDIR";
    if (old === undefined) this.#entries.set(at, entry("file", content, mode));
    else if (old.kind === "file") old.content = content;
    return undefined;
  }

  link(target: string, path: string): WriteFault | undefined {
    const at = this.#place(posix.resolve("/", path));
    if (at === undefined) return "ENOENT";
    if (this.#entries.has(at)) return "EEXIST";
    this.#entries.set(at, entry("link", target, 0o777));
    return undefined;
  }

  makeFolder(path: string): WriteFault | undefined {
    const at = posix.resolve("/", path);
    if (this.#entries.has(at)) return "EEXIST";
    if (at !== "/" && this.find(posix.dirname(at))?.kind !== "folder") return "ENOENT";
    this.#entries.set(at, entry("folder", "", 0o755));
    return undefined;
  }

  /** Puts what is at one path to another, in place of a file or link there. */
  move(from: string, to: string): WriteFault | undefined {
    const source = this.#place(posix.resolve("/", from));
    const target = this.#place(posix.resolve("/", to));
    const moved = source === undefined ? undefined : this.#entries.get(source);
    if (source === undefined || target === undefined || moved === undefined) return "ENOENT";
    this.#entries.delete(source);
    this.#entries.set(target, moved);
    return undefined;
  }

  delete(path: string): boolean {
    const at = this.#place(posix.resolve("/", path));
    return at !== undefined && this.#entries.delete(at);
  }

  /** Names in a folder, sorted; undefined where there is no such folder. */
  names(path: string): readonly string[] | undefined {
    const at = this.resolve(path);
    if (at === undefined || this.#entries.get(at)?.kind !== "folder") return undefined;
    return [...this.#entries.keys()]
      .filter((one) => one !== "/" && posix.dirname(one) === at)
      .map((one) => posix.basename(one))
      .sort();
  }

  /** A path whose folder has no links; undefined where the folder is not there. */
  #place(path: string, depth = 0): string | undefined {
    if (path === "/") return path;
    const folder = this.resolve(posix.dirname(path), depth);
    if (folder === undefined || this.#entries.get(folder)?.kind !== "folder") return undefined;
    return posix.join(folder, posix.basename(path));
  }
}

function entry(kind: GuestFile["kind"], content: string, mode: number): GuestFile {
  return { kind, content, mode, uid: 0, gid: 0 };
}
