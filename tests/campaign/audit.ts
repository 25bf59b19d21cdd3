import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CHAIN_EXTENSION, HEAD_EXTENSION, parseEntry, parseHead } from "../../kernel/audit/chain.ts";
import { type ChainFile, verifyChains } from "../../kernel/audit/verify.ts";

/** An entry of the audit, as far as a campaign looks at it. */
export interface Entry {
  readonly event: string;
  readonly callId: string;
  readonly tool: string;
  readonly outcome: string;
}

/** All entries below a state directory, and what is wrong with their chains. */
export interface Audit {
  readonly entries: readonly Entry[];
  readonly faults: readonly string[];
}

/** Reads the audit of a server that has ended. `sealed`: each chain has to be closed as well. */
export async function readAudit(state: string, sealed: boolean): Promise<Audit> {
  const folder = join(state, "audit");
  const names = await readdir(folder).catch(() => []);
  const chains = new Map<string, ChainFile>();
  for (const name of names.filter((one) => one.endsWith(CHAIN_EXTENSION))) {
    const chain = name.slice(0, -CHAIN_EXTENSION.length);
    const text = await readFile(join(folder, name), "utf8");
    const head = await readFile(join(folder, chain + HEAD_EXTENSION), "utf8").catch(() => "");
    chains.set(chain, { text, head: parseHead(head) });
  }
  const faults = [...verifyChains(chains)].flatMap(([chain, report]) => [
    ...(report.state === "broken" ? [`audit chain ${chain}: ${report.problem?.what}`] : []),
    ...(report.lost === undefined ? [] : [`audit chain ${chain} names a chain that is not there`]),
    ...(sealed && report.state === "unsealed" ? [`audit chain ${chain} was not sealed`] : []),
  ]);
  const entries = [...chains.values()].flatMap(({ text }) => text.split("\n").flatMap(entryIn));
  return { entries, faults };
}

function entryIn(line: string): Entry[] {
  const entry = parseEntry(line);
  if (entry === undefined) return [];
  const { event, callId, tool, outcome } = entry;
  return [{ event, callId: String(callId), tool: String(tool), outcome: String(outcome) }];
}
