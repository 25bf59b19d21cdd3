import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CHAIN_EXTENSION, HEAD_EXTENSION, parseHead } from "../audit/chain.ts";
import type { ChainFile } from "../audit/verify.ts";

/** What is on disk: chains by name, oldest first, and heads without a chain. */
export interface ReadChains {
  readonly chains: ReadonlyMap<string, ChainFile>;
  /** Names of chains of which only the head file is there. */
  readonly headless: readonly string[];
}

/** Reads every chain of an audit folder; a text says why it cannot. */
export async function readChains(folder: string): Promise<ReadChains | string> {
  const names = await readdir(folder).catch((error: unknown) => codeOf(error));
  if (names === "ENOENT") return `there is no audit log at ${folder}`;
  if (typeof names === "string") return `${folder} cannot be read (${names})`;
  const chains = new Map<string, ChainFile>();
  for (const name of withEnd(names, CHAIN_EXTENSION)) {
    // The head first: a chain that is being written is then never behind the head that was read.
    const head = await readFile(join(folder, name + HEAD_EXTENSION), "utf8").catch(() => "");
    const text = await readFile(join(folder, name + CHAIN_EXTENSION), "utf8").catch(
      (error: unknown) => error,
    );
    if (typeof text !== "string")
      return `${join(folder, name + CHAIN_EXTENSION)} cannot be read (${codeOf(text)})`;
    chains.set(name, { text, head: parseHead(head) });
  }
  const headless = withEnd(names, HEAD_EXTENSION).filter((name) => !chains.has(name));
  return { chains, headless };
}

/** Names begin with the time, so their order is the order in which chains were begun. */
function withEnd(names: readonly string[], end: string): string[] {
  return names.flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : [])).sort();
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
