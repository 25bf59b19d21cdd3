/**
 * What a call can do at worst, in rising order. `PROXMOX_MCP_ACCESS` uses the
 * same words, each including the ones before it.
 */
export const RISKS = ["read", "write", "destructive", "escape"] as const;

/** One of {@link RISKS}. */
export type Risk = (typeof RISKS)[number];

/** True when `risk` does not exceed `limit`. */
export function isWithin(risk: Risk, limit: Risk): boolean {
  return RISKS.indexOf(risk) <= RISKS.indexOf(limit);
}

/** The highest of the given risks; `read` when none is given. */
export function highestRisk(risks: Iterable<Risk>): Risk {
  let highest: Risk = "read";
  for (const risk of risks) if (!isWithin(risk, highest)) highest = risk;
  return highest;
}

/** The lowest of the given risks; `read` when none is given. */
export function lowestRisk(risks: Iterable<Risk>): Risk {
  let lowest: Risk | undefined;
  for (const risk of risks) if (lowest === undefined || isWithin(risk, lowest)) lowest = risk;
  return lowest ?? "read";
}
