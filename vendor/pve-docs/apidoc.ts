import type { ApiFacts, Json } from "./facts.ts";
import { isApiMethod } from "./match.ts";
import type { Endpoint } from "./types.ts";

/** A JSON object. */
type JsonObject = Readonly<Record<string, Json>>;

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTruthy(value: Json | undefined): boolean {
  return value === true || value === 1 || value === "1";
}

/** The first array literal of the script: `const apiSchema = […];`, once `var pveapi = […];`. */
function schemaLiteral(script: string): string {
  const start = script.search(/\b(?:apiSchema|pveapi)\s*=\s*\[/);
  if (start === -1) throw new Error("The script holds no API schema");
  const from = script.indexOf("[", start);
  let depth = 0;
  let quoted = false;
  for (let at = from; at < script.length; at++) {
    const char = script[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "[") depth++;
    else if (char === "]" && --depth === 0) return script.slice(from, at + 1);
  }
  throw new Error("The API schema of the script does not end");
}

/** Names of upstream's schema language against ours. */
const RENAMED: Readonly<Record<string, string>> = {
  default_key: "defaultKey",
  "type-property": "typeProperty",
  "instance-types": "instanceTypes",
};
const STRUCTURE = [
  "type",
  "enum",
  "format",
  "alias",
  "keyAlias",
  "defaultKey",
  "typeProperty",
  "instanceTypes",
];
const BOUNDS = ["minimum", "maximum", "minLength", "maxLength"];
/** Longer defaults are explanations. */
const MOST_WORDS_OF_DEFAULT = 4;

function isPlainDefault(value: Json | undefined): value is string | number {
  if (typeof value === "number") return true;
  return typeof value === "string" && value.trim().split(/\s+/).length <= MOST_WORDS_OF_DEFAULT;
}

function schemas(value: JsonObject, full: boolean): JsonObject {
  const named = Object.entries(value).flatMap(([name, inner]): [string, Json][] =>
    isObject(inner) ? [[name, schemaFacts(inner, full)]] : [],
  );
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Parts that hold further schemas. */
function nested(raw: JsonObject, full: boolean): JsonObject {
  const { items, properties, oneOf, format, additionalProperties } = raw;
  return {
    ...(isObject(format) ? { format: schemas(format, full) } : {}),
    ...(isObject(items) ? { items: schemaFacts(items, full) } : {}),
    ...(isObject(properties) ? { properties: schemas(properties, full) } : {}),
    ...(Array.isArray(oneOf)
      ? { oneOf: oneOf.map((one) => (isObject(one) ? schemaFacts(one, full) : one)) }
      : {}),
    ...(isObject(additionalProperties)
      ? { additionalProperties: schemaFacts(additionalProperties, full) }
      : additionalProperties === undefined || full
        ? {}
        : { additionalProperties: isTruthy(additionalProperties) }),
  };
}

/** A schema without prose; `full` with bounds, patterns and defaults, as parameters need them. */
function schemaFacts(upstream: JsonObject, full: boolean): JsonObject {
  const raw: JsonObject = Object.fromEntries(
    Object.entries(upstream).map(([key, value]) => [RENAMED[key] ?? key, value]),
  );
  const kept: Record<string, Json> = {};
  for (const key of STRUCTURE) {
    const value = raw[key];
    if (value !== undefined && value !== null && !(key === "format" && isObject(value))) kept[key] = value;
  }
  if (isTruthy(raw.optional)) kept.optional = true;
  if (full) {
    for (const key of BOUNDS) if (raw[key] !== undefined) kept[key] = Number(raw[key]);
    if (typeof raw.pattern === "string") kept.pattern = raw.pattern;
    if (typeof raw.requires === "string") kept.requires = raw.requires;
    if (isPlainDefault(raw.default)) kept.default = raw.default;
  }
  return { ...kept, ...nested(raw, full) };
}

function permissionFacts(raw: JsonObject, present: Endpoint | undefined): JsonObject {
  return {
    ...(typeof raw.user === "string" ? { user: raw.user } : {}),
    ...(raw.check === undefined ? {} : { check: raw.check }),
    ...(present?.permissions?.codeChecks === true ? { codeChecks: true } : {}),
  };
}

/** What apidoc.js does not say: how far indexed names go. */
function withIndexes(parameters: JsonObject, highest: ReadonlyMap<string, number>): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, schema]) => {
      if (!name.endsWith("[n]") || !isObject(schema)) return [name, schema];
      const maxIndex = highest.get(name);
      return [name, { ...schema, indexed: true, ...(maxIndex === undefined ? {} : { maxIndex }) }];
    }),
  );
}

