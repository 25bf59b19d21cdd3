import type { SectionFile } from "../sections.ts";

/** What hardware and directories of nodes are known by, over all nodes. */
export type MappingKind = "pci" | "usb" | "dir";

/** The mappings of a cluster, by kind and id. */
export type MappingState = Readonly<Record<MappingKind, SectionFile>>;

/** No mappings. */
export function emptyMappings(): MappingState {
  return { pci: new Map(), usb: new Map(), dir: new Map() };
}
