import { die } from "../errors.ts";
import { type Section, type SectionFile, sectionDigest } from "../sections.ts";
import type { LabRequest } from "../types.ts";
import { APPLIED, type AppliedKind, type SdnState } from "./state.ts";

/** An object as it is answered. */
export type Answered = Record<string, unknown>;

/** Objects of one kind as a request asks for them. */
export interface View {
  readonly objects: ReadonlyMap<string, Answered>;
  /** Null where the view is of no file. */
  readonly digest: string | null;
}

/** The configured, pending or running objects of a kind. (pve-network, src/PVE/API2/Network/SDN/Zones.pm, Vnets.pm, Subnets.pm) */
export function viewOf({ params, lab }: LabRequest, kind: AppliedKind): View {
  const { sdn } = lab.state;
  const running = sdn.running?.[kind] ?? new Map<string, Section>();
  if (params.flag("pending")) return { objects: pendingObjects(running, sdn[kind]), digest: null };
  if (params.flag("running")) return { objects: plain(running), digest: null };
  return { objects: plain(sdn[kind]), digest: sectionDigest(sdn[kind]) };
}

/** An object of a view; fails where there is none. `kind` as messages name it: `sdn`, `sdn vnet`. */
export function objectOf({ objects, digest }: View, kind: string, id: string): Answered {
  const object = objects.get(id);
  if (object === undefined) throw die(`${kind} '${id}' does not exist`);
  return { ...object, digest };
}

function plain(file: SectionFile): ReadonlyMap<string, Answered> {
  return new Map([...file].sort(byId).map(([id, section]) => [id, Object.fromEntries(section)]));
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Whether something is configured that is not applied. (same file: has_pending_changes) */
export function hasPendingChanges(sdn: SdnState): boolean {
  return APPLIED.some((kind) =>
    [...pendingObjects(sdn.running?.[kind] ?? new Map(), sdn[kind]).values()].some(
      (object) => object.pending !== undefined,
    ),
  );
}

/** Properties that show as they are, not as a change. */
const FIXED = new Set(["type", "vnet"]);

/** What is running, with what will change beside it. (pve-network, src/PVE/Network/SDN.pm: pending_config) */
function pendingObjects(running: SectionFile, config: SectionFile): ReadonlyMap<string, Answered> {
  const ids = [...new Set([...running.keys(), ...config.keys()])].sort();
  return new Map(ids.map((id) => [id, pendingObject(running.get(id), config.get(id))]));
}

function pendingObject(running: Section | undefined, config: Section | undefined): Answered {
  const object: Answered = Object.fromEntries(running ?? []);
  if (config === undefined) return { ...object, state: "deleted", pending: {} };
  const gone = [...(running?.keys() ?? [])].filter((name) => !config.has(name));
  const pending: Answered = Object.fromEntries(gone.map((name) => [name, "deleted"]));
  for (const [name, value] of config) {
    if (FIXED.has(name)) object[name] = value;
    else if (String(running?.get(name)) !== String(value)) pending[name] = value;
  }
  if (running === undefined) return { ...object, state: "new", pending };
  return Object.keys(pending).length === 0 ? object : { ...object, state: "changed", pending };
}
