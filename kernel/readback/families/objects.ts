import type { Expectation, Expected, Values } from "../types.ts";
import { type Family, listOf, omit, pathNames, pick, type SentStep, seen } from "./context.ts";

/** Objects of which a GET on the same path answers what a PUT sets; the value says how sure that is. */
const OBJECTS: readonly (readonly [pattern: RegExp, form: "kept" | "lenient"])[] = [
  [/^\/access\/(?:users|groups)(?:\/\{\w+\})?$/, "kept"],
  [/^\/access\/users\/\{userid\}\/token\/\{tokenid\}$/, "kept"],
  [/^\/access\/domains(?:\/\{realm\})?$/, "lenient"],
  [/^\/access\/roles\/\{roleid\}$/, "kept"],
  [/^\/storage(?:\/\{storage\})?$/, "kept"],
  [/^\/cluster\/options$/, "kept"],
  [/^\/cluster\/backup(?:\/\{id\})?$/, "kept"],
  [/^\/cluster\/mapping\/\w+(?:\/\{id\})?$/, "kept"],
  [/^\/cluster\/replication(?:\/\{id\})?$/, "lenient"],
  [/^\/cluster\/ha\/(?:resources|groups|rules)(?:\/\{\w+\})?$/, "kept"],
  [/^\/cluster\/sdn\/(?:zones|vnets|controllers|ipams|dns)(?:\/\{\w+\})?$/, "lenient"],
  [/^\/cluster\/sdn\/vnets\/\{vnet\}\/subnets\/\{subnet\}$/, "lenient"],
  [/^\/cluster\/(?:notifications|jobs|metrics|acme\/plugins|qemu)\/.*\{\w+\}$/, "lenient"],
  [/\/firewall\/options$/, "kept"],
  [/\/firewall\/aliases(?:\/\{name\})?$/, "kept"],
  [/\/firewall\/(?:ipset|groups)(?:\/\{\w+\})?$/, "kept"],
  [/\/firewall\/ipset\/\{name\}\/\{cidr\}$/, "kept"],
  [/^\/nodes\/\{node\}\/(?:config|dns|time)$/, "lenient"],
];

/** Sent, but never part of what is answered. */
const NOT_ANSWERED = [
  "append",
  "create-base-path",
  "create-subdirs",
  "delete",
  "digest",
  "encryption-key",
  "force",
  "keyring",
  "keys",
  "master-pubkey",
  "mkdir",
  "password",
  "purge",
  "regenerate",
  "rename",
  "secret",
  "token",
];

/** Anything else with a form of its own: what is set is what a GET of the same object answers. */
export const objects: Family = (sent) => {
  const { endpoint } = sent;
  const [, form] = OBJECTS.find(([pattern]) => pattern.test(endpoint.path)) ?? [];
  if (form === undefined) return undefined;
  const named = namedList(sent);
  if (named !== undefined) return [named];
  switch (endpoint.method) {
    case "PUT":
      return [fields(sent, endpoint.path, form)];
    case "DELETE":
      return endpoint.path.endsWith("}")
        ? [seen(endpoint.path, pick(sent.params, pathNames(endpoint.path)), { is: "absent" })]
        : undefined;
    case "POST":
      return created(sent, form);
    default:
      return undefined;
  }
};

function fields(sent: SentStep, path: string, form: "kept" | "lenient"): Expectation {
  const { endpoint, params, before } = sent;
  const inPath = pathNames(path);
  const set = omit(params, [...NOT_ANSWERED, ...inPath]);
  const gone = listOf(params.delete);
  const touched: Values | undefined = before && pick(before, [...Object.keys(set), ...gone]);
  return seen(path, pick(params, inPath), {
    is: "fields",
    by: `${endpoint.method} /${endpoint.path.slice(1)}`,
    set,
    gone,
    ...(form === "lenient" ? { lenient: true as const } : {}),
    ...(touched === undefined ? {} : { before: touched }),
  });
}

/** A new object is read under the name that it was given. */
function created(sent: SentStep, form: "kept" | "lenient"): readonly Expectation[] | undefined {
  const { endpoint, params, catalog } = sent;
  if (catalog.endpoint(`GET ${endpoint.path}`) !== undefined && endpoint.path.endsWith("}")) {
    return endpoint.path.includes("/ipset/") ? entry(sent) : [fields(sent, endpoint.path, form)];
  }
  const item = catalog.endpoints.find(
    ({ method, path }) =>
      method === "GET" && path.startsWith(`${endpoint.path}/{`) && path.indexOf("}") === path.length - 1,
  );
  const name = item && pathNames(item.path).at(-1);
  if (item === undefined || name === undefined || params[name] === undefined) return undefined;
  return [fields(sent, item.path, form)];
}

/** IP sets and security groups: one that is missing is answered as an empty list, so their own list is looked at. */
function namedList({ endpoint, params }: SentStep): Expected | undefined {
  const [, list, item] = /^(.*\/firewall\/(?:ipset|groups))(\/\{\w+\})?$/.exec(endpoint.path) ?? [];
  if (list === undefined || (endpoint.method === "POST") === (item !== undefined)) return undefined;
  const field = list.endsWith("/groups") ? "group" : "name";
  const there = endpoint.method === "POST";
  return seen(list, pick(params, pathNames(list)), { is: "listed", there, row: { [field]: params[field] } });
}

/** An entry of an IP set; the address may be written shorter than it was sent. */
function entry({ endpoint, params }: SentStep): readonly Expectation[] {
  const cidr = String(params.cidr).replace(/\/32$|\/128$/, "");
  return [
    seen(endpoint.path, pick(params, pathNames(endpoint.path)), {
      is: "listed",
      there: true,
      row: { cidr },
    }),
  ];
}
