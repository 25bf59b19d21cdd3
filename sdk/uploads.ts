import type { PveReader } from "./reader.ts";

/** Where a file that is uploaded comes from. */
export type FileSource =
  /** Absolute, symlinks resolved. */
  | { readonly path: string }
  /** Id of an artifact of whoever makes the call. */
  | { readonly artifact: string };

/** A file as it was when planning; it is sent only while it is still the same. */
export interface StepFile {
  readonly from: FileSource;
  /** Bytes. */
  readonly size: number;
  /** When it was changed last, milliseconds since the epoch. */
  readonly mtimeMs: number;
  /** Of its content, as hex digits. */
  readonly sha256: string;
  /** Set where it is an artifact in which secrets were masked. */
  readonly isMasked?: true;
}

/** What a caller names: one of these. */
export interface NamedFile {
  readonly path?: string | undefined;
  /** Its URI will do as well. */
  readonly artifactId?: string | undefined;
  /** A resource of this server; of these, artifacts are files. */
  readonly resourceUri?: string | undefined;
}

/** Looks at files of this machine that may be uploaded. */
export interface PluginUploads {
  /**
   * Size, time and checksum of a file; `pve` is the client that the call's `plan` got. Fails with `denied` for a
   * path outside the folders that the operator has allowed.
   */
  look(pve: PveReader, file: NamedFile): Promise<StepFile>;
}
