import type { LabGuest, LabState } from "../types.ts";
import { parseProperties } from "./property-string.ts";

/** A device that a VM has by a name that means something on other nodes too. */
interface Mapped {
  readonly name: string;
  /** Set where it may move while it is in use. */
  readonly "live-migration"?: 1;
}

/**
 * Devices of this very node that a VM uses, those that are mapped included where they still keep it here.
 * (qemu-server, PVE/QemuMigrate/Helpers.pm: check_local_resources)
 */
export function localResources(state: LabState, guest: LabGuest): readonly string[] {
  const runs = guest.runtime !== undefined;
  const mapped = mappedResources(state, guest);
  const bound = [...guest.config]
    .filter(([name, value]) => {
      if (name === "ivshmem" || /^(?:parallel|virtiofs)\d+$/.test(name)) return true;
      if (/^hostpci\d+$/.test(name))
        return mapped[name] === undefined || (runs && mapped[name]["live-migration"] === undefined);
      if (/^usb\d+$/.test(name)) return !/^(?:host=)?spice/i.test(value);
      return /^serial\d+$/.test(name) && value !== "socket";
    })
    .map(([name]) => name);
  // What cannot be saved with the memory cannot move with it either.
  if (runs && guest.config.has("amd-sev")) bound.push("amd-sev");
  if (runs && bound.some((name) => name.startsWith("virtiofs"))) bound.push("virtiofs");
  return bound.sort();
}

/** Mapped devices of a VM by option. */
export function mappedResources(
  { mappings }: LabState,
  { config }: LabGuest,
): Readonly<Record<string, Mapped>> {
  const found: Record<string, Mapped> = {};
  for (const [name, value] of config) {
    if (/^virtiofs\d+$/.test(name)) {
      found[name] = { name: parseProperties(value, { defaultKey: "dirid" }).get("dirid") ?? "" };
    } else if (/^(?:usb|hostpci)\d+$/.test(name)) {
      const id = parseProperties(value, { defaultKey: "host" }).get("mapping");
      if (id === undefined) continue;
      const moves =
        name.startsWith("hostpci") && Number(mappings.pci.get(id)?.get("live-migration-capable") ?? 0) === 1;
      found[name] = { name: id, ...(moves ? { "live-migration": 1 } : {}) };
    }
  }
  return found;
}
