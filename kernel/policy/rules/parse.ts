import { RISKS, type Risk } from "../../../sdk/risk.ts";
import { PolicyFault } from "./policy-fault.ts";
import {
  ACTIONS,
  type Condition,
  GLOB_KEYS,
  NAME_KEYS,
  type Rule,
  type RuleLimits,
  type VmidRange,
} from "./types.ts";
import { type Part, type Sentence, sentencesOf, type Value, type Word } from "./words.ts";

/** What {@link parsePolicy} takes, for faults and the settings page. */
export const POLICY_ACCEPTS = "rules, one a line or apart by semicolons, as policy.md describes them";

const KEYS = ["risk", ...GLOB_KEYS, ...NAME_KEYS, "vmid", "path"] as const;
const LIMITS = ["max-timeout", "sudo"] as const;
/** A read happens before anything is planned, so it has no targets yet. */
const READ_KEYS: ReadonlySet<string> = new Set(["risk", "tool", "plugin", "cluster"]);
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Reads the rules of a policy, in order. Throws {@link PolicyFault} at the first character that cannot be read. */
export function parsePolicy(text: string): readonly Rule[] {
  const rules = sentencesOf(text).map((sentence, index) => rule(text, sentence, index + 1));
  if (rules.length === 0) throw new PolicyFault(text, 0, "there is no rule");
  return rules;
}

function rule(text: string, { parts, at, end }: Sentence, number: number): Rule {
  const fail = (word: Word, wrong: string): never => {
    throw new PolicyFault(text, word.at, wrong);
  };
  const [first, ...more] = parts;
  const shadow = first?.text === "shadow";
  const [verb, ...rest] = shadow ? more : [first, ...more];
  if (verb === undefined) return fail({ text: "", at: end }, `a rule says ${listed(ACTIONS)}`);
  const action = ACTIONS.find((one) => one === verb.text);
  if (action === undefined) return fail(verb, `a rule begins with ${listed(ACTIONS)}`);
  const conditions: Condition[] = [];
  const limits: { maxTimeoutMs?: number; sudo?: boolean } = {};
  const seen = new Set<string>();
  for (const part of rest) {
    if (part === undefined) continue;
    if (seen.has(part.key)) fail(part, `"${part.key}" stands in this rule twice`);
    seen.add(part.key);
    if (isOneOf(LIMITS, part.key)) Object.assign(limits, limit(part, action, fail));
    else conditions.push(condition(part, fail));
  }
  const line = text.slice(0, at).split("\n").length;
  checkReads(conditions, rest, action, fail);
  return { number, line, text: text.slice(at, end), shadow, action, conditions, limits };
}

type Fail = (word: Word, wrong: string) => never;

function condition(part: Part, fail: Fail): Condition {
  const { key, operator, values } = part;
  if (!isOneOf(KEYS, key))
    return fail(part, `"${key.slice(0, 30)}" is no condition; there are ${listed([...KEYS, ...LIMITS])}`);
  if (operator === undefined) return fail(part, `"${key}" takes a value: ${key}=…`);
  if (operator === ">=" && key !== "risk") {
    return fail({ text: operator, at: part.at + key.length }, `only "risk" takes ">="`);
  }
  const isNot = operator === "!=";
  if (key === "risk") return { key, isNot, values: risks(values, operator, fail) };
  if (key === "vmid") return { key, isNot, values: values.map((value) => range(value, fail)) };
  if (key === "path") return { key, isNot, values: values.map((value) => prefix(value, fail)) };
  for (const value of values) if (value.text.trim() === "") fail(value, "a name is missing");
  return { key, isNot, values: values.map((value) => value.text) };
}

function risks(values: readonly Value[], operator: string, fail: Fail): readonly Risk[] {
  const named = values.map((value) => {
    const risk = RISKS.find((one) => one === value.text);
    return risk ?? fail(value, `"${value.text.slice(0, 30)}" is no risk; there are ${listed(RISKS)}`);
  });
  const [only, second] = named;
  if (operator !== ">=" || only === undefined) return named;
  if (second !== undefined) fail(values[1] ?? { text: "", at: 0 }, `">=" takes one risk`);
  return RISKS.slice(RISKS.indexOf(only));
}

function range(value: Value, fail: Fail): VmidRange {
  const [, first, last] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(value.text) ?? [];
  if (first === undefined)
    return fail(value, `"${value.text.slice(0, 30)}" is no VMID or range such as 100-199`);
  const found = { from: Number(first), to: Number(last ?? first) };
  return found.to < found.from ? fail(value, "this range ends before it begins") : found;
}

function prefix(value: Value, fail: Fail): string {
  const isPlain = value.text.startsWith("/") && !value.text.split("/").includes("..");
  return isPlain ? value.text : fail(value, "a path begins with / and has no ..");
}

function limit(part: Part, action: string, fail: Fail): RuleLimits {
  const [value, ...more] = part.values;
  if (action === "deny")
    fail(part, `"${part.key}" belongs to allow and confirm: what is denied needs no limit`);
  if (value === undefined || more.length > 0 || part.operator !== "=")
    return fail(part, `"${part.key}" takes one value: ${part.key}=…`);
  if (part.key === "sudo") {
    if (value.text === "yes") return { sudo: true };
    return value.text === "no" ? { sudo: false } : fail(value, `"sudo" is yes or no`);
  }
  const [, digits = "", unit = ""] = /^(\d{1,9})(ms|s|m|h)$/.exec(value.text) ?? [];
  const factor = Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1];
  if (factor === undefined) return fail(value, "a time is a number with ms, s, m or h, such as 90s");
  return { maxTimeoutMs: Number(digits) * factor };
}

function checkReads(
  conditions: readonly Condition[],
  parts: readonly (Part | undefined)[],
  action: string,
  fail: Fail,
): void {
  const risk = conditions.find((one) => one.key === "risk");
  if (risk === undefined || risk.isNot || !risk.values.includes("read")) return;
  const word = (key: string): Word => parts.find((part) => part?.key === key) ?? { text: "", at: 0 };
  if (action === "confirm") fail(word("risk"), "reads are allowed or denied, never confirmed");
  const other = conditions.find(({ key }) => !READ_KEYS.has(key));
  if (other)
    fail(word(other.key), `a rule for reads has no "${other.key}": a read has no targets before it is made`);
}

function isOneOf<const T extends string>(words: readonly T[], word: string): word is T {
  return words.some((one) => one === word);
}

function listed(words: readonly string[]): string {
  return words.join(", ");
}
