import type { LabRequest } from "../types.ts";

const PARTS = ["all", "dhcp", "gateway", "no-gateway"];

/**
 * Names of the IP sets that applied vnets bring along, from 9 on; `mine`: only those of vnets
 * that the caller may see. (proxmox-ve-rs, proxmox-ve-config: sdn ipsets)
 */
export function sdnIpsets({ lab, may }: LabRequest, mine: boolean): readonly string[] {
  const vnets = lab.release.major >= 9 ? [...(lab.state.sdn.running?.vnets ?? [])] : [];
  return vnets
    .filter(([id, vnet]) => {
      const path = `/sdn/zones/${String(vnet.get("zone"))}/${id}`;
      return !mine || may(path, ["SDN.Audit", "SDN.Allocate"], "any");
    })
    .flatMap(([id]) => PARTS.map((part) => `${id}-${part}`));
}
