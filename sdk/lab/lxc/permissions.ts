import { permError } from "../errors.ts";
import { checkBridges, checkTags, type Whose } from "../qemu/permissions.ts";
import { type Properties, parseProperties } from "../qemu/property-string.ts";
import { checkVolumeAccess } from "../qemu/storage/access.ts";
import type { GuestConfig, LabRequest } from "../types.ts";
import { kindOf, newVolume, parseMountPoint } from "./mount-point.ts";
import { isMountPoint, optionNeed } from "./options.ts";

/** What is known of the container whose options are to be changed. */
export interface Present extends Whose {
  /** Undefined where it is being made. */
  readonly config: GuestConfig | undefined;
  readonly unprivileged: boolean;
}

/** Checks what it takes to set and delete these options, as `check_ct_modify_config_perm` does. */
export function checkConfigRights(
  request: LabRequest,
  present: Present,
  settings: ReadonlyMap<string, string>,
  deletes: readonly string[] = [],
): void {
  if (request.caller.id === "root@pam") return;
  for (const [name, value] of settings) checkOption(request, present, name, value);
  for (const name of deletes) checkOption(request, present, name, undefined);
}

function checkOption(request: LabRequest, present: Present, name: string, value: string | undefined): void {
  const { vmid, pool, config } = present;
  if (/^dev\d+$/.test(name)) throw permError("configuring device passthrough is only allowed for root@pam");
  if (name === "hookscript") throw permError("changing the hookscript is only allowed for root@pam");
  if (name === "features") checkFeatures(request, present, value);
  else if (name === "tags") checkTags(request, vmid, config?.get("tags") ?? "", value ?? "");
  else request.checkVm(vmid, pool, [optionNeed(name)]);
  const unused = /^unused\d+$/.test(name);
  if ((unused || isMountPoint(name)) && value !== undefined)
    checkMount(request, vmid, unused ? "rootfs" : name, value);
  if (/^net\d+$/.test(name)) {
    for (const net of [config?.get(name), value])
      if (net !== undefined) checkBridges(request, new Map([[name, net]]));
  }
}

function checkMount(request: LabRequest, vmid: number, name: string, value: string): void {
  const point = parseMountPoint(name, value);
  const kind = kindOf(point);
  if (kind !== "volume") throw permError(`mount point type ${kind} is only allowed for root@pam`);
  const fresh = newVolume(point.volume);
  if (fresh === undefined) checkVolumeAccess(request, vmid, point.volume, "rootdir");
  else request.check(`/storage/${fresh.storage}`, ["Datastore.AllocateSpace"]);
}

function featuresOf(text: string | undefined): Properties {
  const booleans = new Set(["nesting", "keyctl", "fuse", "mknod", "force_rw_sys"]);
  return parseProperties(text ?? "", { booleans });
}

/** `nesting` is for those who may make containers, the other features for root. */
function checkFeatures(request: LabRequest, present: Present, value: string | undefined): void {
  if (!present.unprivileged)
    throw permError("changing feature flags for privileged container is only allowed for root@pam");
  const before = featuresOf(present.config?.get("features"));
  const after = featuresOf(value);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => (before.get(name) ?? "") !== (after.get(name) ?? ""),
  );
  if (changed.some((name) => name !== "nesting"))
    throw permError("changing feature flags (except nesting) is only allowed for root@pam");
  if (changed.length > 0) request.checkVm(present.vmid, present.pool, ["VM.Allocate"]);
}
