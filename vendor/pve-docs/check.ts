import { namedFormat } from "./formats/index.ts";
import type { FieldsCheck } from "./formats/types.ts";
import { perlPattern } from "./perl-pattern.ts";
import { parsePropertyString } from "./property-string.ts";
import type { ParamFault, ParamSchema } from "./types.ts";
import type { WireValue } from "./wire.ts";

const MISSING = "property is missing and it is not optional";
const UNKNOWN = "property is not defined in schema and the schema does not allow additional properties";
const INTEGER = /^[+-]?\p{Nd}+\n?$/u;
const NUMBER = /^[+-]?(?:\p{Nd}+\.\p{Nd}+|\p{Nd}+\.|\.\p{Nd}+|\p{Nd}+)(?:[eE][+-]?\p{Nd}+)?\n?$/u;

/** Collects faults by parameter; a second one for the same parameter is joined as Proxmox joins them. */
export class Faults {
  readonly #messages = new Map<string, string>();
  /** The release whose own lists values are held to; undefined where they may be of any version. */
  readonly exact: string | undefined;

  constructor(exact: string | undefined) {
    this.exact = exact;
  }

  add(path: string, message: string): void {
    const before = this.#messages.get(path);
    this.#messages.set(path, before === undefined ? message : `${before}\\n${message}`);
  }

  get isEmpty(): boolean {
    return this.#messages.size === 0;
  }

  list(): readonly ParamFault[] {
    return [...this.#messages].map(([param, message]) => ({ param, message }));
  }

  addAll(other: Faults): void {
    for (const { param, message } of other.list()) this.add(param, message);
  }
}

/** Names and schemas of an object's properties. */
export interface ObjectSchema {
  /** Properties that must be looked at even when not given. */
  readonly named: Readonly<Record<string, ParamSchema>>;
  /** Schema of a given name, also of `net0` for `net[n]`. */
  schemaOf(name: string): ParamSchema | undefined;
  /** False: unknown names are faults. */
  readonly open: boolean;
}

type WireObject = Readonly<Record<string, WireValue | undefined>>;

function typeFault(schema: ParamSchema, value: WireValue): string | undefined {
  const { type } = schema;
  if (type === undefined) return undefined;
  const failed = `type check ('${type}') failed`;
  if (type === "array") return Array.isArray(value) ? undefined : failed;
  if (type === "object") return typeof value === "object" && !Array.isArray(value) ? undefined : failed;
  if (typeof value !== "string") return `${failed} - got ${Array.isArray(value) ? "ARRAY" : "HASH"}`;
  if (type === "null") return `${failed} - value is not null`;
  const good =
    type === "boolean"
      ? value === "0" || value === "1"
      : type === "integer"
        ? INTEGER.test(value)
        : type === "number"
          ? NUMBER.test(value)
          : true;
  return good ? undefined : `${failed} - got '${value}'`;
}

/** Reads a property string and checks its fields. `open`: unknown keys are let through. */
function propertyStringFault(
  text: string,
  fields: Readonly<Record<string, ParamSchema>>,
  path: string,
  options: {
    readonly exact: string | undefined;
    readonly open: boolean;
    readonly judges: readonly (FieldsCheck | undefined)[];
  },
): string | undefined {
  const parsed = parsePropertyString(text, fields);
  if (parsed.fault !== undefined) return `${parsed.fault}\n`;
  const inner = new Faults(options.exact);
  checkObject(path, fieldsSchema(fields, options.open), parsed.fields, inner);
  if (!inner.isEmpty) {
    const lines = inner.list().map(({ param, message }) => `${param}: ${message}\n`);
    return `format error\n${lines.join("")}`;
  }
  for (const judge of options.judges) {
    const fault = judge?.(parsed.fields);
    if (fault !== undefined) return `${fault}\n`;
  }
  return undefined;
}

function formatFault(
  format: ParamSchema["format"],
  value: string,
  path: string,
  exact: string | undefined,
): string | undefined {
  if (format === undefined) return undefined;
  if (typeof format === "object") {
    return propertyStringFault(value, format, path, { exact, open: false, judges: [] });
  }
  const known = namedFormat(format);
  if (known === undefined) return undefined;
  if ("fields" in known) {
    const judges = [known.validate, exact === undefined ? undefined : known.exact];
    return propertyStringFault(value, known.fields, path, { exact, open: exact === undefined, judges });
  }
  const fault = known.check?.(value) ?? (exact === undefined ? undefined : known.exact?.(value, exact));
  return fault === undefined ? undefined : `${fault}\n`;
}

function boundsFault(schema: ParamSchema, value: string): string | undefined {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    return `value may only be ${schema.maxLength} characters long`;
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    return `value must be at least ${schema.minLength} characters long`;
  }
  if (!NUMBER.test(value)) return undefined;
  const number = Number(value);
  if (schema.maximum !== undefined && number > schema.maximum) {
    return `value must have a maximum value of ${schema.maximum}`;
  }
  if (schema.minimum !== undefined && number < schema.minimum) {
    return `value must have a minimum value of ${schema.minimum}`;
  }
  return undefined;
}

