import type { RecordResult } from "./results.ts";

/** What a tool hands to its caller that nobody else may see. */
export interface HandOver {
  /** What surrounds the secrets; masked as every answer is. */
  readonly record: RecordResult;
  /** The secrets by name: in this one answer as they are, and in no log, no audit entry, no job and no artifact. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What a tool that hands something over is told besides the answer. */
export interface HandOverAbout {
  /** Path template of the step. */
  readonly path: string;
  /** Parameters of the step as it was sent, those of the path included. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Where the cluster is reached, with the port: `https://pve.example:8006`. */
  readonly origin: string;
}
