import { die, paramError } from "../errors.ts";
import type { LabParams } from "../frame/params.ts";
import { webFault } from "../loopback.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  type SectionOptions,
  sectionDigest,
} from "../sections.ts";
import type { LabCore, LabHandler, LabRequest } from "../types.ts";
import { onControllerDelete, onControllerUpdate, onZoneDelete, onZoneUpdate } from "./hooks.ts";
import { underSdnLock } from "./lock.ts";
import { type Answered, objectOf, viewOf } from "./pending.ts";
import { pluginOptions } from "./plugins.ts";
import { type SdnState, subnetsOf } from "./state.ts";

/** A kind of objects with types of their own. */
interface Kind {
  readonly kind: "zones" | "controllers" | "ipams" | "dns";
  /** Name of the id's parameter, and of the object in messages. */
  readonly name: "zone" | "controller" | "ipam" | "dns";
  /** Before it is written. */
  readonly check?: (request: LabRequest, id: string, section: Section, old: Section | undefined) => void;
  readonly release?: (sdn: SdnState, id: string, section: Section) => void;
}

const SIGHT = ["SDN.Audit", "SDN.Allocate"];

/** Zones, controllers, IPAMs and DNS servers. (pve-network, src/PVE/API2/Network/SDN/Zones.pm, Controllers.pm, Ipams.pm, Dns.pm) */
export function registerObjects(lab: LabCore): void {
  register(lab, { kind: "zones", name: "zone", check: checkZone, release: onZoneDelete });
  register(lab, {
    ...{ kind: "controllers", name: "controller", release: onControllerDelete },
    check: (request, id, section) => onControllerUpdate(request.lab, id, section),
  });
  register(lab, { kind: "ipams", name: "ipam", check: (_request, _id, section) => assertAnswers(section) });
  register(lab, { kind: "dns", name: "dns", check: (_request, _id, section) => assertAnswers(section) });
}

function register(lab: LabCore, object: Kind): void {
  const { kind, name } = object;
  const path = `/cluster/sdn/${kind}`;
  lab.route(`GET ${path}`, (request) => {
    const type = request.params.text("type");
    return listOf(request, object)
      .filter(({ [name]: id }) => request.may(`/sdn/${kind}/${String(id)}`, SIGHT, "any"))
      .filter((answered) => type === undefined || answered.type === type);
  });
  lab.route(`GET ${path}/{${name}}`, (request) => {
    const id = request.params.need(name);
    return { ...objectOf(view(request, object), "sdn", id), [name]: id };
  });
  lab.route(`POST ${path}`, (request) => create(request, object));
  lab.route(`PUT ${path}/{${name}}`, (request) =>
    underSdnLock(request, `update sdn ${name} object failed`, () => update(request, object)),
  );
  lab.route(`DELETE ${path}/{${name}}`, deletes(object));
}

function view(request: LabRequest, { kind }: Kind): ReturnType<typeof viewOf> {
  if (kind === "zones" || kind === "controllers") return viewOf(request, kind);
  const file = request.lab.state.sdn[kind];
  const objects = new Map([...file].map(([id, section]) => [id, Object.fromEntries(section)]));
  return { objects, digest: sectionDigest(file) };
}

function listOf(request: LabRequest, object: Kind): Answered[] {
  const { objects, digest } = view(request, object);
  return [...objects.keys()].sort().map((id) => ({ ...objects.get(id), digest, [object.name]: id }));
}

function optionsOf({ lab }: LabRequest, { kind }: Kind, type: string): SectionOptions {
  return pluginOptions(kind, type, lab.release.major);
}

function checked(request: LabRequest, object: Kind, type: string, create: boolean): Section {
  const without = [object.name, "digest", "delete", "lock-token", ...(create ? ["type"] : [])];
  const options = optionsOf(request, object, type);
  return normal(checkSection(request.endpoint, request.params, { type, options, create, without }));
}

