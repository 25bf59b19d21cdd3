import type { ChainEntry } from "../audit/chain.ts";
import { fits } from "../policy/rules/match.ts";

/** Filters as given on the command line. */
export interface AuditFilters {
  readonly guest?: string | undefined;
  readonly tool?: string | undefined;
  readonly cluster?: string | undefined;
  readonly outcome?: string | undefined;
  readonly event?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit?: string | undefined;
}

/** What is shown: entries that fit, the last `limit` of them. */
export interface AuditFilter {
  readonly limit: number;
  fits(entry: ChainEntry): boolean;
}

const DEFAULT_LIMIT = 200;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads the filters. Throws RangeError that names the option. */
export function auditFilter(filters: AuditFilters, now = Date.now()): AuditFilter {
  const since = time("since", filters.since, now);
  const until = time("until", filters.until, now);
  const { limit = String(DEFAULT_LIMIT), guest, tool } = filters;
  if (!/^\d{1,9}$/.test(limit)) throw new RangeError(`--limit ${limit}: a number is expected`);
  return {
    limit: Number(limit),
    fits(entry) {
      const at = Date.parse(entry.at);
      return (
        (since === undefined || at >= since) &&
        (until === undefined || at <= until) &&
        isWord(filters.cluster, entry.cluster) &&
        isWord(filters.event, entry.event) &&
        isOutcome(filters.outcome, entry) &&
        (tool === undefined || (typeof entry.tool === "string" && fits(tool, entry.tool))) &&
        (guest === undefined || isAbout(entry, guest))
      );
    },
  };
}

function time(option: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const factor = Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1];
  const at = digits === undefined || factor === undefined ? Date.parse(text) : now - Number(digits) * factor;
  if (Number.isNaN(at))
    throw new RangeError(`--${option} ${text}: a time such as 2026-01-31T12:00Z or 12h is expected`);
  return at;
}

function isWord(wanted: string | undefined, value: unknown): boolean {
  return wanted === undefined || value === wanted;
}

/** The outcome itself, or the code of the error it ended with. */
function isOutcome(wanted: string | undefined, { outcome, error, event }: ChainEntry): boolean {
  if (wanted === undefined || outcome === wanted || event === wanted) return true;
  return typeof error === "object" && error !== null && "code" in error && error.code === wanted;
}

/** By VMID or name, in what was touched or, for reads, asked for. */
function isAbout({ targets, input }: ChainEntry, guest: string): boolean {
  const named = (Array.isArray(targets) ? targets : []).some((target) => isNamed(String(target), guest));
  if (named) return true;
  if (typeof input !== "object" || input === null || Array.isArray(input)) return false;
  return ["vmid", "newid", "guest", "name"].some(
    (key) => key in input && String(Object(input)[key]) === guest,
  );
}

/** Targets read `VM 100 (web1) on pve1` and `new container 201 on pve2`. */
function isNamed(target: string, guest: string): boolean {
  const [, vmid, name] = /\b(?:VM|container) (\d+)(?: \((.*)\))?/.exec(target) ?? [];
  return vmid === guest || name === guest;
}
