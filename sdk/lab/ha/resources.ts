import { die } from "../errors.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  sectionOptions,
  underLock,
} from "../sections.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { followMove, followRequest } from "./manager.ts";
import { motionOf } from "./motion.ts";
import { forgetResource } from "./rules.ts";
import { guestOfId, haGuests, haId, isHaManaged, resourceSection, resourcesDigest } from "./state.ts";

const PATH = "/cluster/ha/resources";

/** HA resources. (pve-ha-manager, src/PVE/API2/HA/Resources.pm) */
export function registerResources(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ params, lab: { state } }) =>
    haGuests(state)
      .map((guest) => answered(lab, guest))
      .filter(({ type }) => type === (params.text("type") ?? type)),
  );
  lab.route(`GET ${PATH}/{sid}`, (request) => {
    const sid = sidOf(request);
    const guest = guestOfId(request.lab.state, sid);
    if (guest?.ha === undefined) throw die(`no such resource '${sid}'`);
    return answered(request.lab, guest);
  });
  lab.route(`POST ${PATH}`, create);
  lab.route(`PUT ${PATH}/{sid}`, update);
  lab.route(`DELETE ${PATH}/{sid}`, remove);
  lab.route(`POST ${PATH}/{sid}/migrate`, (request) => ask(request, "migrate"));
  lab.route(`POST ${PATH}/{sid}/relocate`, (request) => ask(request, "relocate"));
}

function answered({ state }: LabCore, guest: LabGuest): Record<string, unknown> {
  const entry: Record<string, unknown> = {
    ...Object.fromEntries(resourceSection(guest)),
    ...{ sid: haId(guest), digest: resourcesDigest(state) },
  };
  const { group } = guest.ha ?? {};
  if (group === undefined || state.ha.groups.has(group)) return entry;
  return { ...entry, errors: { group: `group '${group}' does not exist` } };
}

/** The full id where only a VMID was given. (src/PVE/HA/Config.pm: parse_sid) */
function sidOf({ params, lab: { state } }: LabRequest): string {
  const text = params.need("sid");
  if (!/^\d+$/.test(text)) return text;
  const guest = state.guests.get(Number(text));
  if (guest === undefined) throw die(`unable do detect SID from VMID - VM/CT ${text} does not exist`);
  return haId(guest);
}

function options({ lab: { release } }: LabRequest): ReturnType<typeof sectionOptions> {
  return sectionOptions(
    `state? ${release.major < 9 ? "group? " : ""}failback? auto-rebalance? max_restart? max_relocate? comment?`,
  );
}

const WITHOUT = ["sid", "type", "digest", "delete"];

/** From 9 on a group cannot be given any more. */
function refuseGroup({ params, lab: { release, state } }: LabRequest): void {
  const group = params.text("group");
  if (group === undefined) return;
  if (release.major >= 9) throw die("invalid parameter 'group': ha groups have been migrated to rules");
  if (!state.ha.groups.has(group)) throw die(`HA group '${group}' does not exist`);
}

/** The guest that a new resource is for. (src/PVE/HA/Resources/PVEVM.pm, PVECT.pm) */
function wantedGuest({ lab: { state, release } }: LabRequest, sid: string): LabGuest {
  const [type = "", name = ""] = sid.split(/:(.*)/s);
  if (type !== "vm" && type !== "ct") throw die(`unknown section type '${type}'`);
  if (!/^[1-9][0-9]+$/.test(name)) throw die("invalid VMID");
  const guest = state.guests.get(Number(name));
  if (guest === undefined) throw die(`resource '${sid}' does not exist in cluster`);
  if (haId(guest) !== sid && release.major >= 9) {
    const kind = type === "ct" ? "container" : "VM";
    throw die(`resource '${sid}' - guest with ID ${name} is not a ${kind}`);
  }
  return guest;
}

function create(request: LabRequest): null {
  const { params, lab, endpoint } = request;
  const sid = sidOf(request);
  const type = sid.split(":", 1)[0] ?? "";
  if (params.has("type") && params.text("type") !== type) throw die("types does not match");
  const guest = wantedGuest(request, sid);
  refuseGroup(request);
  const given = checkSection(endpoint, params, {
    ...{ type, options: options(request), create: true, without: WITHOUT },
  });
  return underLock("create resource failed", () => {
    if (guest.ha !== undefined) throw die(`resource ID '${sid}' already defined`);
    guest.ha = propertiesOf(given);
    followRequest(lab, guest);
    return null;
  });
}

function propertiesOf(section: Section): NonNullable<LabGuest["ha"]> {
  return Object.fromEntries([...section].filter(([name]) => name !== "type"));
}

function update(request: LabRequest): null {
  const { params, lab, endpoint } = request;
  const sid = sidOf(request);
  refuseGroup(request);
  return underLock("update resources config failed", () => {
    assertUnchanged(resourcesDigest(lab.state), params.text("digest"));
    const guest = guestOfId(lab.state, sid);
    if (guest?.ha === undefined) throw die(`no such resource '${sid}'`);
    const section = resourceSection(guest);
    const type = String(section.get("type"));
    const own = options(request);
    const given = checkSection(endpoint, params, { type, options: own, create: false, without: WITHOUT });
    for (const [name, value] of given) section.set(name, value);
    // What is set and deleted at once is deleted.
    deleteFromSection(section, own, new Map(), params.text("delete"));
    guest.ha = propertiesOf(section);
    followRequest(lab, guest);
    return null;
  });
}

function remove(request: LabRequest): null {
  const { params, lab } = request;
  const sid = sidOf(request);
  const guest = guestOfId(lab.state, sid);
  if (guest?.ha === undefined) {
    throw die(
      lab.release.major >= 9
        ? `cannot delete service '${sid}', not HA managed!`
        : `resource '${sid}' is not HA managed`,
    );
  }
  delete guest.ha;
  if (params.flag("purge", true)) forgetResource(lab.state.ha, sid);
  return null;
}

/** A request to move a resource. From 9 on it tells what goes along, or is in the way. */
function ask(request: LabRequest, how: "migrate" | "relocate"): unknown {
  const { params, lab } = request;
  const { state, release } = lab;
  const sid = sidOf(request);
  const node = params.need("node");
  const guest = guestOfId(state, sid);
  if (guest?.ha === undefined || !isHaManaged(state, guest)) throw die(`resource '${sid}' is not HA managed`);
  // What goes along is known from the manager's own status.
  const isKnown = release.major >= 9 && state.ha.runs;
  const { along, blocking } = isKnown ? motionOf(state, sid, node) : { along: [], blocking: [] };
  if (blocking.length === 0)
    for (const id of [sid, ...along]) {
      const moved = guestOfId(state, id);
      if (moved !== undefined) followMove(lab, moved, node, how);
    }
  if (release.major < 9) return null;
  return {
    ...{ sid, "requested-node": node },
    ...(along.length === 0 ? {} : { "comigrated-resources": along }),
    ...(blocking.length === 0 ? {} : { "blocking-resources": blocking }),
  };
}