/** Lists of nodes come back sorted. */
function normal(section: Section): Section {
  for (const name of ["nodes", "exitnodes"]) {
    const value = section.get(name);
    if (typeof value === "string")
      section.set(name, [...new Set(value.split(/[,;\s]+/).filter((node) => node !== ""))].sort().join(","));
  }
  return section;
}

function create(request: LabRequest, object: Kind): null {
  const { params, lab } = request;
  const { kind, name } = object;
  const file = lab.state.sdn[kind];
  const id = params.need(name);
  const section = checked(request, object, params.need("type"), true);
  return underSdnLock(request, `create sdn ${name} object failed`, () => {
    if (file.has(id)) throw die(`sdn ${name} object ID '${id}' already defined`);
    object.check?.(request, id, section, undefined);
    file.set(id, section);
    return null;
  });
}

function update(request: LabRequest, object: Kind): null {
  const { params, lab } = request;
  const file = lab.state.sdn[object.kind];
  const id = params.need(object.name);
  assertUnchanged(sectionDigest(file), params.text("digest"));
  const old = existing(lab.state.sdn, object, id);
  const type = String(old.get("type"));
  const given = checked(request, object, type, false);
  const section = new Map(old);
  deleteFromSection(section, optionsOf(request, object, type), given, params.text("delete"));
  for (const [property, value] of given) section.set(property, value);
  object.check?.(request, id, section, old);
  file.set(id, section);
  return null;
}

function existing(sdn: SdnState, { kind }: Kind, id: string): Section {
  const section = sdn[kind].get(id);
  if (section === undefined) throw die(`sdn '${id}' does not exist`);
  return section;
}

function deletes(object: Kind): LabHandler {
  // IPAMs and DNS servers speak of zones here.
  const spoken = object.kind === "ipams" || object.kind === "dns" ? "zone" : object.name;
  return (request) =>
    underSdnLock(request, `delete sdn ${spoken} object failed`, () => {
      const { sdn } = request.lab.state;
      const id = request.params.need(object.name);
      const section = existing(sdn, object, id);
      object.release?.(sdn, id, section);
      // The built-in IPAM is there whatever the file says.
      if (object.kind !== "ipams" || id !== "pve") sdn[object.kind].delete(id);
      return null;
    });
}

function checkZone(request: LabRequest, id: string, zone: Section, old: Section | undefined): void {
  const { lab, params } = request;
  const { sdn } = lab.state;
  if (old !== undefined && old.get("ipam") !== zone.get("ipam")) refuseNewIpam(sdn, id);
  checkServers(sdn, params);
  const ipam = params.text("ipam");
  if (ipam !== undefined && !sdn.ipams.has(ipam)) throw paramError({ ipam: `${ipam} not existing` });
  onZoneUpdate(lab, id, zone);
}

function refuseNewIpam(sdn: SdnState, zone: string): void {
  for (const [vnet, section] of sdn.vnets)
    if (section.get("zone") === zone && subnetsOf(sdn, vnet).length > 0)
      throw paramError({ ipam: "can't change ipam if a subnet is already defined in this zone" });
}

/** What goes before the fault of a server that is asked whether it answers, by type. */
const ASKED: Readonly<Record<string, string>> = {
  powerdns: "dns api error",
  netbox: "Can't connect to netbox api",
  phpipam: "Can't connect to phpipam api",
};

/** Asks a server of addresses or names. (src/PVE/Network/SDN/Ipams/*Plugin.pm, Dns/PowerdnsPlugin.pm: verify_api) */
function assertAnswers(server: Section): void {
  const asked = ASKED[String(server.get("type"))];
  const fault = webFault(String(server.get("url") ?? ""));
  if (asked !== undefined && fault !== undefined)
    throw die(`${asked}: Invalid response from server: ${fault}`);
}

function checkServers({ dns }: SdnState, params: LabParams): void {
  for (const property of ["dns", "reversedns"]) {
    const server = params.text(property);
    if (server !== undefined && !dns.has(server)) throw paramError({ [property]: `${server} don't exist` });
  }
  if (params.has("dnszone") && !params.has("dns")) throw paramError({ dnszone: "missing dns server" });
}
