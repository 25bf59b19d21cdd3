import { type Listing, listing } from "./listing.ts";
import type { Row } from "./results.ts";

/** A line of what a guest's `pending` endpoint answers. */
export interface PendingLine {
  readonly key: string;
  readonly value?: string | number;
  readonly pending?: string | number;
  /** 1: to be deleted; 2: with its volume. */
  readonly delete?: number;
}

/** A list of options whose value differs from the one in force. */
export const PENDING: Listing = listing({
  of: "options that wait",
  columns: [{ key: "option" }, { key: "present" }, { key: "pending" }, { key: "removed", type: "boolean" }],
});

/** Rows of {@link PENDING}: options that are as they are in force are left out. */
export function pendingRows(lines: readonly PendingLine[]): readonly Row[] {
  return lines
    .filter((line) => line.pending !== undefined || isDeleted(line))
    .map((line) => ({
      option: line.key,
      present: text(line.value),
      pending: text(line.pending),
      removed: isDeleted(line) ? true : undefined,
    }));
}

function isDeleted(line: PendingLine): boolean {
  return Number(line.delete ?? 0) > 0;
}

function text(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
