import type { Redactor } from "../secrets/redact.ts";
import { oneLine } from "./one-line.ts";

/** Longest text of an answer, in characters; what is longer is cut and says so. */
export const LONGEST_TEXT = 40_000;

/** What any result may say besides its content. */
export interface Remarks {
  readonly unseen?: readonly string[];
  readonly note?: string;
}

/** Remarks as lines. */
export function remarks({ unseen, note }: Remarks): string[] {
  const missing = (unseen ?? []).map((part) => `Not seen: ${oneLine(part)}`);
  return note === undefined ? missing : [...missing, oneLine(note)];
}

/** Remarks as data, and what was cut. */
export function dataRemarks({ unseen, note }: Remarks, cut: string | undefined, redactor: Redactor): object {
  return {
    ...(unseen && unseen.length > 0 ? { unseen: unseen.map((part) => redactor.text(part)) } : {}),
    ...(note === undefined ? {} : { note: redactor.text(note) }),
    ...(cut === undefined ? {} : { cut }),
  };
}

/** The parts that say something, one below the other. */
export function joinLines(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n");
}
