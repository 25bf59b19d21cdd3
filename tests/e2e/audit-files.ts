/** What servers left in a state directory, read from disk. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseHead } from "../../kernel/audit/chain.ts";
import { type ChainFile, verifyChains } from "../../kernel/audit/verify.ts";

/** One line of the audit. */
export interface AuditLine {
  readonly event: string;
  readonly tool?: string;
  readonly input?: unknown;
  readonly outcome?: string;
  readonly job?: string;
  readonly callId?: string;
  readonly policy?: readonly string[];
  readonly checks?: readonly string[];
}

/** The state of each audit chain below a state directory, by name. */
export function chainStates(stateDir: string): Record<string, string> {
  const folder = join(stateDir, "audit");
  const names = readdirSync(folder).flatMap((name) =>
    name.endsWith(".jsonl") ? [name.slice(0, -".jsonl".length)] : [],
  );
  const chains = new Map<string, ChainFile>(
    names.map((name) => {
      const head = readFileSync(join(folder, `${name}.head`), "utf8");
      return [name, { text: readFileSync(join(folder, `${name}.jsonl`), "utf8"), head: parseHead(head) }];
    }),
  );
  return Object.fromEntries(
    [...verifyChains(chains)].map(([name, { state, lost }]) => [
      name,
      lost === undefined ? state : "names what is gone",
    ]),
  );
}

/** Every line of every chain; none before the first entry. */
export function auditLines(stateDir: string): AuditLine[] {
  const folder = join(stateDir, "audit");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      // What follows the last end of a line is still being written.
      .slice(0, -1)
      .map((line): AuditLine => JSON.parse(line)),
  );
}

/** Every byte below a folder, as one text, each file under its path. */
export function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path}\n${readFileSync(path, "utf8")}`)
    .join("\n");
}
