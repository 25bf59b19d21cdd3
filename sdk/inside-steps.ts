import type { Place } from "./places.ts";
import type { StepFile } from "./uploads.ts";

/**
 * A command of free choice: nobody can compute what it does. Its use is `shell:node` or `guest:exec`, which take the
 * grants `shell` and `guest`; its risk is `escape`.
 */
export interface ShellStep {
  readonly id?: string;
  readonly via: "shell";
  readonly place: Place;
  /** The program and its arguments, each as the program gets it. */
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** On a node: as root where the login is another account. True where left out; guests know no difference. */
  readonly sudo?: boolean;
  /** How long it may run before it is killed, milliseconds. */
  readonly timeoutMs: number;
  /**
   * On a node: a program of Proxmox VE's own, whose arguments are not checked. Its use is `cli:raw`, which only the
   * built-in escape hatches have; it takes the grant `cli`, and a rule that allows it in so many words.
   */
  readonly raw?: true;
  /** One short sentence for the plan. */
  readonly note?: string;
}

/** What a file is to hold: a text, or a file of this machine that was looked at. */
export type FileContent = { readonly text: string } | StepFile;

/**
 * A file of free choice. Its use is `file:node` or `guest:file`, which take the grants `file` and `guest`; its risk
 * is `escape`.
 */
export interface FileStep {
  readonly id?: string;
  readonly via: "file";
  readonly place: Place;
  readonly action: "read" | "write";
  /** Absolute. */
  readonly path: string;
  /** For `write`. */
  readonly content?: FileContent;
  /** For `write`: SHA-256 in hex that the present file must have; `absent` where there must be none. */
  readonly expected?: string;
  /** For `write`: permission bits; those of the old file where left out. */
  readonly mode?: number;
  /** For `read`: a larger file is refused. Bytes. */
  readonly maxBytes?: number;
  /** One short sentence for the plan. */
  readonly note?: string;
}

/** Builds a step that runs a command: `shell({ kind: "node", node: "pve1" }, ["uptime"], { timeoutMs: 10_000 })`. */
export function shell(
  place: Place,
  argv: readonly string[],
  options: Pick<ShellStep, "id" | "stdin" | "sudo" | "timeoutMs" | "raw" | "note">,
): ShellStep {
  return { ...options, via: "shell", place, argv };
}

/** Builders of steps about files. */
export const file = {
  read: (place: Place, path: string, options: Pick<FileStep, "id" | "maxBytes" | "note"> = {}): FileStep => ({
    ...options,
    via: "file",
    action: "read",
    place,
    path,
  }),
  write: (
    place: Place,
    path: string,
    content: FileContent,
    options: Pick<FileStep, "id" | "expected" | "mode" | "note"> = {},
  ): FileStep => ({ ...options, via: "file", action: "write", place, path, content }),
} as const;
