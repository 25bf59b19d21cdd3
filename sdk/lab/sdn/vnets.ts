import { die, paramError } from "../errors.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  sectionDigest,
} from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { onVnetUpdate } from "./hooks.ts";
import { underSdnLock } from "./lock.ts";
import { objectOf, viewOf } from "./pending.ts";
import { VNET_OPTIONS } from "./plugins.ts";
import { type SdnState, subnetsOf } from "./state.ts";

const PATH = "/cluster/sdn/vnets";

/** Virtual networks. (pve-network, src/PVE/API2/Network/SDN/Vnets.pm) */
export function registerVnets(lab: LabCore): void {
  lab.route(`GET ${PATH}`, (request) => {
    const { objects, digest } = viewOf(request, "vnets");
    return [...objects]
      .filter(([id, object]) => {
        const pending = object.pending as Readonly<Record<string, unknown>> | undefined;
        const zone = String(object.zone ?? pending?.zone);
        return request.may(`/sdn/zones/${zone}/${id}`, ["SDN.Audit", "SDN.Allocate"], "any");
      })
      .map(([vnet, object]) => ({ ...object, vnet, digest }));
  });
  lab.route(`GET ${PATH}/{vnet}`, (request) => {
    const vnet = request.params.need("vnet");
    checkVnetAccess(request, ["SDN.Audit", "SDN.Allocate"]);
    return { ...objectOf(viewOf(request, "vnets"), "sdn vnet", vnet), vnet };
  });
  lab.route(`POST ${PATH}`, (request) =>
    underSdnLock(request, "create sdn vnet object failed", () => create(request)),
  );
  lab.route(`PUT ${PATH}/{vnet}`, (request) => {
    checkVnetAccess(request, ["SDN.Allocate"]);
    return underSdnLock(request, "update sdn vnet object failed", () => update(request));
  });
  lab.route(`DELETE ${PATH}/{vnet}`, (request) => {
    checkVnetAccess(request, ["SDN.Allocate"]);
    return underSdnLock(request, "delete sdn vnet object failed", () => {
      const { sdn } = request.lab.state;
      const vnet = request.params.need("vnet");
      if (subnetsOf(sdn, vnet).length > 0) throw paramError({ vnet: "Can't delete vnet if subnets exists" });
      sdn.vnets.delete(vnet);
      return null;
    });
  });
}

/** A configured vnet; fails where there is none. */
export function vnetOf({ vnets }: SdnState, id: string): Section {
  const section = vnets.get(id);
  if (section === undefined) throw die(`sdn vnet '${id}' does not exist`);
  return section;
}

/** Fails unless the caller has one of the privileges on the vnet of the request. */
export function checkVnetAccess({ lab, params, checkAny }: LabRequest, privileges: readonly string[]): void {
  const id = params.need("vnet");
  checkAny(`/sdn/zones/${String(vnetOf(lab.state.sdn, id).get("zone"))}/${id}`, privileges);
}

const WITHOUT = ["vnet", "digest", "delete", "lock-token"];

function create({ endpoint, params, lab }: LabRequest): null {
  const { sdn } = lab.state;
  const id = params.need("vnet");
  const without = [...WITHOUT, "type"];
  const section = checkSection(endpoint, params, {
    ...{ type: "vnet", options: VNET_OPTIONS, create: true, without },
  });
  if (sdn.vnets.has(id)) throw die(`sdn vnet object ID '${id}' already defined`);
  onVnetUpdate(sdn, id, section);
  sdn.vnets.set(id, section);
  return null;
}

function update({ endpoint, params, lab }: LabRequest): null {
  const { sdn } = lab.state;
  const id = params.need("vnet");
  assertUnchanged(sectionDigest(sdn.vnets), params.text("digest"));
  const old = vnetOf(sdn, id);
  const given = checkSection(endpoint, params, {
    ...{ type: "vnet", options: VNET_OPTIONS, create: false, without: WITHOUT },
  });
  const section = new Map(old);
  deleteFromSection(section, VNET_OPTIONS, given, params.text("delete"));
  for (const [name, value] of given) section.set(name, value);
  const hasSubnets = subnetsOf(sdn, id).length > 0;
  if (hasSubnets && old.get("zone") !== section.get("zone"))
    throw paramError({ zone: "can't change zone if subnets exist" });
  onVnetUpdate(sdn, id, section);
  if (hasSubnets && section.get("vlanaware") === 1)
    throw paramError({ vlanaware: "vlanaware vnet is not compatible with subnets" });
  sdn.vnets.set(id, section);
  return null;
}
