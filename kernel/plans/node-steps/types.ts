import type { Place } from "../../../sdk/places.ts";
import type { SeenEntry, UndoNote } from "../types.ts";

interface AtPlace {
  readonly id: string;
  readonly place: Place;
  /** The account on the node that it begins as. */
  readonly user: string;
  /** Whether it goes on as root from there. */
  readonly sudo: boolean;
}

/** What a file is to hold. */
export interface NewContent {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
  /** Missing where it is not at hand, such as that of an artifact. */
  readonly bytes?: Uint8Array;
}

/** A step that acts on a node, or in a guest, past the API, as far as a plan has to show it. */
export type NodeStep =
  /** A command of Proxmox VE's own, whose arguments were checked. */
  | (AtPlace & { readonly kind: "command"; readonly argv: readonly string[] })
  /** Anything that a shell takes: nobody can say what it does. */
  | (AtPlace & {
      readonly kind: "shell";
      readonly argv: readonly string[];
      readonly input?: string;
      /** Milliseconds until it is killed. */
      readonly timeoutMs: number;
    })
  /** A file that is only read, of at most so many bytes. */
  | (AtPlace & { readonly kind: "look"; readonly path: string; readonly maxBytes?: number })
  /** A file that is written, or removed where there is no content. */
  | (AtPlace & {
      readonly kind: "file";
      readonly path: string;
      readonly content: NewContent | undefined;
      /** Permission bits that it gets; those of the old file where left out. */
      readonly mode?: number;
    });

/** A file as it is at a place. */
export interface PresentFile {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
  /** Missing where it is larger than was asked for. */
  readonly content?: Uint8Array;
}

/** Looks at files on the nodes of a cluster, and in its guests. */
export interface PresentFiles {
  /** Undefined where there is no such file. Throws ToolError where it cannot be read. */
  read(
    place: Place,
    path: string,
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<PresentFile | undefined>;
}

/** A step on a node as a plan shows it: everything redacted. */
export interface ShownNodeStep {
  /** The first names the step, the others say more of it. */
  readonly lines: readonly string[];
  /** What it was planned for; compared when the plan is applied. */
  readonly fingerprint: readonly SeenEntry[];
  readonly undo: UndoNote;
  /** False where nobody can say what it does, and so not whether it did. */
  readonly checkable: boolean;
}
