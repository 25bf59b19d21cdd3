import type { Risk } from "../../../sdk/risk.ts";
import { type Fact, type Subject, UNKNOWN } from "../subjects.ts";
import type { Condition, Rule } from "./types.ts";

/** What a step does, as rules see it. */
export interface Deed {
  readonly risk: Risk;
  readonly tool: string;
  readonly plugin: string;
  /** Undefined where a tool of the kernel acts on no cluster. */
  readonly cluster: string | undefined;
  /** Commands: the program, such as `qm`; UNKNOWN for a free shell. */
  readonly family: Fact<string>;
  /** Path in the API, or of a file. UNKNOWN where a command may reach any. */
  readonly path: Fact<string>;
  /** Runs as another user. */
  readonly sudo: boolean;
  /** How long a command is given, milliseconds; undefined for what is no command. */
  readonly timeoutMs: number | undefined;
}

/** `maybe` where a fact that decides is not known. */
export type Match = "yes" | "no" | "maybe";

/** Whether all conditions of a rule hold for a deed and one thing that it touches. */
export function ruleMatches({ conditions }: Rule, deed: Deed, subject: Subject): Match {
  // Without a word about risk a rule is about changes.
  if (deed.risk === "read" && !conditions.some(({ key }) => key === "risk")) return "no";
  let match: Match = "yes";
  for (const condition of conditions) {
    const own = conditionMatches(condition, deed, subject);
    if (own === "no") return "no";
    if (own === "maybe") match = "maybe";
  }
  return match;
}

function conditionMatches(condition: Condition, deed: Deed, subject: Subject): Match {
  const holds = positively(condition, deed, subject);
  if (!condition.isNot || holds === "maybe") return holds;
  return holds === "yes" ? "no" : "yes";
}

function positively(condition: Condition, deed: Deed, subject: Subject): Match {
  switch (condition.key) {
    case "risk":
      return asMatch(condition.values.includes(deed.risk));
    case "vmid":
      return ofFact(subject.vmid, (vmid) =>
        condition.values.some(({ from, to }) => from <= vmid && vmid <= to),
      );
    case "tag":
      return ofFact(subject.tags, (tags) => tags.some((tag) => isAmong(condition.values, tag)));
    case "pool":
      return ofFact(subject.pool, (pool) => isAmong(condition.values, pool));
    case "node":
      return ofFact(subject.node, (node) => isAmong(condition.values, node));
    case "cluster":
      return ofFact(deed.cluster, (cluster) => isAmong(condition.values, cluster));
    case "family":
      return ofFact(deed.family, (family) => isAmong(condition.values, family));
    case "path":
      return ofFact(deed.path, (path) => condition.values.some((prefix) => isBelow(path, prefix)));
    case "tool":
      return asMatch(condition.values.some((glob) => fits(glob, deed.tool)));
    case "plugin":
      return asMatch(condition.values.some((glob) => fits(glob, deed.plugin)));
  }
}

function ofFact<T>(fact: Fact<T>, holds: (value: T) => boolean): Match {
  if (fact === UNKNOWN) return "maybe";
  return asMatch(fact !== undefined && holds(fact));
}

function asMatch(holds: boolean): Match {
  return holds ? "yes" : "no";
}

function isAmong(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}

/** Whether a path is the given one or below it: `/etc` holds for `/etc/hosts`, not for `/etcetera`. */
export function isBelow(path: string, prefix: string): boolean {
  const base = prefix.replace(/\/+$/, "");
  return path === base || path.startsWith(`${base}/`);
}

/** Whether a name fits a pattern of `*` (any text) and `?` (any character), in any case. */
export function fits(glob: string, name: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${pattern}$`, "is").test(name);
}
