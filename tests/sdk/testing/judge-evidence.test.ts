import { describe, expect, test } from "@jest/globals";
import { type Evidence, formatEvidence } from "../../../sdk/plugin-files/evidence.ts";
import { evidenceAfter, evidenceFaults, type ToolOutcome } from "../../../sdk/testing/judge-evidence.ts";
import { declarationFaults } from "../../../sdk/testing/record.ts";

const place = { where: "lab", pve: "9.2", today: "2026-02-02" } as const;
const outcome: ToolOutcome = { tool: "a_get", passed: true, scenarios: ["works"], digest: "sha256:1" };
const entry = {
  where: "lab",
  pve: "9.2",
  at: "2026-01-01",
  digest: "sha256:1",
  scenarios: ["works"],
} as const;
const evidence: Evidence = { a_get: [entry] };

describe("evidence after a run", () => {
  test("keeps its day while the digest is the same, so that a rerun changes no byte", () => {
    const again = evidenceAfter(evidence, [outcome], place);
    expect(formatEvidence(again)).toBe(formatEvidence(evidence));
  });

  test("takes the new day with a new digest", () => {
    const after = evidenceAfter(evidence, [{ ...outcome, digest: "sha256:2" }], place);
    expect(after.a_get).toEqual([{ ...entry, digest: "sha256:2", at: "2026-02-02" }]);
  });

  test("loses what no longer passes and what is gone, and keeps what ran elsewhere", () => {
    const live = { ...entry, where: "live" as const };
    const before = { a_get: [entry, live], gone_get: [entry] };
    expect(evidenceAfter(before, [{ ...outcome, passed: false }], place)).toEqual({ a_get: [live] });
  });

  test("keeps what it has where no scenario ran", () => {
    const after = evidenceAfter(evidence, [{ ...outcome, passed: undefined }], { ...place, where: "live" });
    expect(after).toEqual(evidence);
  });

  test("is written sorted, whatever the order of running", () => {
    const b = { ...outcome, tool: "b_get" };
    const one = evidenceAfter({}, [outcome, b], place);
    expect(formatEvidence(one)).toBe(formatEvidence(evidenceAfter({}, [b, outcome], place)));
  });
});

describe("checking evidence", () => {
  test("finds nothing wrong with what a run has just written", () => {
    expect(evidenceFaults(evidenceAfter({}, [outcome], place), [outcome], place)).toEqual([]);
  });

  test.each<[string, Evidence, string]>([
    ["missing", {}, "a_get: evidence is missing"],
    ["of another release", { a_get: [{ ...entry, pve: "8.4" }] }, "a_get: evidence is missing"],
    [
      "of another digest",
      { a_get: [{ ...entry, digest: "sha256:0" }] },
      "a_get: evidence is stale: the tool has changed since 2026-01-01",
    ],
    [
      "of other scenarios",
      { a_get: [{ ...entry, scenarios: ["another"] }] },
      "a_get: evidence is stale: its scenarios are others now",
    ],
    ["of a tool that is gone", { ...evidence, b_get: [entry] }, "b_get: there is evidence, but no such tool"],
  ])("finds what is %s", (_what, given, fault) => {
    expect(evidenceFaults(given, [outcome], place)).toEqual([fault]);
  });
});

describe("declared scenarios", () => {
  const scenario = { tool: "a_get", title: "works", run: async () => undefined };

  test.each([
    ["twice the same", [scenario, scenario], ["a_get: works: there are two scenarios of this title"]],
    ["an empty title", [{ ...scenario, title: " " }], ["a_get: a scenario has no title"]],
    [
      "a foreign tool",
      [scenario, { ...scenario, tool: "b_get" }],
      ["b_get: works: the plugin has no such tool"],
    ],
    ["a tool without any", [], ["a_get: it has no scenario"]],
  ])("are refused with %s", (_what, scenarios, faults) => {
    expect(declarationFaults(scenarios, ["a_get"])).toEqual(faults);
  });

  test("are good with one for every tool", () => {
    expect(declarationFaults([scenario], ["a_get"])).toEqual([]);
  });
});
