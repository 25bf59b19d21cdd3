import type { Catalog } from "../../vendor/pve-docs/types.ts";
import type { PlanStep } from "../call/types.ts";
import { expectationsOf } from "./families/index.ts";
import type { Expectation, Values } from "./types.ts";
import { detourPromises } from "./written-files.ts";

/** What of a guest a step that waits for its state has seen already. */
const STATES: ReadonlySet<string> = new Set(["absent", "present", "status"]);

/** What a step promises, sent with these parameters. */
export function promises(planned: PlanStep, params: Values, catalog: Catalog): readonly Expectation[] {
  const { step, endpoint, config } = planned;
  const pastApi = step.over && detourPromises(planned, step.over);
  const isVolume = step.over?.by === "file" && step.over.snippet !== undefined;
  if (pastApi !== undefined && !isVolume) return pastApi;
  const { settle } = step;
  if (settle?.kind === "node") return [{ object: `node ${settle.node}`, waited: true }];
  const own = isVolume ? (pastApi ?? []) : [];
  const sent = { endpoint, params, before: config?.values, catalog };
  const seen = expectationsOf(sent).map((expectation) => {
    const waited = settle !== undefined && "want" in expectation && STATES.has(expectation.want.is);
    return waited ? ({ object: expectation.object, waited: true } as const) : expectation;
  });
  return [...seen, ...own];
}
