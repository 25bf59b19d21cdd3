import { CHAIN_EXTENSION } from "../audit/chain.ts";
import { verifyChains } from "../audit/verify.ts";
import type { ReadChains } from "./audit-read.ts";

/** One chain's state, or something that is missing, for reading and as data. */
export interface Finding {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What verifying a whole folder found. */
export interface VerifyReport {
  readonly findings: readonly Finding[];
  readonly isSound: boolean;
  readonly summary: string;
}

/** Verifies all chains: of each that is not whole, the first bad or missing line. */
export function verifyReport({ chains, headless }: ReadChains): VerifyReport {
  const findings: Finding[] = [];
  let faults = 0;
  for (const [name, { state, entries, problem, torn, lost = [] }] of verifyChains(chains)) {
    const file = name + CHAIN_EXTENSION;
    if (state === "broken") faults += 1;
    const said =
      problem === undefined
        ? `${file}: ${state === "intact" ? "whole" : "whole up to its head, not closed (its process runs, or ended without closing)"}, ${entries} entries`
        : `${file}:${problem.line}: ${problem.what} (${entries} entries before it are good)`;
    const cut = torn ? "; its last line was cut while it was written, which acknowledged nothing" : "";
    findings.push({ text: said + cut, data: { file, state, entries, torn, ...(problem ?? {}) } });
    for (const head of lost) {
      faults += 1;
      const gone = `${head.chain}${CHAIN_EXTENSION}`;
      const line = head.seq + 1;
      findings.push({
        text: `${gone}:${line}: missing or changed: ${file} names this entry as the last one then`,
        data: { file: gone, state: "broken", line, what: "missing or changed", namedBy: file },
      });
    }
  }
  for (const name of headless) {
    faults += 1;
    const file = name + CHAIN_EXTENSION;
    findings.push({
      text: `${file}:1: missing: the whole chain is gone, its head file is there`,
      data: { file, state: "broken", line: 1, what: "missing" },
    });
  }
  const verdict =
    faults === 0 ? "nothing is missing or changed" : `${faults} fault${faults === 1 ? "" : "s"}`;
  return { findings, isSound: faults === 0, summary: `${chains.size} chains: ${verdict}` };
}