function stringFault(
  schema: ParamSchema,
  value: string,
  path: string,
  exact: string | undefined,
): string | undefined {
  const format = formatFault(schema.format, value, path, exact);
  if (format !== undefined) return `invalid format - ${format}`;
  if (schema.pattern !== undefined && !perlPattern(schema.pattern).test(value)) {
    return "value does not match the regex pattern";
  }
  const bounds = boundsFault(schema, value);
  if (bounds !== undefined) return bounds;
  // Facts may hold numbers where the schema was written with numbers.
  if (schema.enum !== undefined && !schema.enum.some((allowed) => String(allowed) === value)) {
    return `value '${value}' does not have a value in the enumeration '${schema.enum.join(", ")}'`;
  }
  return undefined;
}

function checkOneOf(
  value: WireValue | undefined,
  schema: ParamSchema,
  path: string,
  faults: Faults,
  kind: string | undefined,
): void {
  const alternatives = schema.oneOf ?? [];
  if (schema.typeProperty !== undefined) {
    for (const inner of alternatives) {
      if (kind !== undefined && inner.instanceTypes?.includes(kind)) checkProp(value, inner, path, faults);
    }
    return;
  }
  let firstFaults: Faults | undefined;
  for (const inner of alternatives) {
    const tried = new Faults(faults.exact);
    checkProp(value, inner, path, tried);
    if (tried.isEmpty) return;
    firstFaults ??= tried;
  }
  if (firstFaults !== undefined) faults.addAll(firstFaults);
}

function checkProp(
  value: WireValue | undefined,
  schema: ParamSchema,
  path: string,
  faults: Faults,
  kind?: string,
): void {
  if (schema.oneOf !== undefined) checkOneOf(value, schema, path, faults, kind);
  if (value === undefined) {
    const mayLack = schema.optional || schema.alias !== undefined || schema.typeProperty !== undefined;
    if (!mayLack && schema.type !== "null") faults.add(path, MISSING);
    return;
  }
  const wrongType = typeFault(schema, value);
  if (wrongType !== undefined) {
    faults.add(path, wrongType);
    return;
  }
  if (typeof value === "string") {
    const fault = stringFault(schema, value, path, faults.exact);
    if (fault !== undefined) faults.add(path, fault);
    return;
  }
  const { items } = schema;
  if (Array.isArray(value) && items !== undefined) {
    value.forEach((item, index) => {
      checkProp(item, items, `${path}[${index}]`, faults);
    });
  }
}

/** The fields of a property string as an object's schema. */
function fieldsSchema(fields: Readonly<Record<string, ParamSchema>>, open: boolean): ObjectSchema {
  return {
    named: fields,
    schemaOf: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
    open,
  };
}

function kindOf(schema: ParamSchema, value: WireObject): string | undefined {
  const kind = schema.typeProperty === undefined ? undefined : value[schema.typeProperty];
  return typeof kind === "string" ? kind : undefined;
}

/** True when a `oneOf` has an alternative for the object's type. */
function hasAlternative(schema: ParamSchema, value: WireObject): boolean {
  if (schema.oneOf === undefined) return true;
  const kind = kindOf(schema, value);
  return schema.oneOf.some(
    ({ instanceTypes }) =>
      instanceTypes === undefined || (kind !== undefined && instanceTypes.includes(kind)),
  );
}

/**
 * Checks an object's properties in the order and the words of Proxmox VE.
 * (pve-common, src/PVE/JSONSchema.pm, check_object and check_prop)
 */
export function checkObject(path: string, schema: ObjectSchema, value: WireObject, faults: Faults): void {
  const below = (name: string): string => (path === "" ? name : `${path}.${name}`);
  for (const [name, inner] of Object.entries(schema.named)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    checkProp(given, inner, below(name), faults, kindOf(inner, value));
  }
  for (const [name, given] of Object.entries(value)) {
    if (given === undefined) continue;
    const inner = schema.schemaOf(name);
    if (inner !== undefined && !Object.hasOwn(schema.named, name))
      checkProp(given, inner, below(name), faults);
    if (inner?.requires !== undefined && value[inner.requires] === undefined) {
      faults.add(below(inner.requires), `missing property required by '${below(name)}'`);
    }
    const known = inner !== undefined && hasAlternative(inner, value);
    if (!known && !schema.open) faults.add(below(name), UNKNOWN);
  }
}
