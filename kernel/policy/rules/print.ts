import type { Condition, Rule } from "./types.ts";

/** A rule in the grammar's own words; parsing it again gives the same rule. */
export function printRule({
  shadow,
  action,
  conditions,
  limits,
}: Omit<Rule, "number" | "line" | "text">): string {
  const { maxTimeoutMs, sudo } = limits;
  return [
    ...(shadow ? ["shadow"] : []),
    action,
    ...conditions.map(printCondition),
    ...(maxTimeoutMs === undefined ? [] : [`max-timeout=${maxTimeoutMs}ms`]),
    ...(sudo === undefined ? [] : [`sudo=${sudo ? "yes" : "no"}`]),
  ].join(" ");
}

function printCondition(condition: Condition): string {
  const { key, isNot } = condition;
  const values =
    condition.key === "vmid"
      ? condition.values.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`))
      : condition.values.map(printValue);
  return `${key}${isNot ? "!=" : "="}${values.join(",")}`;
}

function printValue(value: string): string {
  if (/^[^\s;#,"\\]+$/.test(value)) return value;
  return `"${value.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
}

/** How messages name a rule: `rule 2 (deny vmid=100-199)`. */
export function ruleName({ number, shadow, text }: Rule): string {
  return `${shadow ? "shadow rule" : "rule"} ${number} (${text})`;
}
