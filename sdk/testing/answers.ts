import { ScenarioFailure } from "./expect.ts";
import type { ToolAnswer } from "./scenario.ts";

/** Rows or fields by name; the client has held them against the tool's result schema. */
export type Shown = Readonly<Record<string, unknown>>;

/** The rows of a list. Throws a {@link ScenarioFailure} where the answer is none. */
export function rowsOf({ data, text }: ToolAnswer): readonly Shown[] {
  if (isShown(data) && Array.isArray(data.rows) && data.rows.every(isShown)) return data.rows;
  throw new ScenarioFailure(`the answer has no rows: ${text}`);
}

/** The fields of a record. Throws a {@link ScenarioFailure} where the answer is none. */
export function fieldsOf({ data, text }: ToolAnswer): Shown {
  if (isShown(data) && isShown(data.fields)) return data.fields;
  throw new ScenarioFailure(`the answer has no fields: ${text}`);
}

/** A request that a dry run says the call would send. */
export interface PlannedStep {
  readonly method: string;
  readonly path: string;
  readonly params: Shown;
}

/** The requests that a dry run answers. Throws a {@link ScenarioFailure} where the answer is of another kind. */
export function stepsOf({ data, text }: ToolAnswer): readonly PlannedStep[] {
  if (isShown(data) && Array.isArray(data.steps) && data.steps.every(isPlanned))
    return data.steps.map(({ method, path, params }) => ({ method, path, params }));
  throw new ScenarioFailure(`the answer has no steps: ${text}`);
}

function isPlanned(value: unknown): value is PlannedStep {
  return (
    isShown(value) &&
    typeof value.method === "string" &&
    typeof value.path === "string" &&
    isShown(value.params)
  );
}

/** A field that is itself a record, such as a configuration. Throws a {@link ScenarioFailure} where it is none. */
export function recordIn(value: unknown): Shown {
  if (isShown(value)) return value;
  throw new ScenarioFailure(`${JSON.stringify(value)} is no record`);
}

/** Says which of the keys are not as in `expected`; what is absent, empty or 0 on both sides is alike. */
export function differing(shown: Shown | undefined, expected: Shown, keys: readonly string[]): string[] {
  const value = (of: Shown | undefined, key: string) => JSON.stringify(of?.[key] || "");
  return keys
    .filter((key) => value(shown, key) !== value(expected, key))
    .map((key) => `${key}: ${value(shown, key)} instead of ${value(expected, key)}`);
}

function isShown(value: unknown): value is Shown {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
