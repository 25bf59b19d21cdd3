import { type RestStep, rest } from "../../sdk/steps.ts";
import { isPlainObject } from "../call/json-schema.ts";
import { isOn, isSet, listOf } from "../readback/families/context.ts";
import type { Values } from "../readback/types.ts";
import { textsOf } from "./put-back.ts";
import type { InverseRule } from "./types.ts";

/** Entries of the access list: those that came go, those that went come back. */
export const accessList: InverseRule = ({ planned, params, before }) => {
  if (planned.step.path !== "/access/acl" || !Array.isArray(before)) return undefined;
  const rows = before.filter(isPlainObject);
  const path = `/${String(params.path).replaceAll(/^\/+|\/+$/g, "")}`;
  const isRemoval = isOn(params.delete);
  const wants = { users: "user", groups: "group", tokens: "token" };
  const steps = Object.entries(wants).flatMap(([name, type]) =>
    listOf(params[name]).flatMap((ugid) =>
      listOf(params.roles).flatMap((roles): RestStep[] => {
        const was = rows.find(
          (row) => row.path === path && row.type === type && row.ugid === ugid && row.roleid === roles,
        );
        const entry = { path, roles, [name]: ugid };
        if (was !== undefined) return [rest.put("/access/acl", { ...entry, propagate: isOn(was.propagate) })];
        return isRemoval ? [] : [rest.put("/access/acl", { ...entry, delete: true })];
      }),
    ),
  );
  return { steps, puts: [`the access list of ${path}`], lost: [] };
};

/** Members of a pool and its comment. */
export const poolMembers: InverseRule = ({ planned, params, before }) => {
  const { path, method } = planned.step;
  if (method !== "PUT" || !/^\/pools(?:\/\{poolid\})?$/.test(path)) return undefined;
  const [pool] = Array.isArray(before) ? before : [before];
  if (!isPlainObject(pool) || !Array.isArray(pool.members)) return undefined;
  const members = pool.members.filter(isPlainObject);
  const isRemoval = isOn(params.delete);
  const changed = (given: unknown, field: string) =>
    listOf(given).filter((name) => members.some((one) => String(one[field]) === name) === isRemoval);
  const vms = changed(params.vms, "vmid");
  const storages = changed(params.storage, "storage");
  const poolid = textsOf({ poolid: params.poolid });
  const lists = {
    ...(vms.length > 0 ? { vms: vms.join(",") } : {}),
    ...(storages.length > 0 ? { storage: storages.join(",") } : {}),
  };
  const comment = isSet(params.comment) ? { comment: String(pool.comment ?? "") } : {};
  const back = isRemoval ? {} : { delete: true };
  const steps = [
    ...(Object.keys(lists).length > 0 ? [rest.put(path, { ...poolid, ...lists, ...back })] : []),
    ...("comment" in comment ? [rest.put(path, { ...poolid, ...comment })] : []),
  ];
  const lost = isOn(params["allow-move"]) ? ["guests that came from another pool do not go back there"] : [];
  return { steps, puts: [`members of pool ${String(params.poolid)}`], lost };
};

/** The privileges of a role. */
export const role: InverseRule = ({ planned, params, before }) => {
  const { path, method } = planned.step;
  if (method !== "PUT" || path !== "/access/roles/{roleid}" || !isPlainObject(before)) return undefined;
  const privs = namesOf(before).join(",");
  return {
    steps: [rest.put(path, { ...textsOf({ roleid: params.roleid }), privs })],
    puts: [`the privileges of ${String(params.roleid)}`],
    lost: [],
  };
};

function namesOf(marks: Values): string[] {
  return Object.keys(marks).filter((name) => Number(marks[name]) === 1);
}
