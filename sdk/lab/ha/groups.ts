import { die } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  sectionDigest,
  sectionOptions,
  underLock,
} from "../sections.ts";
import type { LabCore, LabHandler, LabRequest, LabState } from "../types.ts";
import { haGuests, haId } from "./state.ts";

const PATH = "/cluster/ha/groups";
const OPTIONS = sectionOptions("nodes restricted? nofailback? comment?");
const WITHOUT = ["group", "type", "digest", "delete"];

/** HA groups, which 9 has no more. (pve-ha-manager, src/PVE/API2/HA/Groups.pm) */
export function registerGroups(lab: LabCore): void {
  const route = (key: string, what: string, handler: LabHandler): void =>
    lab.route(key, (request) => {
      if (request.lab.release.major >= 9) throw die(`cannot ${what}: ha groups have been migrated to rules`);
      return handler(request);
    });
  route(`GET ${PATH}`, "index groups", ({ lab: { state } }) =>
    [...state.ha.groups.keys()].map((id) => answered(state, id)),
  );
  route(`GET ${PATH}/{group}`, "read group", ({ params, lab: { state } }) => {
    const id = params.need("group");
    if (!state.ha.groups.has(id)) throw die(`no such ha group '${id}'`);
    return answered(state, id);
  });
  route(`POST ${PATH}`, "create group", create);
  route(`PUT ${PATH}/{group}`, "update group", (request) =>
    underLock("update ha group failed", () => update(request)),
  );
  route(`DELETE ${PATH}/{group}`, "delete group", ({ params, lab: { state } }) =>
    underLock("delete ha group failed", () => {
      const id = params.need("group");
      const user = haGuests(state).find(({ ha }) => ha?.group === id);
      if (user !== undefined) throw die(`ha group is used by service '${haId(user)}'`);
      state.ha.groups.delete(id);
      return null;
    }),
  );
}

function answered({ ha: { groups } }: LabState, id: string): Record<string, unknown> {
  return { ...Object.fromEntries(groups.get(id) ?? []), group: id, digest: sectionDigest(groups) };
}

function normal(section: Section): Section {
  const nodes = section.get("nodes");
  if (typeof nodes === "string")
    section.set(
      "nodes",
      splitList(nodes)
        .map((node) => node.replace(/:0+$/, ""))
        .sort()
        .join(","),
    );
  return section;
}

function create({ endpoint, params, lab: { state } }: LabRequest): null {
  const id = params.need("group");
  const section = normal(
    checkSection(endpoint, params, { type: "group", options: OPTIONS, create: true, without: WITHOUT }),
  );
  return underLock("create ha group failed", () => {
    if (state.ha.groups.has(id)) throw die(`ha group ID '${id}' already defined`);
    state.ha.groups.set(id, section);
    return null;
  });
}

function update({ endpoint, params, lab: { state } }: LabRequest): null {
  const { groups } = state.ha;
  const id = params.need("group");
  assertUnchanged(sectionDigest(groups), params.text("digest"));
  const section = groups.get(id);
  if (section === undefined) throw die(`no such ha group '${id}'`);
  const given = normal(
    checkSection(endpoint, params, { type: "group", options: OPTIONS, create: false, without: WITHOUT }),
  );
  deleteFromSection(section, OPTIONS, given, params.text("delete"));
  for (const [name, value] of given) section.set(name, value);
  return null;
}
