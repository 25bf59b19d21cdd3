import { readFileSync } from "node:fs";
import { PluginFault, reasonOf } from "./fault.ts";

/** A JSON object whose fields are not yet checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for objects that are neither null nor arrays. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a file that holds one JSON object. Throws a {@link PluginFault} that names the file. */
export function readJsonObject(file: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new PluginFault(`${file} cannot be read as JSON: ${reasonOf(error)}`, { cause: error });
  }
  if (!isObject(parsed)) throw new PluginFault(`${file} must hold a JSON object`);
  return parsed;
}

/** Checks the fields of one JSON object and collects what is wrong with them. */
export class FieldChecks {
  readonly #object: JsonObject;
  readonly faults: string[] = [];

  constructor(object: JsonObject, known: readonly string[]) {
    this.#object = object;
    for (const key of Object.keys(object))
      if (key !== "$schema" && !known.includes(key))
        this.faults.push(`"${key}" is not known here (known: ${known.join(", ")})`);
  }

  /** A required text; `""` after a fault. */
  text(key: string, pattern: RegExp, meaning: string): string {
    const value = this.#object[key];
    if (typeof value === "string" && pattern.test(value)) return value;
    const found = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
    this.faults.push(`"${key}" ${found}; it must be ${meaning}`);
    return "";
  }

  /** A text that may be left out. */
  optionalText(key: string, pattern: RegExp, meaning: string): string | undefined {
    return this.#object[key] === undefined ? undefined : this.text(key, pattern, meaning);
  }

  /** A list of words out of `allowed`. */
  words<T extends string>(key: string, allowed: readonly T[]): readonly T[] {
    const value = this.#object[key];
    const isAllowed = (word: unknown): word is T => allowed.some((known) => known === word);
    if (Array.isArray(value) && value.every(isAllowed)) return value;
    this.faults.push(`"${key}" must be a list of: ${allowed.join(", ")}`);
    return [];
  }

  /** Throws a {@link PluginFault} naming every fault, if there is any. */
  finish(where: string): void {
    if (this.faults.length > 0) throw new PluginFault(`${where}: ${this.faults.join("; ")}`);
  }
}
