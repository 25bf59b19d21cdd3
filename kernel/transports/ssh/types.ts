import type { Readable, Writable } from "node:stream";

/** A command on a node. */
export interface NodeCommand {
  /** The program and its arguments, each as the program gets it. */
  readonly argv: readonly string[];
  /** A source that fails stops the command, and the call rejects with what it failed with. */
  readonly stdin?: string | Uint8Array | Readable;
  /** As root where the login is another account; true where left out. Guests know no difference. */
  readonly sudo?: boolean;
  /** Total time on the node, milliseconds; its processes are killed after that. */
  readonly timeoutMs: number;
  /** Told what was begun, where that is known; must not throw. */
  readonly onBegun?: (process: BegunProcess) => void;
  /** Kills the processes of the command when aborted. */
  readonly signal?: AbortSignal;
  /**
   * All output as it comes, in order within each stream; the result has it as well, up to its bound. A promise holds
   * the command back until it is done. What it throws stops the command, and the call rejects with it.
   */
  readonly onOutput?: (chunk: Uint8Array, from: OutputStream) => void | Promise<void>;
}

/** What runs at a place: one process, or the process group of all that a command starts. */
export interface BegunProcess {
  readonly kind: "process" | "group";
  readonly id: number;
}

/** The two outputs of a program. */
export type OutputStream = "stdout" | "stderr";

/** What a program wrote. */
export interface CapturedOutput {
  /** Its beginning, up to the bound of the transport. */
  readonly bytes: Uint8Array;
  /** All that was written; more than `bytes` has where the bound was reached. */
  readonly size: number;
  /** More was written than `size` says, and nobody counted it. */
  readonly truncated?: true;
}

/** How a command ended. Exactly one of `exitCode` and `signal` is set. */
export interface CommandResult {
  readonly exitCode?: number;
  /** Without `SIG`, such as `TERM`. */
  readonly signal?: string;
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
}

/** What is known of a file without reading it. */
export interface FileStatus {
  readonly kind: "file" | "directory" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  /** Permission bits alone, such as 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly modifiedAt: number;
}

/** How a file is to be written. */
export interface FileWrite {
  readonly content: Uint8Array | Readable;
  /** Permission bits; the old file's where left out, of a new file 0o644. */
  readonly mode?: number;
  /** The old file's where left out. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** SHA-256 in hex that the old file must have at the end of the transfer; `absent` where there must be none. */
  readonly expected?: string;
  readonly signal?: AbortSignal;
}

/** Digest and size of what was transferred. */
export interface Transferred {
  readonly size: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

/**
 * Commands and files on the nodes of one cluster. All methods throw ToolError: `unsupported` where SSH is off,
 * `unreachable` and `forbidden` where nothing was begun, `cancelled` where what was begun has been stopped, and
 * `outcome_unknown` where the connection was lost meanwhile.
 */
export interface NodeAccess {
  /** Runs to its end; an exit code other than 0 is a result like any other. Never sent twice. */
  run(node: string, command: NodeCommand): Promise<CommandResult>;
  /** Undefined where there is no such file; links are not followed. */
  status(node: string, path: string, signal?: AbortSignal): Promise<FileStatus | undefined>;
  /** Names in a folder with what they are, sorted; `not_found` where there is no such folder. */
  list(node: string, path: string, signal?: AbortSignal): Promise<readonly ({ name: string } & FileStatus)[]>;
  /** Sends a regular file into `sink` and ends it; `unsupported` beyond `maxBytes`. */
  read(
    node: string,
    path: string,
    options: { sink: Writable; maxBytes?: number; signal?: AbortSignal },
  ): Promise<Transferred>;
  /** Writes beside the file and renames: whoever looks sees the old or the new file, whole. */
  write(node: string, path: string, write: FileWrite): Promise<Transferred>;
  /** Removes a file; `not_found` where there is none. */
  remove(node: string, path: string, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
