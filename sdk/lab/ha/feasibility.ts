import type { Section, SectionFile } from "../sections.ts";

/** What is wrong with rules, by id: messages about their `resources`. */
export type RuleFaults = ReadonlyMap<string, readonly string[]>;

interface Rule {
  readonly id: string;
  readonly resources: ReadonlySet<string>;
  /** Priorities by node. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly affinity: unknown;
}

interface Rules {
  readonly located: readonly Rule[];
  readonly positive: readonly Rule[];
  readonly negative: readonly Rule[];
}

/**
 * Checks rules against each other; `nodes`: how many nodes the cluster has.
 * (pve-ha-manager, src/PVE/HA/Rules.pm, Rules/NodeAffinity.pm, Rules/ResourceAffinity.pm)
 */
export function checkFeasibility(file: SectionFile, nodes: number): RuleFaults {
  const faults = new Map<string, string[]>();
  const blame = (rules: readonly Rule[], message: string): void => {
    for (const { id } of rules) faults.set(id, [...(faults.get(id) ?? []), message]);
  };
  const rules = sortRules(file);
  checkLocated(rules, blame);
  checkCounts(rules, nodes, blame);
  checkBetween(rules, blame);
  checkPriorities(rules, blame);
  checkTogether(rules, blame);
  checkApart(rules, blame);
  return faults;
}

type Blame = (rules: readonly Rule[], message: string) => void;

function sortRules(file: SectionFile): Rules {
  const enabled = [...file].filter(([, rule]) => !rule.has("disable"));
  const of = (type: string): Rule[] =>
    enabled
      .filter(([, rule]) => rule.get("type") === type)
      .map(([id, rule]) => ruleOf(id, rule))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  const affine = of("resource-affinity");
  return {
    located: of("node-affinity"),
    positive: affine.filter(({ affinity }) => affinity === "positive"),
    negative: affine.filter(({ affinity }) => affinity === "negative"),
  };
}

function ruleOf(id: string, rule: Section): Rule {
  const items = (name: string): string[] =>
    String(rule.get(name) ?? "")
      .split(",")
      .filter((item) => item !== "");
  const nodes = items("nodes").map((item): [string, number] => {
    const [node = "", priority = "0"] = item.split(":");
    return [node, Number(priority)];
  });
  return {
    id,
    resources: new Set(items("resources")),
    nodes: new Map(nodes),
    affinity: rule.get("affinity"),
  };
}

function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...a].filter((item) => b.has(item));
}

function checkLocated({ located }: Rules, blame: Blame): void {
  for (const rule of located)
    for (const sid of [...rule.resources].sort())
      if (located.some((other) => other !== rule && other.resources.has(sid)))
        blame([rule], `resource '${sid}' is already used in another node affinity rule`);
}

function checkCounts({ positive, negative }: Rules, nodes: number, blame: Blame): void {
  blame(
    [...positive, ...negative].filter(({ resources }) => resources.size < 2),
    "rule is ineffective as there are less than two resources",
  );
  blame(
    negative.filter(({ resources }) => resources.size > nodes),
    "rule defines more resources than available nodes",
  );
}

interface Together {
  readonly rules: Rule[];
  readonly resources: Set<string>;
}

/** Positive rules that share resources count as one. */
function joined(positive: readonly Rule[]): readonly Together[] {
  let groups: Together[] = [];
  for (const rule of positive) {
    const touching = groups.filter(({ resources }) => shared(resources, rule.resources).length > 0);
    const all = [...touching.flatMap(({ resources }) => [...resources]), ...rule.resources];
    groups = groups.filter((group) => !touching.includes(group));
    groups.push({ rules: [...touching.flatMap(({ rules }) => rules), rule], resources: new Set(all) });
  }
  return groups;
}

function checkBetween({ positive, negative }: Rules, blame: Blame): void {
  for (const { rules, resources } of joined(positive))
    for (const rule of negative) {
      if (shared(resources, rule.resources).length < 2) continue;
      blame([rule], "rule shares two or more resources with a positive resource affinity rule");
      blame(rules, "rule shares two or more resources with a negative resource affinity rule");
    }
}

function checkPriorities({ located, positive, negative }: Rules, blame: Blame): void {
  for (const rule of [...positive, ...negative]) {
    const paired = located.filter(({ resources }) => shared(resources, rule.resources).length > 0);
    if (!paired.some(({ nodes }) => new Set(nodes.values()).size > 1)) continue;
    blame(
      paired,
      "resources are in a resource affinity rule and cannot be in a node affinity rule with multiple priorities",
    );
    blame([rule], "resources are in node affinity rules with multiple priorities");
  }
}

function checkTogether({ located, positive }: Rules, blame: Blame): void {
  for (const { rules, resources } of joined(positive)) {
    const paired = located.filter((rule) => shared(rule.resources, resources).length > 0);
    if (paired.length < 2) continue;
    blame(
      paired,
      "at least one resource is in a positive resource affinity rule and there are other resources in at least one other node affinity rule already",
    );
    blame(rules, "resources are in multiple node affinity rules");
  }
}

function checkApart({ located, negative }: Rules, blame: Blame): void {
  for (const rule of negative) {
    const paired = located.filter(({ resources }) => shared(resources, rule.resources).length > 0);
    const allowed = new Set(paired.flatMap(({ nodes }) => [...nodes.keys()]));
    const bound = new Set(paired.flatMap(({ resources }) => shared(resources, rule.resources)));
    if (allowed.size >= bound.size) continue;
    blame([rule], "two or more resources are restricted to less nodes than available to the resources");
    blame(
      paired,
      "at least one resource is in a negative resource affinity rule and this rule would restrict these to less nodes than available to the resources",
    );
  }
}
