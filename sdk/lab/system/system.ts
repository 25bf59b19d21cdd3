import type { GuestFiles } from "./files.ts";

/**
 * The system in a guest, or of a node, as its programs see it: its name, its files, its clock (milliseconds since the epoch).
 * All text in it is bytes, one character each, as the API carries them.
 */
export interface GuestSystem {
  readonly hostname: string;
  readonly files: GuestFiles;
  readonly processes: GuestProcesses;
  now(): number;
}

/** The processes of a guest as its programs see them. */
export interface GuestProcesses {
  /** Whether a process runs; of a group (a negative id) whether its leader does. */
  runs(pid: number): boolean;
  /** Signals a process or, with a negative id, a group; false where there is none. */
  signal(pid: number, signal: number): boolean;
  /** Makes a process the leader of a group of its own. */
  lead(pid: number): void;
  /** Makes a process deaf to a signal. */
  ignore(pid: number, signal: number): void;
}

/** What a program of the simulated guest sees. */
export interface ProgramInput {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly system: GuestSystem;
  readonly pid: number;
}

/** How a program ended. */
export interface ProgramOutput {
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
  /** Signal that ended the process. */
  readonly signal?: number;
  /** Milliseconds that it runs. */
  readonly ms?: number;
}

/** A program: what it does is done at once, and seen once its time is over. */
export type Program = (input: ProgramInput) => ProgramOutput;

/** Text as the bytes that a guest has. */
export function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
