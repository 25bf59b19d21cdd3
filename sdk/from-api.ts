import { type Static, type TProperties, type TSchema, type TUnsafe, Type } from "typebox";
import { loadCatalog, releases } from "../vendor/pve-docs/catalog.ts";
import { paramsAbove } from "../vendor/pve-docs/risk.ts";
import { isAlwaysRootOnly } from "../vendor/pve-docs/root-only.ts";
import type { ApiMethod, Endpoint, ParamSchema } from "../vendor/pve-docs/types.ts";
import { featured } from "./featured.ts";
import { familyPattern, isFamily, paramInput } from "./from-api-schema.ts";
import { type DefaultKind, defaulted } from "./inputs.ts";
import type { Risk } from "./risk.ts";
import type { ParamValue } from "./steps.ts";

/** Placeholders of a path: `"node" | "vmid"`. */
type Placeholders<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** Types of parameters that mean the same wherever they occur. */
interface WellKnown {
  readonly newid?: number;
  readonly "target-vmid"?: number;
  readonly target?: string;
  readonly storage?: string;
  readonly snapname?: string;
  readonly pool?: string;
}

type Left<Key extends string, Without extends string, Extra> = Exclude<
  Placeholders<Key>,
  Without | keyof Extra | keyof WellKnown
>;

/** Input of a tool made by {@link fromApi}: path values and `extra` with their types, the rest as parameter values. */
export type ApiInput<Key extends string, Without extends string, Extra extends TProperties> = {
  readonly [Name in Left<Key, Without, Extra>]: Name extends "vmid" ? number : string;
} & Omit<WellKnown, keyof Extra> &
  Static<ReturnType<typeof Type.Object<Extra>>> & { readonly [param: string]: ParamValue };

/**
 * Which of an endpoint's parameters a tool takes, and how. Naming a parameter in
 * `only`, `named`, `describe`, `require`, `optional` or `defaults` keeps it where
 * it would be left out. Indexed families are named as declared: `net[n]`.
 */
export interface FromApiOptions<Without extends string, Extra extends TProperties> {
  /** Parameters to leave out, such as `node` where the tool finds it. */
  readonly without?: readonly Without[];
  /** Nothing but these (and what the path needs). */
  readonly only?: readonly string[];
  /** Our own words for parameters; the catalog has none. */
  readonly describe?: Readonly<Record<string, string>>;
  /** Optional for the API, required by the tool. */
  readonly require?: readonly string[];
  /** Required by the API, optional for the tool, which fills them in. */
  readonly optional?: readonly string[];
  /** Inputs of the tool's own; they replace parameters of the same name. */
  readonly extra?: Extra;
  /** Parameters above the tool's risk to keep. */
  readonly named?: readonly string[];
  /** The tool's risk; the endpoint's where left out. */
  readonly risk?: Risk;
  /**
   * Parameters that matter most, besides those of the path and `extra`: the list of tools shows these and says
   * that the others are taken as well. Of a family one member, such as `net0`. All are shown where left out.
   */
  readonly featured?: readonly string[];
  /** Parameters that the operator's defaults fill in. */
  readonly defaults?: Readonly<Record<string, DefaultKind>>;
}

/** Left out unless named: the kernel's business, or meant for Proxmox's own use. */
const INTERNAL: ReadonlySet<string> = new Set(["digest", "skiplock", "background_delay", "lock"]);

function endpointOf(key: string): Endpoint {
  for (const release of releases().toReversed()) {
    const endpoint = loadCatalog(release).endpoint(key);
    if (endpoint !== undefined) return endpoint;
  }
  throw new Error(`The API has no ${key}`);
}

function refuseUnknown(endpoint: Endpoint, key: string, names: Iterable<string>, extra: object): void {
  const unknown = [...names].filter((name) => !Object.hasOwn(endpoint.parameters, name) && !(name in extra));
  if (unknown.length > 0) throw new Error(`${key} has no parameter ${unknown.join(", ")}`);
}

function endpointRisk(endpoint: Endpoint): Risk {
  return loadCatalog().risk(endpoint);
}

/**
 * Makes a tool's input from an endpoint of the API: types, enumerations and bounds as
 * declared, `net[n]` as `net0`, `net1`, …, lists as arrays or text, property strings as
 * text that names their keys. Leaves out `digest`, `skiplock`, what only root@pam may
 * set and what is above the tool's risk. Throws for an endpoint or parameter that the
 * API does not have.
 */
export function fromApi<
  const Key extends `${ApiMethod} /${string}`,
  const Without extends string = never,
  // An empty record of schemas: a tool without inputs of its own.
  Extra extends TProperties = Record<never, TSchema>,
>(key: Key, options: FromApiOptions<Without, Extra> = {}): TUnsafe<ApiInput<Key, Without, Extra>> {
  const endpoint = endpointOf(key);
  const { describe = {}, require = [], optional = [], defaults = {}, named = [], only } = options;
  const extra: TProperties = options.extra ?? {};
  const mentioned = new Set([
    ...Object.keys(describe),
    ...Object.keys(defaults),
    ...[require, optional, named, only ?? []].flat(),
  ]);
  const without: ReadonlySet<string> = new Set(options.without ?? []);
  refuseUnknown(endpoint, key, [...mentioned, ...without], extra);

  const above = paramsAbove(endpoint, options.risk ?? endpointRisk(endpoint));
  const keeps = (name: string): boolean => {
    if (without.has(name) || name in extra) return false;
    if (mentioned.has(name) || endpoint.path.includes(`{${name}}`)) return true;
    if (only !== undefined || INTERNAL.has(name) || above.has(name)) return false;
    return !isAlwaysRootOnly(endpoint, name);
  };
  const isOptional = (name: string, schema: ParamSchema): boolean =>
    optional.includes(name) || (schema.optional === true && !require.includes(name));

  const properties: TProperties = { ...extra };
  const patternProperties: Record<string, TSchema> = {};
  for (const [name, schema] of Object.entries(endpoint.parameters)) {
    if (!keeps(name)) continue;
    const made = paramInput(schema, describe[name]);
    if (isFamily(schema)) {
      patternProperties[familyPattern(name, schema.maxIndex ?? 0)] = made;
      continue;
    }
    const kind = defaults[name];
    const input = kind === undefined ? made : defaulted(kind, made);
    properties[name] = isOptional(name, schema) ? Type.Optional(input) : input;
  }
  const families = Object.keys(patternProperties).length > 0 ? { patternProperties } : {};
  const input = Type.Object(properties, { ...families, additionalProperties: false });
  const isAlways = (name: string): boolean =>
    name in extra || endpoint.path.includes(`{${name}}`) || endpoint.parameters[name]?.optional !== true;
  const always = Object.keys(properties).filter(isAlways);
  return Type.Unsafe<ApiInput<Key, Without, Extra>>(
    options.featured === undefined ? input : featured(input, [...always, ...options.featured], key),
  );
}

/** Defaults that an endpoint declares for its parameters, by name; for what a record may leave out. */
export function apiDefaults(key: `${ApiMethod} /${string}`): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(endpointOf(key).parameters).flatMap(([name, schema]) =>
      schema.default === undefined ? [] : [[name, schema.default]],
    ),
  );
}
