import type { Expectation, Values } from "../types.ts";
import { type Family, isOn, isSet, listOf, omit, pick, type SentStep, seen, unchecked } from "./context.ts";

/** Rights: entries of the access list, roles, and what of accounts cannot be seen. */
export const access: Family = (sent) => {
  const { endpoint, params } = sent;
  switch (`${endpoint.method} ${endpoint.path}`) {
    case "PUT /access/acl":
      return (
        entries(params) ?? [unchecked(sent, "Proxmox VE keeps no entry for root@pam, who may do everything")]
      );
    case "POST /access/roles":
    case "PUT /access/roles/{roleid}":
      return [role(sent)];
    case "PUT /access/password":
      return [unchecked(sent, "a password cannot be read")];
    case "PUT /access/users/{userid}":
      return [user(sent)];
    default:
      return undefined;
  }
};

const KINDS = [
  ["users", "user"],
  ["groups", "group"],
  ["tokens", "token"],
] as const;

/** Undefined where there is none to be seen. */
function entries(params: Values): readonly Expectation[] | undefined {
  const there = !isOn(params.delete);
  const path = `/${String(params.path).replaceAll(/^\/+|\/+$/g, "")}`;
  const propagates = there ? { propagate: isSet(params.propagate) ? Number(isOn(params.propagate)) : 1 } : {};
  const found = KINDS.flatMap(([name, type]) =>
    listOf(params[name])
      .filter((ugid) => ugid !== "root@pam")
      .flatMap((ugid) =>
        listOf(params.roles).map((roleid) =>
          seen(
            "/access/acl",
            {},
            {
              is: "listed",
              there,
              row: { path, type, ugid, roleid, ...propagates },
              mayHide: true,
            },
          ),
        ),
      ),
  );
  return found.length > 0 ? found : undefined;
}

/** A role is answered as its privileges, each with a 1. */
function role({ endpoint, params }: SentStep): Expectation {
  const only = endpoint.method === "PUT" && isOn(params.append) ? {} : { only: true as const };
  const privileges = listOf(params.privs);
  return seen("/access/roles/{roleid}", pick(params, ["roleid"]), {
    is: "marks",
    names: privileges,
    ...only,
  });
}

function user({ endpoint, params, before }: SentStep): Expectation {
  const set = omit(params, ["append", "keys", "userid"]);
  return seen(endpoint.path, pick(params, ["userid"]), {
    is: "fields",
    by: `PUT /${endpoint.path.slice(1)}`,
    set,
    gone: [],
    ...(isOn(params.append) ? { adds: true as const } : {}),
    ...(before === undefined ? {} : { before: pick(before, Object.keys(set)) }),
  });
}
