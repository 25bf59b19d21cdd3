import { fileURLToPath } from "node:url";
import { type BadDay, judged, type Known } from "./days.ts";

/** Sizes in KiB at which the disk of the state directory is full: from nearly nothing to some entries. */
const FULL_AT = [1, 2, 3, 4, 6, 8, 12, 16] as const;
const CLOCKS = ["a", "b", "c"] as const;

/** No file of the server can grow beyond a size, as on a disk that is full. */
export function fullDisks(known: Known): readonly BadDay[] {
  return FULL_AT.map((kib) => ({
    name: `${known.subject.name}: disk full at ${kib} KiB`,
    run: async () => {
      const before = `ulimit -f ${blocks(kib)}`;
      return (await judged(known.subject, { before }, known.usual, false)).faults;
    },
  }));
}

/** The server's clock jumps by hours and days, forward and back. */
export function jumpingClocks(known: Known): readonly BadDay[] {
  const clock = fileURLToPath(new URL("./clock.js", import.meta.url));
  return CLOCKS.map((seed) => ({
    name: `${known.subject.name}: clock ${seed} jumps`,
    run: async () => {
      const node = [`--import=file://${clock}?seed=${seed}`];
      return (await judged(known.subject, { node }, known.usual, true)).faults;
    },
  }));
}

/** POSIX counts `ulimit -f` in blocks of 512 bytes. */
function blocks(kib: number): number {
  return kib * 2;
}
