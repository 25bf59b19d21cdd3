import { type ChainEntry, type ChainHead, hashLine, namedHeads, OPEN, parseEntry, SEAL } from "./chain.ts";

/** What was found wrong in a chain. Lines count from 1. */
export interface ChainProblem {
  readonly line: number;
  readonly what: string;
}

/** What verifying one chain answers. */
export interface ChainReport {
  /**
   * `intact`: every entry is there and the seal closes it. `unsealed`: every entry up to the head
   * is there, but no seal: the process still runs or ended without closing. `broken`: an entry was changed,
   * removed, added or moved.
   */
  readonly state: "intact" | "unsealed" | "broken";
  /** Entries found good, from the start. */
  readonly entries: number;
  /** The first bad or missing line, when `broken`. */
  readonly problem?: ChainProblem;
  /** True when the last line was cut while being written, as a crash does. Nothing was acknowledged for it. */
  readonly torn: boolean;
}

/** A chain's file with its head, as found on disk. */
export interface ChainFile {
  readonly text: string;
  readonly head: ChainHead | undefined;
}

/** Verifies one chain against its head. A chain without a head is broken where it ends. */
export function verifyChain({ text, head }: ChainFile): ChainReport {
  const { entries, problem, torn } = walk(text);
  const report = { entries: entries.length, torn };
  const fault = problem ?? headFault(entries, head);
  if (fault) return { state: "broken", problem: fault, ...report };
  return { state: entries.at(-1)?.entry.event === SEAL ? "intact" : "unsealed", ...report };
}

/** Verifies all chains of a directory, also that no chain which another one names has gone. */
export function verifyChains(
  chains: ReadonlyMap<string, ChainFile>,
): ReadonlyMap<string, ChainReport & { readonly lost?: readonly ChainHead[] }> {
  const hashes = new Map([...chains].map(([name, file]) => [name, walk(file.text).entries]));
  return new Map(
    [...chains].map(([name, file]) => {
      const opening = hashes.get(name)?.[0]?.entry;
      const named = opening === undefined ? [] : namedHeads(opening);
      const lost = named.filter((head) => hashes.get(head.chain)?.[head.seq]?.hash !== head.hash);
      return [name, { ...verifyChain(file), ...(lost.length > 0 ? { lost } : {}) }];
    }),
  );
}

interface HashedEntry {
  readonly entry: ChainEntry;
  readonly hash: string;
}

function walk(text: string): { entries: HashedEntry[]; problem?: ChainProblem; torn: boolean } {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const entries: HashedEntry[] = [];
  for (const line of lines) {
    const entry = parseEntry(line);
    const what = entry === undefined ? "not an entry as written" : entryFault(entry, entries);
    if (entry === undefined || what !== undefined) {
      return { entries, problem: { line: entries.length + 1, what: what ?? "" }, torn: false };
    }
    entries.push({ entry, hash: hashLine(line) });
  }
  return { entries, torn: rest !== "" };
}

function entryFault(entry: ChainEntry, before: readonly HashedEntry[]): string | undefined {
  const last = before.at(-1);
  if (entry.seq !== before.length) return `sequence number ${entry.seq} where ${before.length} belongs`;
  if (entry.prev !== (last?.hash ?? "")) return "it does not carry the hash of the entry before";
  if ((entry.event === OPEN) !== (last === undefined))
    return "an opening entry belongs first, and only there";
  if (last?.entry.event === SEAL) return "an entry after the seal";
  return undefined;
}

function headFault(entries: readonly HashedEntry[], head: ChainHead | undefined): ChainProblem | undefined {
  const end = entries.length + 1;
  if (head === undefined) return { line: end, what: "the head file is missing or unreadable" };
  const at = entries[head.seq];
  if (at === undefined) return { line: end, what: `missing: the head names entry ${head.seq}` };
  if (at.hash !== head.hash) return { line: head.seq + 1, what: "it differs from what the head names" };
  if (entries.length - 1 > head.seq && head.sealed)
    return { line: head.seq + 2, what: "an entry after the seal" };
  return undefined;
}
