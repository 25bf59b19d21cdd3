import { type ChainEntry, OPEN, parseEntry, SEAL } from "../audit/chain.ts";
import { oneLine } from "../call/one-line.ts";
import type { AuditFilter } from "./audit-filter.ts";
import type { ReadChains } from "./audit-read.ts";

/** The last entries of all chains that fit, in the order of their times. Lines that are no entry are left to `verify`. */
export function entriesOf({ chains }: ReadChains, filter: AuditFilter): readonly ChainEntry[] {
  const found: ChainEntry[] = [];
  for (const { text } of chains.values()) {
    for (const line of text.split("\n")) {
      const entry = parseEntry(line);
      if (entry === undefined || entry.event === OPEN || entry.event === SEAL) continue;
      if (filter.fits(entry)) found.push(entry);
    }
  }
  found.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return filter.limit === 0 ? [] : found.slice(-filter.limit);
}

/** One line about an entry: when, what, by whom, to what, how it ended. */
export function entryLine(entry: ChainEntry): string {
  const { at, event, tool, outcome, risk, cluster, targets, job, subject, client, error, policy, callId } =
    entry;
  const parts = [
    at.slice(0, 19).replace("T", " "),
    event.padEnd(8),
    tool,
    outcome,
    risk === undefined ? undefined : `[${String(risk)}]`,
    Array.isArray(targets) && targets.length > 0 ? targets.map(String).join(", ") : undefined,
    cluster === undefined ? undefined : `on ${String(cluster)}`,
    job === undefined ? undefined : `job ${String(job)}`,
    `by ${String(subject)}${client === undefined ? "" : ` (${String(client)})`}`,
    told(error),
    Array.isArray(policy) ? `policy: ${policy.map(String).join("; ")}` : undefined,
    `call ${String(callId)}`,
  ];
  // What tools and guests said is in it: nothing of that may speak to the terminal.
  return oneLine(parts.filter((part) => part !== undefined).join("  "));
}

function told(error: ChainEntry[string] | undefined): string | undefined {
  if (typeof error !== "object" || error === null || Array.isArray(error)) return undefined;
  const { code, message } = { code: "", message: "", ...error };
  return `${String(code)}: ${String(message)}`;
}
