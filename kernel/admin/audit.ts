import { type AuditFilters, auditFilter } from "./audit-filter.ts";
import { readChains } from "./audit-read.ts";
import { entriesOf, entryLine } from "./audit-show.ts";
import { verifyReport } from "./audit-verify.ts";

/** Options of both audit commands. */
export interface AuditOptions {
  readonly json: boolean;
  readonly filters: AuditFilters;
}

/**
 * `audit verify` and `audit show`. Answers the exit code: 1 where a chain is broken or cannot be read; undefined for
 * any other word. Throws RangeError for a filter that cannot be read.
 */
export async function audit(
  what: string | undefined,
  folder: string,
  { json, filters }: AuditOptions,
): Promise<number | undefined> {
  if (what !== "verify" && what !== "show") return undefined;
  const filter = auditFilter(filters);
  const chains = await readChains(folder);
  if (typeof chains === "string") {
    process.stderr.write(`proxmox-mcp-admin: ${chains}\n`);
    return 1;
  }
  if (what === "verify") {
    const { findings, isSound, summary } = verifyReport(chains);
    for (const finding of findings) print(json ? JSON.stringify(finding.data) : finding.text);
    if (!json) print(summary);
    return isSound ? 0 : 1;
  }
  const found = entriesOf(chains, filter);
  for (const entry of found) print(json ? JSON.stringify(entry) : entryLine(entry));
  if (!json && found.length === 0) print("No entry fits.");
  return 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
