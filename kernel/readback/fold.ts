import { canonicalJson, toJson } from "../audit/canonical.ts";
import type { Expectation, Expected, ExpectedFile, Want, WantedFields } from "./types.ts";

/** What is wanted of what one request answers. */
export interface Look extends Expected {
  readonly wants: readonly Want[];
}

/** What is to be looked at in the end, and what is known without. */
export interface Folded {
  readonly looks: readonly Look[];
  readonly others: readonly Exclude<Expectation, Expected | ExpectedFile>[];
  /** Files past the API, each as it was written last. */
  readonly files: readonly ExpectedFile[];
}

/**
 * One request for each object, whatever number of steps touched it: a later promise replaces what it
 * contradicts, and a guest that was destroyed, rolled back or moved takes the earlier ones along.
 */
export function fold(expectations: readonly Expectation[]): Folded {
  let looks: Look[] = [];
  const others: Exclude<Expectation, Expected | ExpectedFile>[] = [];
  const files = new Map<string, ExpectedFile>();
  for (const expectation of expectations) {
    if ("file" in expectation) {
      files.set(expectation.object, expectation);
      continue;
    }
    if (!("read" in expectation)) {
      others.push(expectation);
      continue;
    }
    looks = afterReset(looks, expectation);
    const key = keyOf(expectation);
    const same = looks.find((look) => keyOf(look) === key);
    if (same === undefined) looks.push({ ...expectation, wants: [expectation.want] });
    else
      looks[looks.indexOf(same)] = { ...same, ...expectation, wants: combined(same.wants, expectation.want) };
  }
  return { looks, others, files: [...files.values()] };
}

function keyOf({ read }: Expected): string {
  return `${read.endpoint} ${canonicalJson(toJson(read.params))}`;
}

function afterReset(looks: readonly Look[], { resets, read }: Expected): Look[] {
  if (resets === undefined) return [...looks];
  const { vmid, node } = read.params;
  if (resets === "guest") return looks.filter((look) => String(look.read.params.vmid) !== String(vmid));
  return looks.map((look) =>
    String(look.read.params.vmid) === String(vmid)
      ? { ...look, read: { ...look.read, params: { ...look.read.params, node } } }
      : look,
  );
}

function combined(wants: readonly Want[], next: Want): readonly Want[] {
  if (next.is === "absent") return [next];
  const left = wants.filter((want) => !contradicts(next, want));
  const fields = left.find((want) => want.is === "fields");
  if (next.is !== "fields" || fields === undefined || fields.by !== next.by) return [...left, next];
  return left.map((want) => (want === fields ? withLater(fields, next) : want));
}

function contradicts(next: Want, earlier: Want): boolean {
  if (earlier.is === "absent") return true;
  if (next.is === "listed" && earlier.is === "listed") {
    return canonicalJson(toJson(next.row)) === canonicalJson(toJson(earlier.row)) || hasRow(next, earlier);
  }
  if (next.is === "disk" && earlier.is === "disk")
    return next.disk === earlier.disk && sameAim(next, earlier);
  return next.is === earlier.is && (next.is === "status" || next.is === "rewritten" || next.is === "marks");
}

/** The access list: the same entry with and without `propagate`. */
function hasRow(next: Extract<Want, { is: "listed" }>, earlier: Extract<Want, { is: "listed" }>): boolean {
  const names = Object.keys(next.row).filter((name) => name in earlier.row && name !== "propagate");
  return names.length > 2 && names.every((name) => next.row[name] === earlier.row[name]);
}

function sameAim(next: Extract<Want, { is: "disk" }>, earlier: Extract<Want, { is: "disk" }>): boolean {
  return (next.atLeast === undefined) === (earlier.atLeast === undefined);
}

function withLater(earlier: WantedFields, later: WantedFields): WantedFields {
  const set = Object.fromEntries(
    Object.entries({ ...earlier.set, ...later.set }).filter(
      ([name]) => name in later.set || !later.gone.includes(name),
    ),
  );
  const gone = [...earlier.gone.filter((name) => !(name in later.set)), ...later.gone];
  const before = { ...later.before, ...earlier.before };
  const hasBefore = earlier.before !== undefined || later.before !== undefined;
  return { ...earlier, ...later, set, gone: [...new Set(gone)], ...(hasBefore ? { before } : {}) };
}
