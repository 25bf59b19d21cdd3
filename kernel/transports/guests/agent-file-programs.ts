/** A program with its arguments, and what it reads. */
export interface FileProgram {
  readonly argv: readonly string[];
  readonly input?: string;
}

/** How a file that was kept is put in place. */
export interface Placing {
  readonly target: string;
  /** Name of the file that was kept, beside the target. */
  readonly name: string;
  readonly sha256: string;
  /** SHA-256 of the old file, `absent`, or empty where anything may be there. */
  readonly expected: string;
  readonly mode: number | undefined;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * What files take inside a guest, as programs of its system. The first line of output says how things are; content goes
 * as base64 both ways: other bytes could change on their way.
 */
export interface FilePrograms {
  /**
   * Prints `missing`, `directory`, `other`, or `file SIZE` and up to `length` bytes; only the first line where it has
   * more than `most`.
   */
  open(path: string, most: number | undefined, length: number): FileProgram;
  /** Prints `block` and the block of this number. */
  block(path: string, length: number, index: number): FileProgram;
  /** Prints the SHA-256 of a file in hex, or `missing`. */
  digest(path: string): FileProgram;
  /** Makes an empty file beside the target; prints `missing`, `directory`, `other`, or `begun` and the target as base64. */
  begin(path: string, name: string): FileProgram;
  /** Adds content to the file beside the target. */
  append(target: string, name: string, content: Uint8Array): FileProgram;
  /** Prints `written`, `damaged` or `changed SHA-256`, and leaves no file beside the target. */
  place(placing: Placing): FileProgram;
  /** Prints `pending` while there is a file beside the target, else what {@link FilePrograms.digest} does. */
  placed(target: string, name: string): FileProgram;
  /** Removes the file beside the target. */
  forget(target: string, name: string): FileProgram;
}

/**
 * Base64 of which each character takes one byte in a form: `+` and `/` would take three, and make the size of a request
 * depend on its content.
 */
export function formBase64(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.length)
    .toString("base64")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
