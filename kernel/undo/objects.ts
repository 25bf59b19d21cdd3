import { rest } from "../../sdk/steps.ts";
import { isPlainObject } from "../call/json-schema.ts";
import { isSet, omit, pathNames, pick } from "../readback/families/context.ts";
import { textsOf } from "./put-back.ts";
import type { InverseRule } from "./types.ts";

/** Where a new object is deleted again, by the endpoint that made it. */
const ITEMS: Readonly<Record<string, string>> = {
  "/access/users": "/access/users/{userid}",
  "/access/groups": "/access/groups/{groupid}",
  "/access/roles": "/access/roles/{roleid}",
  "/storage": "/storage/{storage}",
  "/cluster/backup": "/cluster/backup/{id}",
  "/cluster/mapping/pci": "/cluster/mapping/pci/{id}",
  "/cluster/mapping/usb": "/cluster/mapping/usb/{id}",
  "/cluster/mapping/dir": "/cluster/mapping/dir/{id}",
};

/** An object that was made: deleted again. Guests are not: destroying one takes a decision of its own. */
export const made: InverseRule = ({ planned, params }) => {
  const { path, method } = planned.step;
  if (method !== "POST") return undefined;
  const item = path.endsWith("/firewall/aliases") ? `${path}/{name}` : ITEMS[path];
  const name = item === undefined ? undefined : pathNames(item).at(-1);
  if (item === undefined || name === undefined || !isSet(params[name])) return undefined;
  const place = textsOf(pick(params, pathNames(item)));
  const what = `${path.split("/").at(-1)} ${String(params[name])}`;
  return { steps: [rest.delete(item, place)], puts: [`there being no ${what}`], lost: [] };
};

/** A pool that was made. */
export const madePool: InverseRule = ({ planned, params }) => {
  const { path, method } = planned.step;
  if (method !== "POST" || path !== "/pools") return undefined;
  const poolid = textsOf({ poolid: params.poolid });
  return {
    steps: [rest.delete(path, poolid)],
    puts: [`there being no pool ${String(params.poolid)}`],
    lost: [],
  };
};

const RULES = /^(.*\/firewall\/(?:rules|groups\/\{group\}))(\/\{pos\})?$/;

/** Firewall rules: a new one is the first of its list; one that was removed goes back to its place. */
export const rule: InverseRule = ({ planned, params, before }) => {
  const { path, method } = planned.step;
  const [, list, item] = RULES.exec(path) ?? [];
  if (list === undefined) return undefined;
  const place = textsOf(pick(params, pathNames(list)));
  if (item === undefined && method === "POST") {
    const pos = isSet(params.pos) ? Number(params.pos) : 0;
    const shows = omit(params, ["digest", "pos", ...pathNames(list)]);
    const steps = [rest.delete(`${list}/{pos}`, { ...place, pos })];
    return { steps, puts: ["there being no such rule"], lost: [], shows };
  }
  if (item === undefined || method !== "DELETE" || !isPlainObject(before)) return undefined;
  const pos = Number(params.pos);
  const fields = textsOf(omit(before, ["digest", "pos", "ipversion", ...pathNames(list)]));
  const added = rest.post(list, { ...fields, ...place }, { id: "added" });
  const moved = rest.put(`${list}/{pos}`, { ...place, pos: 0, moveto: pos + 1 }, { id: "moved" });
  return { steps: pos > 0 ? [added, moved] : [added], puts: [`the rule at ${pos}`], lost: [] };
};
