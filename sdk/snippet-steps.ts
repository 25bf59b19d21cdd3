import type { FileContent } from "./inside-steps.ts";

/** A snippet: a small file on a storage of files, that guests refer to as `STORAGE:snippets/NAME`. */
export interface SnippetPlace {
  /** The node that it is reached on; a storage that is not shared is another one on each. */
  readonly node: string;
  readonly storage: string;
  /** A plain file name. */
  readonly name: string;
}

/**
 * A snippet that is written or removed. Its use is `file:snippets`, which takes the grant `file`; its risk is
 * `write`, for where the file lies is read from the storage's definition by the kernel itself.
 */
export interface SnippetStep extends SnippetPlace {
  readonly id?: string;
  readonly via: "snippet";
  readonly action: "write" | "remove";
  /** For `write`, at most {@link MOST_SNIPPET_BYTES}. */
  readonly content?: FileContent;
  /** SHA-256 in hex that the present file must have; for `write` also `absent`, where there must be none. */
  readonly expected?: string;
  /** One short sentence for the plan. */
  readonly note?: string;
}

/** A snippet as it was read. */
export interface SnippetFile {
  /** Where it lies on the node. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in hex, of the whole file. */
  readonly sha256: string;
  /** Undefined where it is no text. */
  readonly text: string | undefined;
  /** Values of secret names in the text are masked: it must not be written back. */
  readonly masked: boolean;
}

/** Proxmox VE reads no more of a snippet. Bytes. (qemu-server, src/PVE/QemuServer/Cloudinit.pm) */
export const MOST_SNIPPET_BYTES = 1_048_576;

/** The volume ID of a snippet: `local:snippets/user.yaml`. */
export function snippetVolid({ storage, name }: Pick<SnippetPlace, "storage" | "name">): string {
  return `${storage}:snippets/${name}`;
}

type Options = Pick<SnippetStep, "id" | "expected" | "note">;

/** Builders of steps about snippets. */
export const snippet = {
  write: (
    { node, storage, name }: SnippetPlace,
    content: FileContent,
    options: Options = {},
  ): SnippetStep => ({
    ...options,
    ...{ via: "snippet", action: "write", node, storage, name, content },
  }),
  remove: ({ node, storage, name }: SnippetPlace, options: Options = {}): SnippetStep => ({
    ...options,
    ...{ via: "snippet", action: "remove", node, storage, name },
  }),
} as const;
