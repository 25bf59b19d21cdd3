import { die, paramError } from "../errors.ts";
import { type LabParams, splitList } from "../frame/params.ts";
import { assertUnchanged } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { checkAddresses } from "./addresses.ts";
import { answeredRule, assertRule, type Level, locked, ruleContext } from "./level.ts";
import { ICMP_TYPES, ICMPV6_TYPES, portFault } from "./ports.ts";
import { isEmpty, keptComment, listDigest, withDigest } from "./state.ts";
import type { FwRule, RuleEnv } from "./types.ts";

const TEXTS = [
  ...["type", "action", "macro", "iface", "source", "dest", "proto", "dport", "sport", "log"],
  ...["icmp-type", "comment"],
] as const;

/** What the schema of rules has, and `delete` may name. */
const PROPERTIES = new Set<string>([...TEXTS, "enable", "pos", "digest"]);

/** Where the rules of a request are kept. */
export interface RulePlace {
  readonly level: Level;
  readonly path: string;
  readonly read: (request: LabRequest) => readonly FwRule[];
  readonly write: (request: LabRequest, rules: readonly FwRule[]) => void;
}

/** The rules of a level. */
export function rulesOf(level: Level): RulePlace {
  return {
    ...{ level, path: `${level.path}/rules` },
    read: (request) => level.file(request).rules,
    write: (request, rules) => {
      level.file(request).rules = rules;
    },
  };
}

/** Registers listing, reading, adding, changing, moving and deleting rules. (pve-firewall, src/PVE/API2/Firewall/Rules.pm) */
export function registerRules(lab: LabCore, place: RulePlace): void {
  const { level, path } = place;
  lab.route(`GET ${path}`, (request) => {
    level.guard?.(request, false);
    return answered(request, place).map((rule, pos) => ({ ...rule, pos }));
  });
  lab.route(`GET ${path}/{pos}`, (request) => {
    level.guard?.(request, false);
    const rule = answered(request, place)[positionOf(request, place.read(request))];
    return { ...rule, pos: request.params.need("pos") };
  });
  lab.route(`POST ${path}`, (request) => {
    assertWellFormed(request.params);
    level.guard?.(request, true);
    return locked(level, request, () => createRule(request, place));
  });
  lab.route(`PUT ${path}/{pos}`, (request) => {
    assertWellFormed(request.params);
    level.guard?.(request, true);
    return locked(level, request, () => updateRule(request, place));
  });
  lab.route(`DELETE ${path}/{pos}`, (request) => {
    level.guard?.(request, true);
    return locked(level, request, () => {
      const rules = rulesForChange(request, place);
      const pos = positionOf(request, rules);
      place.write(request, rules.toSpliced(pos, 1));
      return null;
    });
  });
}

function answered(request: LabRequest, place: RulePlace): Record<string, unknown>[] {
  const context = ruleContext(place.level, request, false);
  return withDigest(place.read(request).map((rule) => answeredRule(rule, context)));
}

function positionOf({ params }: LabRequest, rules: readonly FwRule[]): number {
  const pos = params.integer("pos") ?? 0;
  if (pos >= rules.length) throw die(`no rule at position ${pos}`);
  return pos;
}

/** The rules, once the digest is found good. A file that does not exist has not even an empty list. */
function rulesForChange(request: LabRequest, place: RulePlace): readonly FwRule[] {
  const rules = place.read(request);
  const context = ruleContext(place.level, request, false);
  const digest = listDigest(rules.map((rule) => answeredRule(rule, context)));
  assertUnchanged(digest, request.params.text("digest"));
  if (place.level.env !== "group" && isEmpty(place.level.file(request)))
    throw die(
      "Can't use an undefined value as an ARRAY reference at /usr/share/perl5/PVE/API2/Firewall/Rules.pm line 336.",
    );
  return rules;
}

/** What is wrong with the form of a value, whatever the rest of its rule is. */
const FORMS: Readonly<Record<string, (value: string) => string | undefined>> = {
  source: addressFault,
  dest: addressFault,
  sport: (value) => portFault(value, false),
  dport: (value) => portFault(value, true),
  "icmp-type": (value) =>
    ICMP_TYPES.has(value) || ICMPV6_TYPES.has(value) ? undefined : `invalid icmp-type value '${value}'`,
};

function addressFault(value: string): string | undefined {
  const found = checkAddresses(value);
  return "fault" in found ? found.fault : undefined;
}

/** Fails as parameters do whose format is not met; all that are at fault are named. */
function assertWellFormed(params: LabParams): void {
  const faults = Object.entries(FORMS).flatMap(([name, check]): [string, string][] => {
    const value = params.text(name) ?? "";
    const fault = value === "" ? undefined : check(value);
    return fault === undefined ? [] : [[name, `invalid format - ${fault}\n`]];
  });
  if (faults.length > 0) throw paramError(Object.fromEntries(faults));
}

function createRule(request: LabRequest, place: RulePlace): null {
  const rule = given({}, request.params);
  const macro = assertRule(rule, ruleContext(place.level, request, true));
  const kept = keep({ enable: 0, ...rule }, macro, place.level.env);
  place.write(request, [kept, ...place.read(request)]);
  return null;
}

function updateRule(request: LabRequest, place: RulePlace): null {
  const { params } = request;
  const rules = rulesForChange(request, place);
  const pos = positionOf(request, rules);
  const moveto = params.integer("moveto");
  const rule = rules[pos];
  if (rule === undefined) return null;
  if (moveto !== undefined && moveto !== pos) {
    place.write(request, moved(rules, pos, moveto));
    return null;
  }
  const changed = given(rule, params);
  for (const name of splitList(params.text("delete") ?? "")) {
    if (!PROPERTIES.has(name)) throw paramError({ delete: `no such property ('${name}')` });
    if (name === "type" || name === "action")
      throw paramError({ delete: `unable to delete required property '${name}'` });
    delete changed[name as keyof Draft];
  }
  const macro = assertRule(changed, ruleContext(place.level, request, true));
  place.write(request, rules.with(pos, keep(changed, macro, place.level.env)));
  return null;
}

/** The rule goes before the one that is at the target now; behind all others from the end on. */
function moved(rules: readonly FwRule[], from: number, to: number): readonly FwRule[] {
  const rule = rules[from];
  if (rule === undefined) return rules;
  const before = rules.filter((_, index) => index < to && index !== from);
  const after = rules.filter((_, index) => index >= to && index !== from);
  return [...before, rule, ...after];
}

type Draft = { -readonly [K in keyof FwRule]?: FwRule[K] };

/** Properties of a request over those of a rule; an empty value or a dash takes one away. */
function given(rule: Partial<FwRule>, params: LabParams): Draft {
  const draft: Draft = { ...rule };
  for (const name of TEXTS) {
    const value = params.text(name);
    if (value === undefined) continue;
    if (value === "" || value === "-") delete draft[name];
    else draft[name] = value;
  }
  const enable = params.integer("enable");
  if (enable !== undefined) draft.enable = enable;
  return draft;
}

/** A rule as it comes back from the file: in groups no interface, in references to groups hardly anything. */
function keep(draft: Draft, macro: string | undefined, env: RuleEnv): FwRule {
  const { type = "", action = "", enable = 1, comment, iface, macro: _macro, ...others } = draft;
  const text = keptComment(comment);
  return {
    ...(type === "group" ? {} : others),
    ...{ type, action, enable: enable === 0 ? 0 : 1 },
    ...(macro === undefined || type === "group" ? {} : { macro }),
    ...(iface === undefined || env === "group" ? {} : { iface }),
    ...(text === undefined ? {} : { comment: text }),
  };
}
