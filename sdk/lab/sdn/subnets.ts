import { isIP } from "node:net";
import { die, paramError } from "../errors.ts";
import { addressNumber, inNetwork } from "../firewall/addresses.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  type SectionValue,
  sectionDigest,
} from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { subnetDeleted, subnetSaved } from "./ipam.ts";
import { underSdnLock } from "./lock.ts";
import { type Answered, objectOf, viewOf } from "./pending.ts";
import { SUBNET_OPTIONS } from "./plugins.ts";
import { checkVnetAccess, vnetOf } from "./vnets.ts";

const PATH = "/cluster/sdn/vnets/{vnet}/subnets";

/** Subnets of vnets. (pve-network, src/PVE/API2/Network/SDN/Subnets.pm) */
export function registerSubnets(lab: LabCore): void {
  lab.route(`GET ${PATH}`, (request) => {
    checkVnetAccess(request, ["SDN.Audit", "SDN.Allocate"]);
    const { objects, digest } = viewOf(request, "subnets");
    return [...objects]
      .filter(([, { vnet }]) => vnet === request.params.need("vnet"))
      .map(([id, object]) => ({ ...answered(id, object), digest }));
  });
  lab.route(`GET ${PATH}/{subnet}`, (request) => {
    checkVnetAccess(request, ["SDN.Audit", "SDN.Allocate"]);
    const id = request.params.need("subnet");
    const object = objectOf(viewOf(request, "subnets"), "sdn subnet", id);
    if (object.vnet !== request.params.need("vnet")) throw paramError({ vnet: "wrong vnet" });
    return answered(id, object);
  });
  lab.route(`POST ${PATH}`, (request) => {
    checkVnetAccess(request, ["SDN.Allocate"]);
    return underSdnLock(request, "create sdn subnet object failed", () => create(request));
  });
  lab.route(`PUT ${PATH}/{subnet}`, (request) => {
    checkVnetAccess(request, ["SDN.Allocate"]);
    return underSdnLock(request, "update sdn subnet object failed", () => update(request));
  });
  lab.route(`DELETE ${PATH}/{subnet}`, (request) => {
    checkVnetAccess(request, ["SDN.Allocate"]);
    return underSdnLock(request, "delete sdn subnet object failed", () => {
      const { sdn } = request.lab.state;
      const id = request.params.need("subnet");
      subnetDeleted(sdn, request.params.need("vnet"), id);
      sdn.subnets.delete(id);
      return null;
    });
  });
}

/** A subnet with what its id says of it. */
function answered(id: string, object: Answered): Answered {
  const [zone, network, mask] = id.split("-");
  return {
    ...object,
    ...{ id, subnet: id, zone, network, mask, cidr: `${network ?? ""}/${mask ?? ""}` },
    "dhcp-range": rangesOf(object["dhcp-range"] as SectionValue | undefined),
  };
}

interface Range {
  readonly "start-address": string;
  readonly "end-address": string;
}

/** DHCP ranges taken apart. */
function rangesOf(value: SectionValue | undefined): readonly Range[] {
  const texts = Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
  return texts.map((text) => {
    const fields = new Map(text.split(",").map((part) => part.split("=", 2) as [string, string]));
    const [start = "", end = ""] = [fields.get("start-address"), fields.get("end-address")];
    return { "start-address": start, "end-address": end };
  });
}

const WITHOUT = ["subnet", "digest", "delete", "lock-token"];

function create({ endpoint, params, lab }: LabRequest): null {
  const { sdn } = lab.state;
  const vnet = vnetOf(sdn, params.need("vnet"));
  const id = `${String(vnet.get("zone"))}-${params.need("subnet").replace("/", "-")}`;
  const without = [...WITHOUT, "type"];
  const section = checkSection(endpoint, params, {
    ...{ type: "subnet", options: SUBNET_OPTIONS, create: true, without },
  });
  if (sdn.subnets.has(id)) throw die(`sdn subnet object ID '${id}' already defined`);
  checkSubnet(id, section, vnet);
  subnetSaved(sdn, id, section, undefined);
  sdn.subnets.set(id, section);
  return null;
}

function update({ endpoint, params, lab }: LabRequest): null {
  const { sdn } = lab.state;
  const id = params.need("subnet");
  const old = sdn.subnets.get(id);
  if (old === undefined) throw die(`sdn subnet '${id}' does not exist`);
  assertUnchanged(sectionDigest(sdn.subnets), params.text("digest"));
  const given = checkSection(endpoint, params, {
    ...{ type: "subnet", options: SUBNET_OPTIONS, create: false, without: WITHOUT },
  });
  const section = new Map(old);
  deleteFromSection(section, SUBNET_OPTIONS, given, params.text("delete"));
  for (const [name, value] of given) section.set(name, value);
  checkSubnet(id, section, vnetOf(sdn, String(section.get("vnet"))));
  subnetSaved(sdn, id, section, old);
  sdn.subnets.set(id, section);
  return null;
}

/** (pve-network, src/PVE/Network/SDN/SubnetPlugin.pm: on_update_hook, validate_dhcp_ranges) */
function checkSubnet(id: string, subnet: Section, vnet: Section): void {
  const { cidr, mask } = answered(id, {}) as { cidr: string; mask: string };
  if (vnet.get("vlanaware") === 1) throw paramError({ vnet: "you can't add a subnet on a vlanaware vnet" });
  const gateway = subnet.get("gateway");
  // A gateway of a point-to-point link may lie outside.
  if (typeof gateway === "string" && mask !== "32" && !inNetwork(gateway, cidr))
    throw paramError({ gateway: `${gateway} is not in subnet ${cidr}` });
  checkRanges(rangesOf(subnet.get("dhcp-range")), cidr);
}

function checkRanges(ranges: readonly Range[], cidr: string): void {
  const refuse = (message: string): Error => paramError({ "dhcp-range": message });
  const seen: (readonly [bigint, bigint])[] = [];
  for (const { "start-address": start, "end-address": end } of ranges) {
    if (isIP(start) === 0) throw refuse(`start-address is not a valid IP ${start}`);
    if (isIP(end) === 0) throw refuse(`end-address is not a valid IP ${end}`);
    const [first, last] = [addressNumber(start), addressNumber(end)];
    if (first > last) throw refuse(`start-address ${start} must be smaller than end-address ${end}`);
    if (!inNetwork(start, cidr)) throw refuse(`start-address ${start} is not in subnet ${cidr}`);
    if (!inNetwork(end, cidr)) throw refuse(`end-address ${end} is not in subnet ${cidr}`);
    if (seen.some(([low, high]) => first <= high && last >= low))
      throw refuse("dhcp ranges must not overlap");
    seen.push([first, last]);
  }
}