function endpointFacts(
  path: string,
  method: string,
  info: JsonObject,
  present: Endpoint | undefined,
  highest: ReadonlyMap<string, number>,
): JsonObject {
  const parameters = isObject(info.parameters) ? info.parameters : {};
  const properties = isObject(parameters.properties) ? schemas(parameters.properties, true) : {};
  return {
    path,
    method,
    name: typeof info.name === "string" ? info.name : "",
    parameters: withIndexes(properties, highest),
    ...(parameters.additionalProperties === undefined
      ? {}
      : { additionalProperties: isTruthy(parameters.additionalProperties) }),
    returns: isObject(info.returns) ? schemaFacts(info.returns, false) : {},
    ...(isObject(info.permissions) ? { permissions: permissionFacts(info.permissions, present) } : {}),
    ...(isTruthy(info.protected) ? { protected: true } : {}),
    ...(typeof info.proxyto === "string" ? { proxyto: info.proxyto } : {}),
    allowtoken: info.allowtoken === undefined || isTruthy(info.allowtoken),
    ...(isTruthy(info.expose_credentials) ? { expose_credentials: true } : {}),
    ...(isTruthy(info.download_allowed) ? { download_allowed: true } : {}),
    ...(present?.task === true ? { task: true } : {}),
  };
}

/** Highest known index of each family of names; where they differ, the higher one, so that nothing is refused. */
function highestIndexes(present: ApiFacts): ReadonlyMap<string, number> {
  const highest = new Map<string, number>();
  for (const { parameters } of present.endpoints) {
    for (const [name, { maxIndex }] of Object.entries(parameters)) {
      if (maxIndex !== undefined) highest.set(name, Math.max(maxIndex, highest.get(name) ?? 0));
    }
  }
  return highest;
}

/**
 * Facts from upstream's `apidoc.js`: structure alone, no prose. What that file does not
 * say (`task`, `codeChecks`, the highest indexes) is carried over from the present facts
 * where the endpoint exists; for new endpoints it is to be read in Proxmox's sources.
 * Throws when the script holds no API schema.
 */
export function factsFromApidoc(script: string, present: ApiFacts, version: string): ApiFacts {
  const known = new Map(present.endpoints.map((one) => [`${one.method} ${one.path}`, one]));
  const highest = highestIndexes(present);
  const endpoints: JsonObject[] = [];
  function visit(nodes: Json | undefined): void {
    if (!Array.isArray(nodes)) return;
    for (const node of nodes as readonly Json[]) {
      if (!isObject(node)) continue;
      const path = String(node.path);
      for (const [method, info] of Object.entries(isObject(node.info) ? node.info : {})) {
        if (!isApiMethod(method) || !isObject(info)) continue;
        endpoints.push(endpointFacts(path, method, info, known.get(`${method} ${path}`), highest));
      }
      visit(node.children);
    }
  }
  const tree: Json = JSON.parse(schemaLiteral(script));
  visit(tree);
  const place = ({ path, method }: JsonObject): string => `${String(path)} ${String(method)}`;
  endpoints.sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return {
    pveVersion: version,
    source: "Proxmox VE API viewer data (apidoc.js); task, codeChecks and indexes as known before",
    // Made above in the form of an endpoint; the facts' tests check what was made.
    endpoints: endpoints as unknown as readonly Endpoint[],
  };
}
