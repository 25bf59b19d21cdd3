/** Rules, deeds and subjects of every kind, from words few enough that they often meet. */
import fc from "fast-check";
import type { Deed } from "../../../kernel/policy/rules/match.ts";
import type { Action, Condition, Rule, RuleLimits } from "../../../kernel/policy/rules/types.ts";
import { type Subject, UNKNOWN } from "../../../kernel/policy/subjects.ts";
import { RISKS } from "../../../sdk/risk.ts";

const CHANGES = RISKS.filter((risk) => risk !== "read");
const NAMES = ["a", "b", "Prod", 'odd "name"\\', "two words", "x;y#z,"] as const;
const PATHS = ["/a", "/a/b", "/a b", "/"] as const;

function some<T>(values: fc.Arbitrary<T>) {
  return fc.array(values, { minLength: 1, maxLength: 3 });
}

export function ranges() {
  return fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 5 }))
    .map(([from, more]) => ({ from, to: from + more }));
}

/** Conditions with each key at most once; none is about reads. */
export function conditions(): fc.Arbitrary<Condition[]> {
  const isNot = fc.boolean();
  const key = fc.constantFrom("tool", "plugin", "cluster", "node", "tag", "pool", "family");
  const one: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({ key: fc.constant("risk"), isNot, values: some(fc.constantFrom(...CHANGES)) }),
    fc.record({ key: fc.constant("vmid"), isNot, values: some(ranges()) }),
    fc.record({ key: fc.constant("path"), isNot, values: some(fc.constantFrom(...PATHS)) }),
    fc.record({ key, isNot, values: some(fc.constantFrom(...NAMES)) }),
  );
  return fc.uniqueArray(one, { selector: (condition) => condition.key, maxLength: 3 });
}

export function rules(actions: readonly Action[] = ["allow", "confirm", "deny"]): fc.Arbitrary<Rule[]> {
  const limits: fc.Arbitrary<RuleLimits> = fc.record(
    { maxTimeoutMs: fc.integer({ min: 0, max: 5_000 }), sudo: fc.boolean() },
    { requiredKeys: [] },
  );
  const rule = fc.record({
    shadow: fc.boolean(),
    action: fc.constantFrom(...actions),
    conditions: conditions(),
    limits,
  });
  return fc.array(rule, { minLength: 1, maxLength: 6 }).map((list) =>
    list.map((each, index) => ({
      ...each,
      limits: each.action === "deny" ? {} : each.limits,
      number: index + 1,
      line: index + 1,
      text: "",
    })),
  );
}

function maybeUnknown<T>(value: fc.Arbitrary<T>) {
  return fc.oneof(value, fc.constant(undefined), fc.constant<typeof UNKNOWN>(UNKNOWN));
}

export function deeds(): fc.Arbitrary<Deed> {
  const name = fc.constantFrom(...NAMES);
  return fc.record({
    risk: fc.constantFrom(...CHANGES),
    tool: name,
    plugin: name,
    cluster: name,
    family: maybeUnknown(name),
    path: maybeUnknown(fc.constantFrom("/a", "/a/b/c", "/ab")),
    sudo: fc.boolean(),
    timeoutMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
  });
}

export function subjects(): fc.Arbitrary<Subject> {
  const name = maybeUnknown(fc.constantFrom(...NAMES));
  return fc.record({
    label: fc.constant("x"),
    vmid: maybeUnknown(fc.integer({ min: 1, max: 25 })),
    node: name,
    pool: name,
    tags: maybeUnknown(fc.array(fc.constantFrom(...NAMES), { maxLength: 2 })),
  });
}
