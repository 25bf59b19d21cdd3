import { checkObject, Faults, type ObjectSchema } from "./check.ts";
import type { CallParams, Endpoint, ParamFault, ParamSchema } from "./types.ts";
import { toWire, type WireValue } from "./wire.ts";

const NUMBERED = /^(.*?)(0|[1-9]\d*)$/;

/**
 * The schema of a parameter by the name a call uses: `cores`, or `net0` for
 * what is declared as `net[n]`. Undefined beyond the highest index.
 */
export function paramSchema(endpoint: Endpoint, name: string): ParamSchema | undefined {
  const { parameters } = endpoint;
  const exact = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (exact !== undefined && exact.indexed !== true) return exact;
  const numbered = NUMBERED.exec(name);
  if (numbered === null) return undefined;
  const family = `${numbered[1]}[n]`;
  const schema = Object.hasOwn(parameters, family) ? parameters[family] : undefined;
  if (schema?.indexed !== true) return undefined;
  return Number(numbered[2]) <= (schema.maxIndex ?? Number.POSITIVE_INFINITY) ? schema : undefined;
}

const schemas = new WeakMap<Endpoint, ObjectSchema>();

function schemaFor(endpoint: Endpoint): ObjectSchema {
  let schema = schemas.get(endpoint);
  if (schema === undefined) {
    schema = {
      named: Object.fromEntries(Object.entries(endpoint.parameters).filter(([, param]) => !param.indexed)),
      schemaOf: (name) => paramSchema(endpoint, name),
      open: endpoint.additionalProperties !== false,
    };
    schemas.set(endpoint, schema);
  }
  return schema;
}

/** True for parameters that the API wants percent-encoded inside their value (`sshkeys`). */
function isPercentEncoded(schema: ParamSchema | undefined): boolean {
  return schema?.format === "urlencoded";
}

type WireParams = Readonly<Record<string, WireValue>>;

function wireParams(endpoint: Endpoint, params: CallParams, encodes: boolean): WireParams {
  const wire = Object.entries(params).flatMap(([name, given]): [string, WireValue][] => {
    const schema = paramSchema(endpoint, name);
    const value = toWire(given, schema);
    if (value === undefined) return [];
    const encoded = encodes && isPercentEncoded(schema) && typeof value === "string";
    return [[name, encoded ? encodeURIComponent(value) : value]];
  });
  return Object.fromEntries(wire);
}

function checkEncoded(
  endpoint: Endpoint,
  wire: WireParams,
  exact: string | undefined,
): readonly ParamFault[] {
  const faults = new Faults(exact);
  checkObject("", schemaFor(endpoint), wire, faults);
  return faults.list();
}

/** Judges a caller's parameters; see {@link Catalog.check}. */
export function checkParams(endpoint: Endpoint, params: CallParams): readonly ParamFault[] {
  return checkEncoded(endpoint, wireParams(endpoint, params, true), undefined);
}

/** Judges what arrived on the wire; see {@link Catalog.checkWire}. */
export function checkWireParams(
  endpoint: Endpoint,
  params: CallParams,
  release: string,
): readonly ParamFault[] {
  return checkEncoded(endpoint, wireParams(endpoint, params, false), release);
}

/** A caller's parameters as the wire takes them; see {@link Catalog.encode}. */
export function encodeParams(
  endpoint: Endpoint,
  params: CallParams,
): Readonly<Record<string, string | readonly string[]>> {
  const encoded = Object.entries(wireParams(endpoint, params, true)).map(
    ([name, value]): [string, string | readonly string[]] => [
      name,
      Array.isArray(value) ? value.map(textOf) : textOf(value),
    ],
  );
  return Object.fromEntries(encoded);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
