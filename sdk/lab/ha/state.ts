import { type Section, type SectionFile, type SectionValue, sectionDigest } from "../sections.ts";
import type { LabGuest, LabState } from "../types.ts";

/** What is configured for a guest under HA, as the file has it. */
export interface HaResource {
  /** The state asked for; `started` where it is left out. */
  state?: string;
  group?: string;
  max_restart?: number;
  max_relocate?: number;
  failback?: number;
  "auto-rebalance"?: number;
  comment?: string;
}

/** HA beside its resources, which are with the guests. */
export interface HaState {
  /** Whether the services that act on it run. */
  readonly runs: boolean;
  /** How resources are treated while it is disarmed. */
  disarmed: "freeze" | "ignore" | undefined;
  readonly rules: SectionFile;
  /** Before 9. */
  readonly groups: SectionFile;
}

/** HA of a new cluster. */
export function emptyHa(runs = true): HaState {
  return { runs, disarmed: undefined, rules: new Map(), groups: new Map() };
}

/** `vm:100` */
export function haId({ kind, vmid }: Pick<LabGuest, "kind" | "vmid">): string {
  return `${kind === "qemu" ? "vm" : "ct"}:${vmid}`;
}

/** The guest of a resource id, under HA or not. */
export function guestOfId({ guests }: LabState, sid: string): LabGuest | undefined {
  const guest = guests.get(Number(/^(?:vm|ct):(\d+)$/.exec(sid)?.[1] ?? 0));
  return guest !== undefined && haId(guest) === sid ? guest : undefined;
}

/** Guests under HA. */
export function haGuests({ guests }: LabState): readonly LabGuest[] {
  return [...guests.values()].filter(({ ha }) => ha !== undefined);
}

/** The state that is asked for. */
export function requestedState({ state = "started" }: HaResource): string {
  return state === "enabled" ? "started" : state;
}

/** Whether requests to the guest go by HA. (pve-ha-manager, src/PVE/HA/Config.pm: vm_is_ha_managed) */
export function isHaManaged({ ha: { disarmed } }: LabState, guest: LabGuest | undefined): boolean {
  if (guest?.ha === undefined || disarmed === "ignore") return false;
  return guest.ha.state !== "ignored";
}

/** The state that the manager keeps for a guest; undefined where it does not run. */
export function managerState(state: LabState, guest: LabGuest): string | undefined {
  if (!state.ha.runs || guest.ha === undefined || !isHaManaged(state, guest)) return undefined;
  const wants = requestedState(guest.ha) === "started";
  if (guest.runtime !== undefined) return wants ? "started" : "request_stop";
  return wants ? "started" : "stopped";
}

/** What the status of a guest says of HA. */
export function haOfGuest(state: LabState, guest: LabGuest, major: number): Record<string, unknown> {
  if (!isHaManaged(state, guest)) return { managed: 0 };
  const own = managerState(state, guest) ?? null;
  return { managed: 1, state: own, ...(major < 9 ? { group: guest.ha?.group ?? null } : {}) };
}

/** A resource as a section of its file. */
export function resourceSection(guest: LabGuest): Section {
  const properties = Object.entries(guest.ha ?? {}) as [string, SectionValue][];
  return new Map<string, SectionValue>([["type", haId(guest).slice(0, 2)], ...properties]);
}

/** Digest of the file of resources. */
export function resourcesDigest(state: LabState): string {
  return sectionDigest(new Map(haGuests(state).map((guest) => [haId(guest), resourceSection(guest)])));
}
