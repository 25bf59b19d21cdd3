import type { Section, SectionFile } from "../sections.ts";
import type { LabNode } from "../types.ts";
import type { IpamState } from "./ipam.ts";

/** Kinds of objects that are applied together. */
export const APPLIED = ["zones", "vnets", "subnets", "controllers"] as const;
export type AppliedKind = (typeof APPLIED)[number];

/** What was applied last. */
export type SdnRunning = Readonly<Record<AppliedKind, SectionFile>>;

/** Software-defined networks: what is configured, and what is applied. */
export interface SdnState extends Readonly<Record<AppliedKind | "ipams" | "dns", SectionFile>> {
  running: SdnRunning | undefined;
  /** Who holds the lock on all of it brings this token. */
  lockToken: string | undefined;
  readonly ipam: IpamState;
}

/** No networks, and the IPAM that is always there. */
export function emptySdn(): SdnState {
  return {
    ...{ zones: new Map(), vnets: new Map(), subnets: new Map(), controllers: new Map(), dns: new Map() },
    ipams: new Map([["pve", new Map([["type", "pve"]])]]),
    ...{ running: undefined, lockToken: undefined, ipam: new Map() },
  };
}

function copyOf(file: SectionFile): SectionFile {
  return new Map([...file].map(([id, section]) => [id, new Map(section)]));
}

/** Makes the configuration the running one. */
export function applySdn(state: SdnState): void {
  const { zones, vnets, subnets, controllers } = state;
  state.running = {
    ...{ zones: copyOf(zones), vnets: copyOf(vnets) },
    ...{ subnets: copyOf(subnets), controllers: copyOf(controllers) },
  };
}

/** Makes the running configuration the configured one again. */
export function rollbackSdn(state: SdnState): void {
  for (const kind of APPLIED) {
    const file = state[kind];
    file.clear();
    for (const [id, section] of copyOf(state.running?.[kind] ?? new Map())) file.set(id, section);
  }
}

/** Applied zones that a node is in. */
export function zonesOn({ running }: SdnState, node: LabNode): readonly (readonly [string, Section])[] {
  return [...(running?.zones ?? [])].filter(([, zone]) => isZoneOn(zone, node));
}

export function isZoneOn(zone: Section, node: LabNode): boolean {
  const nodes = zone.get("nodes");
  return nodes === undefined || String(nodes).split(",").includes(node.name);
}

/** A vnet that is applied. */
export function runningVnet({ running }: SdnState, vnet: string): Section | undefined {
  return running?.vnets.get(vnet);
}

/** Ids of the configured subnets of a vnet. */
export function subnetsOf({ subnets }: SdnState, vnet: string): readonly string[] {
  return [...subnets].filter(([, section]) => section.get("vnet") === vnet).map(([id]) => id);
}
