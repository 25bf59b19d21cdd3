import { die, LabError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  type SectionFile,
  type SectionOptions,
  sectionDigest,
  sectionOptions,
  underLock,
} from "../sections.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import { checkFeasibility } from "./feasibility.ts";
import { guestOfId, type HaState } from "./state.ts";

const PATH = "/cluster/ha/rules";

const OPTIONS: Readonly<Record<string, SectionOptions>> = {
  "node-affinity": sectionOptions("resources nodes strict? disable? comment?"),
  "resource-affinity": sectionOptions("resources affinity disable? comment?"),
};

/** HA rules. (pve-ha-manager, src/PVE/API2/HA/Rules.pm) */
export function registerRules(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ params, lab: { state } }) => {
    const [type, resource] = [params.text("type"), params.text("resource")];
    return [...state.ha.rules]
      .filter(([, rule]) => type === undefined || rule.get("type") === type)
      .filter(([, rule]) => resource === undefined || resourcesOf(rule).includes(resource))
      .map(([id]) => answered(state, id));
  });
  lab.route(`GET ${PATH}/{rule}`, ({ params, lab: { state } }) => {
    const id = params.need("rule");
    if (!state.ha.rules.has(id)) throw die(`no such ha rule '${id}'`);
    return answered(state, id);
  });
  lab.route(`POST ${PATH}`, create);
  lab.route(`PUT ${PATH}/{rule}`, (request) => underLock("update HA rules failed", () => update(request)));
  lab.route(`DELETE ${PATH}/{rule}`, ({ params, lab: { state } }) => {
    state.ha.rules.delete(params.need("rule"));
    return null;
  });
}

function resourcesOf(rule: Section): readonly string[] {
  return splitList(String(rule.get("resources") ?? ""));
}

function nodeCount({ clusterName, nodes }: LabState): number {
  return clusterName === undefined ? 0 : nodes.size;
}

function answered(state: LabState, id: string): Record<string, unknown> {
  const { rules } = state.ha;
  const faults = checkFeasibility(rules, nodeCount(state)).get(id);
  return {
    ...Object.fromEntries(rules.get(id) ?? []),
    ...{ rule: id, digest: sectionDigest(rules), order: [...rules.keys()].indexOf(id) + 1 },
    ...(faults === undefined ? {} : { errors: { resources: faults } }),
  };
}

/** Lists come back sorted; a priority of zero is left out. */
function normal(section: Section): Section {
  const sorted = (name: string, map: (item: string) => string): void => {
    const value = section.get(name);
    if (value === undefined) return;
    const items = splitList(Array.isArray(value) ? value.join(",") : String(value)).map(map);
    section.set(name, [...new Set(items)].sort().join(","));
  };
  sorted("resources", (sid) => sid);
  sorted("nodes", (node) => node.replace(/:0+$/, ""));
  return section;
}

function assertUsable(state: LabState, given: Section): void {
  const unmanaged = resourcesOf(given).filter((sid) => guestOfId(state, sid)?.ha === undefined);
  if (unmanaged.length > 0) throw die(`cannot use unmanaged resource(s) ${unmanaged.join(", ")}.`);
  const missing = splitList(String(given.get("nodes") ?? ""))
    .map((node) => node.replace(/:\d+$/, ""))
    .filter((node) => !state.nodes.has(node));
  if (missing.length > 0) throw die(`cannot use non-existant node(s) ${missing.join(", ")}.`);
}

function assertFeasible(state: LabState, rules: SectionFile, id: string): void {
  const faults = checkFeasibility(rules, nodeCount(state)).get(id);
  if (faults !== undefined)
    throw new LabError(400, `Rule '${id}' is invalid.`, { resources: faults.join(", ") });
}

function create({ endpoint, params, lab: { state } }: LabRequest): null {
  const id = params.need("rule");
  const type = params.need("type");
  const options = OPTIONS[type] ?? {};
  const without = ["rule", "type", "digest", "delete"];
  const section = normal(checkSection(endpoint, params, { type, options, create: true, without }));
  return underLock("create ha rule failed", () => {
    if (state.ha.rules.has(id)) throw die(`HA rule '${id}' already defined`);
    assertUsable(state, section);
    assertFeasible(state, new Map([...state.ha.rules, [id, section]]), id);
    state.ha.rules.set(id, section);
    return null;
  });
}

function update({ endpoint, params, lab: { state } }: LabRequest): null {
  const { rules } = state.ha;
  const id = params.need("rule");
  assertUnchanged(sectionDigest(rules), params.text("digest"));
  const old = rules.get(id);
  if (old === undefined) throw die(`HA rule '${id}' does not exist`);
  const type = String(old.get("type"));
  const options = OPTIONS[type] ?? {};
  const without = ["rule", "digest", "delete"];
  const given = normal(checkSection(endpoint, params, { type, options, create: false, without }));
  assertUsable(state, given);
  const section = new Map(old);
  deleteFromSection(section, options, given, params.text("delete"));
  for (const [name, value] of given) section.set(name, value);
  assertFeasible(state, new Map([...rules, [id, section]]), id);
  rules.set(id, section);
  return null;
}

/** Takes a resource out of all rules; a rule without any goes too. */
export function forgetResource({ rules }: HaState, sid: string): void {
  for (const [id, rule] of rules) {
    const left = resourcesOf(rule).filter((other) => other !== sid);
    if (left.length === 0) rules.delete(id);
    else rule.set("resources", left.join(","));
  }
}
