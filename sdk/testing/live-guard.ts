import { ScenarioFailure } from "./expect.ts";
import type { ListedToolInfo } from "./mcp-client.ts";
import { isOwn, OWN } from "./own.ts";
import type { Place } from "./target.ts";

/** Arguments that name guests. Left out, a tool picks a VMID itself or takes all guests of a node. */
const GUEST_ARGUMENTS = ["vmid", "newid", "vms"] as const;

/** Arguments that name other objects, which a scenario must have made. */
const OBJECT_ARGUMENTS = [
  ...["id", "userid", "groupid", "roleid", "poolid", "pool"],
  ...["users", "groups", "tokens"],
] as const;

/** Tools of the kernel that name jobs, plans and artifacts; what these do has been judged before. */
const KERNEL_TOOLS = /^(?:job_|artifact_|proxmox_plan_)/;

/** Tools that change a storage's definition. */
const DEFINITION_TOOLS = /^proxmox_storage_(?:define|update|remove)$/;

/** Tools that leave something on the storage that they are told, of no guest that is destroyed with its volumes. */
const STORAGE_TOOLS = /^proxmox_(?:storage|appliance|backup)_/;

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Refuses, on a real cluster, a call of a changing tool that would touch a guest or another object which no scenario
 * made. A call that names nothing at all would change the cluster itself, or whatever the tool picks.
 */
export function refuseForeign(
  { name, inputSchema, annotations }: ListedToolInfo,
  args: Arguments,
  place: Place,
): void {
  if (annotations?.readOnlyHint === true || KERNEL_TOOLS.test(name)) return;
  if (name === "proxmox_api_call") {
    refuseForeignRequest(args, place);
    return;
  }
  const fail = (what: string): never => {
    throw new ScenarioFailure(`${name} ${what}`);
  };
  const { first, last } = place.vmids;
  const guests = [...namedBy(args, [...GUEST_ARGUMENTS, "target-vmid"]), ...guestOfPath(args)];
  const objects = namedBy(args, OBJECT_ARGUMENTS);
  const storages = STORAGE_TOOLS.test(name) ? namedBy(args, ["storage"]) : [];
  const volumes = namedBy(args, ["volid"]);
  const foreign = [
    ...guests.filter((guest) => !inRange(guest, place)),
    ...objects.filter((object) => !isOwn(object) && !isBuiltInRole(object, args)),
    ...storages.filter((one) => !isOwn(one) && (DEFINITION_TOOLS.test(name) || !isOfPlace(one, place))),
    ...volumes.filter((volume) => !isOurVolume(volume, place)),
  ];
  if (foreign.length > 0)
    fail(`would touch ${foreign.join(", ")}, which is neither of ${first} to ${last} nor named ${OWN}…`);
  if (args.all === true) fail("would touch all guests");
  if (objects.length > 0) return;
  const known = Object.keys(typeof inputSchema.properties === "object" ? (inputSchema.properties ?? {}) : {});
  const untold = GUEST_ARGUMENTS.filter((key) => known.includes(key) && namedBy(args, [key]).length === 0);
  if (untold.length > 0)
    fail(`is to be told ${untold.join(", ")} on a real cluster; t.make.freeVmid() has one`);
  // What a private plugin's tool takes is not known here.
  const isBuiltIn = name.startsWith("proxmox_");
  if (isBuiltIn && guests.length + storages.length + volumes.length === 0)
    fail("names nothing that a scenario made");
}

/** A direct call of the API that changes something must name what a scenario made, in its path or its parameters. */
function refuseForeignRequest({ method, path, params }: Arguments, place: Place): void {
  if (method === "GET") return;
  const given = typeof params === "object" && params !== null ? Object.values(params) : [];
  const named = [...String(path).split("/"), ...given.flat().map(String)];
  if (!named.some((part) => isOwn(part) || (/^\d+$/.test(part) && inRange(Number(part), place))))
    throw new ScenarioFailure(`${method} ${path} names nothing that a scenario made`);
}

/** What the arguments name, lists and comma-separated texts taken apart. */
function namedBy(args: Arguments, keys: readonly string[]): readonly unknown[] {
  return keys
    .flatMap((key) => [args[key] ?? []].flat())
    .flatMap((value) => (typeof value === "string" ? value.split(",") : [value]));
}

/** The guest that a path of ACLs is about. */
function guestOfPath({ path }: Arguments): readonly string[] {
  const [, vmid] = /^\/vms\/(\d+)\/?$/.exec(String(path)) ?? [];
  return vmid === undefined ? [] : [vmid];
}

/** Proxmox VE itself never changes its own roles, so that a refusal may be tried on them. */
function isBuiltInRole(object: unknown, { roleid }: Arguments): boolean {
  return object === roleid && String(roleid).startsWith("PVE");
}

/** A VMID, or the name that `t.make` gives to a guest. */
function inRange(guest: unknown, { vmids: { first, last } }: Place): boolean {
  const vmid = Number(/^(?:scenario-)?(\d+)$/.exec(String(guest))?.[1]);
  return vmid >= first && vmid <= last;
}

function isOfPlace(name: unknown, { storage, files }: Place): boolean {
  return name === storage || name === files;
}

/** A volume of a guest of the range, or a file of a scenario's own name, on a storage of the place. */
function isOurVolume(volid: unknown, place: Place): boolean {
  const [storage, name = ""] = String(volid).split(":");
  if (isOwn(storage)) return true;
  if (!isOfPlace(storage, place)) return false;
  const numbers = name.match(/\d+/g) ?? [];
  return isOwn(/[^/]+$/.exec(name)?.[0]) || numbers.some((number) => inRange(Number(number), place));
}
