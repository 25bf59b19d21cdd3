import { customCleanEnv, makeExactValidator } from "envalid";
import type { Definition, Definitions, ValuesOf } from "./definition.ts";
import { ParseFault, type SettingFault } from "./errors.ts";
import type { Machine } from "./paths.ts";
import { type Environment, readTexts } from "./texts.ts";

/** What a table's variables were set to. */
export interface ReadValues<Table> {
  readonly values: ValuesOf<Table>;
  readonly faults: readonly SettingFault[];
  /** Variables that are set, sound or not. */
  readonly given: ReadonlySet<string>;
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads every variable of a table from an environment. */
export function readValues<Table extends Definitions>(
  table: Table,
  env: Environment,
  machine: Machine,
): ReadValues<Table> {
  const names = Object.keys(table);
  const { texts, faults: fileFaults, given } = readTexts(env, names);
  const faults = [...fileFaults];
  const reported = new Set(fileFaults.flatMap(({ name }) => [name, name.replace(/_FILE$/, "")]));
  const specs = Object.fromEntries(
    Object.entries(table).map(([name, definition]) => [name, spec(definition, machine)]),
  );
  const values = customCleanEnv(Object.fromEntries(texts), specs, (cleaned) => cleaned, {
    reporter: ({ errors }) => {
      for (const [name, { accepts }] of Object.entries(table)) {
        const error: unknown = errors[name];
        if (error !== undefined && !reported.has(name)) faults.push(asFault(name, accepts, error));
      }
    },
  });
  // The specs were made from the table one by one, so the values have the table's types.
  return { values: values as unknown as ValuesOf<Table>, faults, given, texts };
}

function spec(definition: Definition<NonNullable<unknown>>, machine: Machine) {
  const validator = makeExactValidator<NonNullable<unknown>>((text) => definition.parse(text, machine));
  return definition.required === true ? validator() : validator({ default: definition.fallback });
}

function asFault(name: string, accepts: string, error: unknown): SettingFault {
  if (error instanceof ParseFault) return { name, wrong: error.message, accepted: error.accepted ?? accepts };
  const wrong = error instanceof ReferenceError ? "it is not set" : "it cannot be read";
  return { name, wrong, accepted: accepts };
}
