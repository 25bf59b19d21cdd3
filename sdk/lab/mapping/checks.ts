import { type Properties, parseProperties } from "../qemu/property-string.ts";
import type { LabNode, LabState } from "../types.ts";
import { hasDirectory, pciDevices, usbDevices } from "./devices.ts";
import type { MappingKind } from "./state.ts";

/** The entries of a mapping that are for a node. */
export function entriesFor(map: readonly string[], node: string): readonly Properties[] {
  return map.map((text) => parseProperties(text, {})).filter((entry) => entry.get("node") === node);
}

/** What is wrong with an entry on its node; undefined where it is good. */
export function entryFault(
  kind: MappingKind,
  id: string,
  entry: Properties,
  { state, node }: { readonly state: LabState; readonly node: LabNode },
): string | undefined {
  if (kind === "pci") return pciFault(id, entry, node);
  if (kind === "usb") return usbFault(id, entry, node);
  const path = entry.get("path") ?? "";
  const storages = [...state.storages.values()].map(({ config }) => config.get("path") ?? "");
  return hasDirectory(path, storages) ? undefined : `Path ${path} does not exist`;
}

/** (pve-guest-common, src/PVE/Mapping/PCI.pm: assert_valid) */
function pciFault(id: string, entry: Properties, node: LabNode): string | undefined {
  for (const [index, given] of (entry.get("path") ?? "").split(";").entries()) {
    const path = /\.[a-f0-9]/i.test(given) ? given : `${given}.0`;
    const full = /^[a-f0-9]{4,}:/i.test(path) ? path : `0000:${path}`;
    const device = pciDevices(node).find((one) => one.path === full);
    if (device === undefined) return `pci device '${path}' not found`;
    const expected = {
      id: device.id,
      ...(index === 0 ? { iommugroup: String(device.iommugroup) } : {}),
      "subsystem-id": device.subsystem,
    };
    for (const [property, value] of Object.entries(expected)) {
      const own = entry.get(property)?.replaceAll("0x", "");
      if (own === undefined) return `missing expected property '${property}' for device '${path}'`;
      if (own !== value) return `'${property}' does not match for '${id}' (${value} != ${own})`;
    }
  }
  return undefined;
}

/** (src/PVE/Mapping/USB.pm: assert_valid) */
function usbFault(id: string, entry: Properties, node: LabNode): string | undefined {
  const [path, wanted] = [entry.get("path"), entry.get("id") ?? ""];
  if (path === undefined) {
    return usbDevices(node).some((one) => one.id === wanted) ? undefined : `usb device '${wanted}' not found`;
  }
  const device = usbDevices(node).find((one) => one.path === path);
  if (device === undefined) return `usb device '${path}' not found`;
  return device.id === wanted ? undefined : `'id' does not match for '${id}' (${device.id} != ${wanted})`;
}

/** What is wrong with the entries of a directory mapping. (src/PVE/Mapping/Dir.pm: assert_valid_map_list) */
export function dirMapFault(
  map: readonly string[],
  { state, node }: { readonly state: LabState; readonly node: LabNode },
): string | undefined {
  const counts = new Map<string, number>();
  for (const entry of map.map((text) => parseProperties(text, {}))) {
    const name = entry.get("node") ?? "";
    const fault = name === node.name ? entryFault("dir", "", entry, { state, node }) : undefined;
    if (fault !== undefined) return fault;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const [name, count] of counts) if (count > 1) return `Node '${name}' is specified ${count} times.`;
  return undefined;
}
