import type { Section } from "../sections.ts";
import type { LabState } from "../types.ts";
import { guestOfId } from "./state.ts";

/** What a move of a resource brings along, and what is in its way. */
export interface Motion {
  readonly along: readonly string[];
  readonly blocking: readonly { readonly sid: string; readonly cause: string }[];
}

/** Consequences of the rules for moving a resource to a node. (pve-ha-manager, src/PVE/HA/Helpers.pm) */
export function motionOf(state: LabState, sid: string, target: string): Motion {
  const rules = [...state.ha.rules.values()].filter(
    (rule) => rule.get("disable") !== 1 && itemsOf(rule, "resources").includes(sid),
  );
  const others = (affinity: string): string[] =>
    rules
      .filter((rule) => rule.get("affinity") === affinity)
      .flatMap((rule) => itemsOf(rule, "resources"))
      .filter((id) => id !== sid);
  const bound = rules.some((rule) => forbids(rule, target));
  const apart = others("negative").filter((id) => guestOfId(state, id)?.node === target);
  return {
    along: [...new Set(others("positive"))].sort(),
    blocking: [
      ...(bound ? [{ sid, cause: "node-affinity" }] : []),
      ...[...new Set(apart)].map((id) => ({ sid: id, cause: "resource-affinity" })),
    ],
  };
}

function itemsOf(rule: Section, name: string): readonly string[] {
  return String(rule.get(name) ?? "").split(",");
}

/** Whether a strict rule keeps its resources from the node. */
function forbids(rule: Section, node: string): boolean {
  if (rule.get("type") !== "node-affinity" || rule.get("strict") !== 1) return false;
  return !itemsOf(rule, "nodes").some((item) => item.split(":")[0] === node);
}
