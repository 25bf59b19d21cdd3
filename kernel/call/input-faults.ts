import { describeSchema } from "./describe-schema.ts";
import {
  asSchema,
  isPlainObject,
  type JsonSchema,
  propertiesOf,
  propertyNames,
  propertySchema,
  requiredOf,
} from "./json-schema.ts";
import { nearest } from "./suggest.ts";

/** One fault of the arguments: where, what was wrong, what is accepted. */
export interface InputFault {
  /** `vmid`, `disks[0].size`; empty for the arguments as a whole. */
  readonly field: string;
  readonly message: string;
}

/** True when the value satisfies the schema. */
export type SchemaCheck = (schema: JsonSchema, value: unknown) => boolean;

/** How the message about an argument that the schema does not know begins. */
export const UNKNOWN_ARGUMENT = "is no argument of this tool";

const LONGEST_SHOWN = 60;

/**
 * All faults of a value that its schema refused, one a field. Never throws and never answers an
 * empty list. `mask` answers how a value may be shown under its field's name.
 */
export function inputFaults(
  schema: JsonSchema,
  value: unknown,
  check: SchemaCheck,
  mask: (name: string, value: unknown) => unknown,
): readonly InputFault[] {
  const faults = faultsAt(schema, value, "");
  return faults.length > 0 ? faults : [{ field: "", message: "these arguments do not go together" }];

  function faultsAt(at: JsonSchema, part: unknown, field: string): InputFault[] {
    if (passes(at, part)) return [];
    let inner: InputFault[] = [];
    if (isPlainObject(part) && isPlainObject(at.properties)) inner = objectFaults(at, part, field);
    else if (Array.isArray(part) && isPlainObject(at.items)) {
      const items = at.items;
      inner = part.flatMap((item, index) => faultsAt(items, item, `${field}[${index}]`));
    }
    if (inner.length > 0) return inner;
    if (field === "" && isPlainObject(part)) return [];
    return [{ field, message: `got ${shown(field, part)}; expects ${describeSchema(at)}` }];
  }

  function objectFaults(
    at: JsonSchema,
    part: Readonly<Record<string, unknown>>,
    field: string,
  ): InputFault[] {
    const properties = propertiesOf(at);
    const given = Object.keys(part).filter((name) => part[name] !== undefined);
    const path = (name: string) => (field === "" ? name : `${field}.${name}`);
    const missing = requiredOf(at)
      .filter((name) => !given.includes(name))
      .map((name) => ({
        field: path(name),
        message: `is missing; expects ${describeSchema(asSchema(properties[name]))}`,
      }));
    const known = given.flatMap((name) => {
      const schema = propertySchema(at, name);
      return schema ? faultsAt(schema, part[name], path(name)) : [];
    });
    const extra = given
      .filter((name) => propertySchema(at, name) === undefined && !allowedExtra(at, part[name]))
      .map((name) => ({ field: path(name), message: unknownArgument(name, at) }));
    return [...missing, ...known, ...extra];
  }

  function allowedExtra(at: JsonSchema, part: unknown): boolean {
    const extra = at.additionalProperties;
    return isPlainObject(extra) ? passes(extra, part) : extra !== false;
  }

  function passes(at: JsonSchema, part: unknown): boolean {
    try {
      return check(at, part);
    } catch {
      return false;
    }
  }

  function shown(field: string, part: unknown): string {
    const name = /([^.[\]]+)(?:\[\d+\])*$/.exec(field)?.[1] ?? field;
    const text = printed(mask(name, part));
    return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  }
}

/** Faults as lines of one message. */
export function describeFaults(faults: readonly InputFault[]): string {
  return faults.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`)).join("; ");
}

function unknownArgument(name: string, schema: JsonSchema): string {
  const group = Object.entries(propertiesOf(schema)).find(([, part]) =>
    Object.hasOwn(propertiesOf(part), name),
  );
  if (group !== undefined) return `${UNKNOWN_ARGUMENT}; it goes into ${group[0]}`;
  const known = propertyNames(schema);
  const near = nearest(name, known, 1)[0] ?? nearest(name.replace(/\d+$/, "[n]"), known, 1)[0];
  return near === undefined ? UNKNOWN_ARGUMENT : `${UNKNOWN_ARGUMENT}; did you mean ${near}?`;
}

function printed(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "a value that cannot be shown";
  }
}
