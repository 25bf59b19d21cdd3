import { createHash } from "node:crypto";
import type { Endpoint } from "../../vendor/pve-docs/types.ts";
import { die, faultText, LabError } from "./errors.ts";
import { type LabParams, splitList } from "./frame/params.ts";

/** A value as a configuration file gives it back: numbers where the schema has them, arrays as lists. */
export type SectionValue = string | number | readonly string[];

/** One section of a configuration file, `type` included. */
export type Section = Map<string, SectionValue>;

/** The sections of one file by id, in the order of the file. */
export type SectionFile = Map<string, Section>;

/** What a type of section takes: optional ones with `?`, those that never change with `!`. */
export type SectionOptions = Readonly<Record<string, "" | "?" | "!" | "?!">>;

/** Options from a list of names, each with its marks: `"bridge nodes? type!"`. */
export function sectionOptions(names: string): SectionOptions {
  const found: Record<string, "" | "?" | "!" | "?!"> = {};
  for (const word of names.split(" ")) {
    const [, name = "", marks] = /^([^?!]+)(\??!?)$/.exec(word) ?? [];
    found[name] = (marks ?? "") as "" | "?" | "!" | "?!";
  }
  return found;
}

/** Digest of a file; of an empty one where nothing is in it. */
export function sectionDigest(file: SectionFile): string {
  const lines = [...file].map(([id, section]) => `${id}\n${JSON.stringify([...section])}`);
  return createHash("sha1").update(lines.join("\n")).digest("hex");
}

/** Fails where the digest given is not that of what is there now. */
export function assertUnchanged(now: string, given: string | undefined): void {
  if (given === undefined || given === "" || given === now) return;
  throw die("detected modified configuration - file changed by other user? Try again.");
}

/** A parameter in the form that a configuration file gives it back. */
export function sectionValue(endpoint: Endpoint, params: LabParams, name: string): SectionValue {
  const schema = endpoint.parameters[name];
  if (schema?.type === "array") return params.array(name);
  const text = params.need(name);
  const isNumber = schema?.type === "integer" || schema?.type === "number";
  if (schema?.type === "boolean") return params.flag(name) ? 1 : 0;
  return isNumber ? Number(text) : text;
}

/** Fails where a value is more than a line of the file. (pve-common, src/PVE/SectionConfig.pm: check_value) */
export function assertLine(value: unknown): void {
  if (typeof value === "string" && /[\n\r]/.test(value)) throw die("property contains a line feed");
}

/** What the file gives back of a section: it has no lines for empty values. */
export function kept<T>(section: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...section].filter(([, value]) => value !== ""));
}

/** What a check of parameters against a type of section works on. */
export interface SectionCheck {
  readonly type: string;
  readonly options: SectionOptions;
  /** Whether the section is made now: all that is required must be there. */
  readonly create: boolean;
  /** Parameters that are no properties: the id, `digest`, `delete`. */
  readonly without: readonly string[];
}

/** The properties given, for a section of this type. (pve-common, src/PVE/SectionConfig.pm: check_config) */
export function checkSection(endpoint: Endpoint, params: LabParams, check: SectionCheck): Section {
  const { type, options, create, without } = check;
  const found: Section = new Map([["type", type]]);
  for (const name of params.names()) {
    if (without.includes(name)) continue;
    if (name === "type" && params.text(name) === type) continue;
    const marks = options[name];
    if (marks === undefined) throw die(`unexpected property '${name}'`);
    if (!create && marks.includes("!")) throw die(`can't change value of fixed parameter '${name}'`);
    const value = sectionValue(endpoint, params, name);
    assertLine(value);
    found.set(name, value);
  }
  if (!create) return found;
  for (const [name, marks] of Object.entries(options)) {
    if (marks.includes("?") || params.has(name)) continue;
    throw die(`missing value for required option '${name}'`);
  }
  return found;
}

/** Takes the properties named in `delete` out. (same file: delete_from_config) */
export function deleteFromSection(
  section: Section,
  options: SectionOptions,
  given: Section,
  names: string | undefined,
): void {
  for (const name of splitList(names ?? "")) {
    const marks = options[name];
    if (marks === undefined) throw die(`no such option '${name}'`);
    if (!marks.includes("?")) throw die(`unable to delete required option '${name}'`);
    if (marks.includes("!")) throw die(`unable to delete fixed option '${name}'`);
    if (given.has(name)) throw die(`cannot set and delete property '${name}' at the same time!`);
    section.delete(name);
  }
}

/** Runs a change as it runs under the lock of its file: faults arrive as 500, with what was tried before them. */
export function underLock<T>(what: string | undefined, change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw die(what === undefined ? faultText(error) : `${what}: ${faultText(error)}`);
  }
}
