import { die, paramError } from "../errors.ts";
import type { Section } from "../sections.ts";
import type { LabCore } from "../types.ts";
import type { SdnState } from "./state.ts";

const PLUGINS = "/usr/share/perl5/PVE/Network/SDN";

/** Checks a zone after a change, and fills in what it needs. (pve-network, src/PVE/Network/SDN/Zones/*Plugin.pm: on_update_hook) */
export function onZoneUpdate(lab: LabCore, id: string, zone: Section): void {
  const { sdn } = lab.state;
  const type = zone.get("type");
  if (type === "vxlan" && zone.has("peers") === zone.has("fabric")) {
    const message = "must have exactly one of peers / fabric defined";
    throw paramError({ peers: message, fabric: message });
  }
  if (type !== "evpn") return;
  const name = String(zone.get("controller"));
  const controller = sdn.controllers.get(name);
  const place = `at ${PLUGINS}/Zones/EvpnPlugin.pm line`;
  if (controller === undefined) throw die(`controller ${name} don't exist ${place} 285.`);
  if (controller.get("type") !== "evpn") throw die(`${name} is not a evpn controller type ${place} 287.`);
  const vxlan = zone.get("vrf-vxlan");
  for (const [other, { get }] of entries(sdn.zones, id))
    if (get("vrf-vxlan") === vxlan)
      throw die(`vrf-vxlan ${String(vxlan)} is already declared in ${other} ${place} 297.`);
  if (!zone.has("mac")) zone.set("mac", lab.random.mac());
}

/** The other sections of a file, with their values by name. */
function entries(
  file: ReadonlyMap<string, Section>,
  id: string,
): readonly (readonly [string, { readonly get: (name: string) => unknown }])[] {
  return [...file]
    .filter(([other]) => other !== id)
    .map(([other, section]) => [other, { get: (name: string) => section.get(name) }]);
}

/** Checks a vnet against its zone. (same files: vnet_update_hook) */
export function onVnetUpdate(sdn: SdnState, id: string, vnet: Section): void {
  const zoneId = String(vnet.get("zone"));
  const zone = sdn.zones.get(zoneId);
  if (zone === undefined)
    throw die("cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Network/SDN/Vnets.pm line 326.");
  const tag = vnet.get("tag");
  const type = zone.get("type");
  if (type === "simple" && tag !== undefined)
    throw paramError({ tag: "vlan tag is not allowed on simple zone" });
  if (type === "vlan") checkVlan(sdn, id, zoneId, tag);
  if (type === "qinq") checkQinq(sdn, id, zoneId, tag);
  if (type === "vxlan" || type === "evpn") checkVxlan(sdn, id, tag);
  if (type === "evpn" && Number(vnet.get("vlanaware") ?? 0) === 1)
    throw paramError({ "vlan-aware": "vlan-aware option can't be enabled with evpn" });
}

const HIGHEST_VLAN = 4096;
const HIGHEST_VXLAN = 16_777_216;

function checkVlan(sdn: SdnState, id: string, zone: string, tag: unknown): void {
  if (tag === undefined) throw paramError({ tag: "missing vlan tag" });
  if (Number(tag) > HIGHEST_VLAN) throw paramError({ tag: `vlan tag max value is ${HIGHEST_VLAN}` });
  for (const [other, { get }] of entries(sdn.vnets, id))
    if (get("zone") === zone && get("tag") === tag)
      throw paramError({ tag: `tag ${String(tag)} already exist in vnet ${other}` });
}

function checkQinq(sdn: SdnState, id: string, zone: string, tag: unknown): void {
  if (Number(tag ?? 0) > HIGHEST_VLAN) throw paramError({ tag: `VLAN tag maximal value is ${HIGHEST_VLAN}` });
  for (const [other, { get }] of entries(sdn.vnets, id)) {
    if (get("zone") !== zone || get("tag") !== tag) continue;
    const what = tag === undefined ? "tag-less vnet already exists" : `tag ${String(tag)} already exist`;
    throw paramError({ tag: `${what} in zone ${zone} vnet ${other}` });
  }
}

function checkVxlan(sdn: SdnState, id: string, tag: unknown): void {
  if (tag === undefined) throw paramError({ tag: "missing vxlan tag" });
  if (Number(tag) > HIGHEST_VXLAN) throw paramError({ tag: `vxlan tag max value is ${HIGHEST_VXLAN}` });
  for (const [other, { get }] of entries(sdn.vnets, id)) {
    const zone = String(get("zone"));
    const type = sdn.zones.get(zone)?.get("type");
    if ((type === "vxlan" || type === "evpn") && get("tag") === tag)
      throw paramError({ tag: `vxlan tag ${String(tag)} already exist in vnet ${other} in zone ${zone} ` });
  }
}

/** Checks a controller after a change. (src/PVE/Network/SDN/Controllers/*Plugin.pm: on_update_hook) */
export function onControllerUpdate(lab: LabCore, id: string, controller: Section): void {
  const { sdn } = lab.state;
  if (controller.get("type") !== "evpn") return;
  const place = `at ${PLUGINS}/Controllers/EvpnPlugin.pm line`;
  const isOther = entries(sdn.controllers, id).some(([, { get }]) => get("type") === "evpn");
  if (lab.release.major < 9 && isOther)
    throw die(`only 1 global evpn controller can be defined ${place} 292.`);
  if (lab.release.major >= 9 && controller.has("peers") === controller.has("fabric"))
    throw die(`must have exactly one of peers / fabric defined ${place} 530.`);
}

/** Fails where a zone still uses the controller. (same files: on_delete_hook) */
export function onControllerDelete({ zones }: SdnState, id: string, controller: Section): void {
  const file = { evpn: "Evpn", bgp: "Bgp", isis: "Isis" }[String(controller.get("type"))];
  if (file === undefined) return;
  for (const [zone, section] of zones)
    if (section.get("controller") === id)
      throw die(`controller ${id} is used by ${zone} at ${PLUGINS}/Controllers/${file}Plugin.pm line 272.`);
}

/** Fails where a vnet still uses the zone. (src/PVE/Network/SDN/Zones/Plugin.pm: on_delete_hook) */
export function onZoneDelete({ vnets }: SdnState, id: string): void {
  for (const [vnet, section] of vnets)
    if (section.get("zone") === id)
      throw die(`zone ${id} is used by vnet ${vnet} at ${PLUGINS}/Zones/Plugin.pm line 149.`);
}
