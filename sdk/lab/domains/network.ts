import { die, paramError } from "../errors.ts";
import { LabAnswer } from "../frame/answer.ts";
import { splitList } from "../frame/params.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { assertFreePorts, assertHostAddress, assertOneGateway } from "./interface-checks.ts";
import { type Interface, isTrue } from "./interface-file.ts";
import { applyInterfaces, changesOf, interfacesOf, revertInterfaces, writeInterfaces } from "./interfaces.ts";

const BRIDGES = ["bridge", "OVSBridge"];

/** Types that a filter of several types stands for. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  any_bridge: BRIDGES,
  any_local_bridge: BRIDGES,
};

const PATH = "/nodes/{node}/network";

/** A node's network. Changes wait until they are applied. (pve-manager, PVE/API2/Network.pm) */
export function registerNetwork(lab: LabCore): void {
  lab.route(`GET ${PATH}`, list);
  lab.route(`GET ${PATH}/{iface}`, (request) => needed(request));
  lab.route(`POST ${PATH}`, create);
  lab.route(`PUT ${PATH}/{iface}`, update);
  lab.route(`DELETE ${PATH}/{iface}`, (request) => {
    const { node, params } = request;
    needed(request);
    const left = new Map(interfacesOf(node));
    left.delete(params.need("iface"));
    writeInterfaces(node, left);
    return null;
  });
  lab.route(`PUT ${PATH}`, (request) =>
    request.task("srvreload", "networking", () => applyInterfaces(request.node)),
  );
  lab.route(`DELETE ${PATH}`, ({ node }) => {
    revertInterfaces(node);
    return null;
  });
}

/** All but the loopback device, and of bridges those that the caller may use. */
function list(request: LabRequest): unknown {
  const { node, params, lab } = request;
  const type = params.text("type");
  const types = type === undefined || type === "include_sdn" ? undefined : (GROUPS[type] ?? [type]);
  const checksBridges = lab.release.major >= 8;
  const data = [...interfacesOf(node)]
    .filter(([iface, one]) => iface !== "lo" && (types?.includes(one.type) ?? true))
    .filter(([iface, one]) => !checksBridges || !BRIDGES.includes(one.type) || mayUse(request, iface))
    .map(([iface, one]) => ({ iface, ...one }));
  const changes = changesOf(node);
  return changes === undefined ? data : new LabAnswer({ data, extra: { changes } });
}

const USES = ["SDN.Audit", "SDN.Use"];

/** The bridge itself, or any of its VLANs. */
function mayUse({ may, lab: { state } }: LabRequest, bridge: string): boolean {
  const path = `/sdn/zones/localnetwork/${bridge}`;
  if (may(path, USES, "any")) return true;
  const vlans = [...state.access.acl.values()].filter((entry) => entry.path.startsWith(`${path}/`));
  return vlans.some((entry) => may(entry.path, USES, "any"));
}

function needed({ node, params }: LabRequest): Interface {
  const found = interfacesOf(node).get(params.need("iface"));
  if (found === undefined) throw paramError({ iface: "interface does not exist" });
  return found;
}

function create(request: LabRequest): null {
  const { node, params } = request;
  const iface = params.need("iface");
  const all = interfacesOf(node);
  if (all.has(iface)) throw paramError({ iface: "interface already exists" });
  const given = givenOf(request);
  assertOneGateway(all, iface, given);
  assertFreePorts(all, iface, given);
  splitAddresses(given);
  const properties = withMethods(given);
  if (given.type.startsWith("OVS"))
    throw die("Open VSwitch is not installed (need package 'openvswitch-switch')");
  writeInterfaces(node, new Map(all).set(iface, { ...properties, ...vlansOf(given) }));
  return null;
}

/** What is not named stays as it is, save how it came by its addresses. */
function update(request: LabRequest): null {
  const { node, params } = request;
  const iface = params.need("iface");
  const all = interfacesOf(node);
  const kept: Record<string, unknown> = { ...needed(request) };
  for (const name of splitList(params.text("delete") ?? "")) {
    delete kept[name];
    const six = name === "cidr6" ? "6" : "";
    if (/^cidr6?$/.test(name)) for (const part of ["address", "netmask"]) delete kept[`${part}${six}`];
  }
  const given = givenOf(request);
  splitAddresses(given);
  assertOneGateway(all, iface, given);
  assertFreePorts(all, iface, given);
  const properties = withMethods(given);
  writeInterfaces(node, new Map(all).set(iface, { ...kept, ...properties, ...vlansOf(given) }));
  return null;
}

type Given = Record<string, unknown> & { type: string };

/** The properties of a request. */
function givenOf({ params }: LabRequest): Given {
  const names = params.names().filter((name) => !["node", "iface", "delete"].includes(name));
  const given = Object.fromEntries(names.map((name) => [name, params.text(name)]));
  return { ...given, type: params.need("type") };
}

/** An address with its prefix is kept in two parts. */
function splitAddresses(given: Given): void {
  for (const six of ["", "6"]) {
    const whole = given[`cidr${six}`];
    if (!isTrue(whole)) continue;
    for (const part of [`address${six}`, `netmask${six}`]) {
      if (isTrue(given[part])) throw paramError({ [part]: `${part} conflicts with cidr${six}` });
    }
    const [, address, netmask] = /^(.*)\/(\d+)$/.exec(String(whole)) ?? [];
    delete given[`cidr${six}`];
    given[`address${six}`] = address;
    given[`netmask${six}`] = netmask;
  }
}

/** Families and methods follow from the addresses that are given. */
function withMethods(given: Given): Interface {
  const [has, hasSix] = [isTrue(given.address), isTrue(given.address6)];
  if (hasSix) assertHostAddress(String(given.address6));
  const families = [...(has ? ["inet"] : []), ...(hasSix ? ["inet6"] : [])];
  return {
    ...given,
    families: families.length > 0 ? families : ["inet"],
    method: has ? "static" : "manual",
    method6: hasSix ? "static" : "manual",
  };
}

function vlansOf({ bridge_vids: vlans }: Given): { bridge_vids?: string } {
  if (!isTrue(vlans)) return {};
  const items = splitList(String(vlans));
  if (items.length === 0) throw paramError({ bridge_vids: "VLAN list items are empty" });
  return { bridge_vids: items.join(" ") };
}
