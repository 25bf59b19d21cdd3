import { die, paramError } from "../errors.ts";
import { LabAnswer } from "../frame/answer.ts";
import { splitList } from "../frame/params.ts";
import { sectionValue } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import {
  applyInterfaces,
  changesOf,
  type Interface,
  interfacesOf,
  revertInterfaces,
  writeInterfaces,
} from "./interfaces.ts";

/** Types that a filter of several types stands for. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  any_bridge: ["bridge", "OVSBridge", "vnet"],
  any_local_bridge: ["bridge", "OVSBridge"],
  include_sdn: ["bridge", "OVSBridge", "vnet", "eth", "bond", "vlan"],
};

const PATH = "/nodes/{node}/network";

/** A node's network. Changes wait until they are applied. (pve-manager, PVE/API2/Network.pm) */
export function registerNetwork(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ node, params }) => {
    const type = params.text("type");
    const types = type === undefined ? undefined : (GROUPS[type] ?? [type]);
    const data = [...interfacesOf(node)]
      .map(([iface, one]) => ({ iface, ...one }))
      .filter((one) => types?.includes(one.type) ?? true);
    const changes = changesOf(node);
    return changes === undefined ? data : new LabAnswer({ data, extra: { changes } });
  });
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
  if (/^OVS/.test(params.need("type")))
    throw die("Open VSwitch is not installed (need package 'openvswitch-switch')");
  const priority = 1 + Math.max(2, ...[...all.values()].map((one) => Number(one.priority ?? 0)));
  const bridge = given.type === "bridge" ? { bridge_ports: "", bridge_stp: "off", bridge_fd: "0" } : {};
  writeInterfaces(node, new Map(all).set(iface, { ...bridge, ...given, priority }));
  return null;
}

function update(request: LabRequest): null {
  const { node, params } = request;
  const old = needed(request);
  const kept: Record<string, unknown> = { ...old };
  for (const name of splitList(params.text("delete") ?? "")) {
    delete kept[name];
    const six = name === "cidr6" ? "6" : "";
    if (name.startsWith("cidr")) for (const part of ["address", "netmask"]) delete kept[`${part}${six}`];
  }
  // What the request does not name again of an address is no address any more.
  const given = givenOf(request);
  for (const part of ["address", "netmask", "cidr"]) {
    if (given.address === undefined) delete kept[part];
    if (given.address6 === undefined) delete kept[`${part}6`];
  }
  const changed = { ...kept, ...given };
  writeInterfaces(node, new Map(interfacesOf(node)).set(params.need("iface"), changed));
  return null;
}

/** The properties of a request, with what follows from its addresses. */
function givenOf({ endpoint, node, params }: LabRequest): Interface {
  const iface = params.need("iface");
  for (const [key, name] of [
    ["gateway", "Default gateway"],
    ["gateway6", "Default ipv6 gateway"],
  ] as const) {
    if (!params.has(key)) continue;
    for (const [other, { [key]: taken }] of interfacesOf(node)) {
      if (other !== iface && taken !== undefined)
        throw paramError({ [key]: `${name} already exists on interface '${other}'.` });
    }
  }
  const plain = params.names().filter((name) => !["node", "iface", "delete"].includes(name));
  const given: Record<string, unknown> = {};
  for (const name of plain) given[name] = sectionValue(endpoint, params, name);
  for (const six of ["", "6"] as const) splitCidr(given, six);
  const families = [...(given.address ? ["inet"] : []), ...(given.address6 ? ["inet6"] : [])];
  return {
    ...given,
    type: params.need("type"),
    families: families.length > 0 ? families : ["inet"],
    method: given.address ? "static" : "manual",
    method6: given.address6 ? "static" : "manual",
  };
}

/** An address is told in both forms, whichever it was given in. */
function splitCidr(given: Record<string, unknown>, six: "" | "6"): void {
  const [cidr, address, netmask] = [`cidr${six}`, `address${six}`, `netmask${six}`];
  const whole = given[cidr];
  if (whole === undefined) {
    if (given[address] !== undefined) given[cidr] = `${String(given[address])}/${String(given[netmask])}`;
    return;
  }
  for (const part of [address, netmask])
    if (given[part] !== undefined) throw paramError({ [part]: `${part} conflicts with ${cidr}` });
  const [, host, bits] = /^(.*)\/(\d+)$/.exec(String(whole)) ?? [];
  given[address] = host;
  given[netmask] = bits;
}
