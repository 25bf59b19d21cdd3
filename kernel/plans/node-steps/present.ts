import { createHash } from "node:crypto";
import { Writable } from "node:stream";
import { isToolError } from "../../../sdk/errors.ts";
import type { ClusterAccess } from "../../tokens.ts";
import type { PresentFile, PresentFiles } from "./types.ts";

/** A larger file is not read through to be compared. Bytes; inside guests every part is a request of its own. */
const MOST_COMPARED = { node: 67_108_864, qemu: 1_048_576, lxc: 67_108_864 } as const;

/** Looks at files through the transports of a cluster. */
export function presentFiles({ ssh, guests }: Pick<ClusterAccess, "ssh" | "guests">): PresentFiles {
  return {
    async read(place, path, { maxBytes, signal }): Promise<PresentFile | undefined> {
      const seen = new Seen(maxBytes);
      const options = { sink: seen, maxBytes: MOST_COMPARED[place.kind], signal };
      try {
        await (place.kind === "node"
          ? ssh.read(place.node, path, options)
          : guests.read(place, path, options));
      } catch (error) {
        if (isToolError(error) && error.code === "not_found") return undefined;
        throw error;
      }
      return seen.file();
    },
  };
}

/** Digest and size of what is written into it, and its beginning where that is all. */
class Seen extends Writable {
  readonly #most: number;
  readonly #hash = createHash("sha256");
  #kept: Buffer[] = [];
  #size = 0;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    if (this.#size <= this.#most) this.#kept.push(Buffer.from(chunk));
    else this.#kept = [];
    done();
  }

  file(): PresentFile {
    const known = { size: this.#size, sha256: this.#hash.digest("hex") };
    return this.#size <= this.#most ? { ...known, content: Buffer.concat(this.#kept) } : known;
  }
}
