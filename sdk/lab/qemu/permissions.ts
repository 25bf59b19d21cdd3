import { die, paramError, permError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import type { GuestConfig, LabRequest, LabState } from "../types.ts";
import { parseNet } from "./net.ts";
import { isDriveName, optionNeed } from "./options.ts";
import { parseProperties } from "./property-string.ts";

/** The guest whose options are to be changed; a pool only where the guest is being made. */
export interface Whose {
  readonly vmid: number;
  readonly pool?: string | undefined;
}

/** Checks what is needed for options whatever their value, one after the other. */
export function checkOptions(request: LabRequest, whose: Whose, names: readonly string[]): void {
  if (request.caller.id === "root@pam") return;
  for (const name of names) {
    if (isDriveName(name) || name === "cdrom" || name === "tags") continue;
    if (/^(?:unused|serial|usb|hostpci|virtiofs)\d+$/.test(name)) continue;
    const need = optionNeed(name);
    if (need === undefined) throw die(`only root can set '${name}' config`);
    request.checkVm(whose.vmid, whose.pool, need.privileges, need.any === true ? "any" : "all");
    if (name === "startup") request.check("/", ["Sys.Modify"]);
  }
}

/** Checks what the value of a passed-through device needs. */
export function checkDevice(request: LabRequest, whose: Whose, name: string, value: string): void {
  if (request.caller.id === "root@pam") return;
  const hardware = (): void => request.checkVm(whose.vmid, whose.pool, ["VM.Config.HWType"]);
  if (/^usb\d+$/.test(name)) {
    hardware();
    const device = parseProperties(value, { defaultKey: "host" });
    if (device.get("host")?.toLowerCase() === "spice") return;
    mapped(request, name, device, "usb", "real");
  } else if (/^hostpci\d+$/.test(name)) {
    const device = parseProperties(value, { defaultKey: "host" });
    mapped(request, name, device, "pci", "non-mapped");
    hardware();
    if (device.has("romfile")) throw paramError({ [name]: "only root@pam can set 'romfile' option" });
  } else if (/^rng\d+$/.test(name)) {
    hardware();
    if (parseProperties(value, { defaultKey: "source" }).get("source") === "/dev/hwrng")
      request.check("/mapping/hwrng", ["Mapping.Use"]);
  } else if (/^virtiofs\d+$/.test(name)) {
    request.checkVm(whose.vmid, whose.pool, ["VM.Config.Disk"]);
    const dir = parseProperties(value, { defaultKey: "dirid" }).get("dirid") ?? "";
    request.check(`/mapping/dir/${dir}`, ["Mapping.Use"]);
  }
}

function mapped(
  request: LabRequest,
  name: string,
  device: ReadonlyMap<string, string>,
  kind: "usb" | "pci",
  which: string,
): void {
  if (device.has("host")) throw die(`only root can set '${name}' config for ${which} devices`);
  const mapping = device.get("mapping");
  if (mapping === undefined) throw die("either 'host' or 'mapping' must be set.");
  request.check(`/mapping/${kind}/${mapping}`, ["Mapping.Use"]);
}

/** Checks passed-through devices of a whole configuration that is being copied. */
export function checkMappings(request: LabRequest, vmid: number, config: GuestConfig): void {
  for (const [name, value] of config)
    if (/^(?:usb|hostpci|rng|virtiofs)\d+$/.test(name)) checkDevice(request, { vmid }, name, value);
}

/** Checks the use of bridges and VLANs of all network devices. */
export function checkBridges(request: LabRequest, config: ReadonlyMap<string, string>): void {
  if (request.caller.id === "root@pam") return;
  for (const [name, value] of [...config].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/^net\d+$/.test(name)) continue;
    const { options } = parseNet(value, request.lab.random);
    const bridge = options.get("bridge");
    if (bridge === undefined) continue;
    // A vnet is below its own zone.
    const zone = request.lab.state.sdn.vnets.get(bridge)?.get("zone") ?? "localnetwork";
    const path = `/sdn/zones/${String(zone)}/${bridge}`;
    const tags = [options.get("tag") ?? "", ...(options.get("trunks") ?? "").split(";")].filter(
      (tag) => tag !== "",
    );
    if (tags.length === 0) request.check(path, ["SDN.Use"]);
    for (const tag of tags) request.check(`${path}/${tag}`, ["SDN.Use"]);
  }
}

/** Checks the use of a custom CPU model, unless the VM has it already. */
export function checkCpuModel(request: LabRequest, wanted: string | undefined, present?: string): void {
  if (wanted === undefined) return;
  const model = (text: string): string | undefined =>
    parseProperties(text, { defaultKey: "cputype" }).get("cputype");
  const name = model(wanted);
  if (name === undefined || (present !== undefined && model(present) === name)) return;
  if (name.startsWith("custom-"))
    request.check(`/mapping/cpu/${name.slice("custom-".length)}`, ["Mapping.Use"]);
}

/** Checks each tag that comes or goes. */
export function checkTags(request: LabRequest, vmid: number, before: string, after: string): void {
  request.checkVm(vmid, undefined, ["VM.Config.Options"]);
  if (request.may("/", ["Sys.Modify"])) return;
  const { datacenter } = request.lab.state;
  const registered = new Set(splitList(datacenter.get("registered-tags") ?? ""));
  const access = parseProperties(datacenter.get("user-tag-access") ?? "", {});
  const mode = access.get("user-allow") ?? "free";
  const allowed = new Set(mode === "none" ? [] : splitList(access.get("user-allow-list") ?? ""));
  if (mode === "free" || mode === "existing") addVisibleTags(request, allowed);
  const old = new Set(splitList(before));
  const fresh = new Set(splitList(after));
  for (const tag of new Set([...old, ...fresh])) {
    if (old.has(tag) === fresh.has(tag)) continue;
    if ((mode !== "free" && !allowed.has(tag)) || registered.has(tag))
      throw permError(`/, Sys.Modify for modifying tag '${tag}'`);
  }
}

function addVisibleTags(request: LabRequest, tags: Set<string>): void {
  for (const guest of request.lab.state.guests.values())
    if (request.may(`/vms/${guest.vmid}`, ["VM.Audit"]))
      for (const tag of splitList(guest.config.get("tags") ?? "")) tags.add(tag);
}

/** Tags as they are stored: each once, in lower case and sorted unless the cluster's style for tags says otherwise. */
export function storedTags({ datacenter }: Pick<LabState, "datacenter">, text: string): string {
  const style = parseProperties(datacenter.get("tag-style") ?? "", { booleans: new Set(["case-sensitive"]) });
  const cased = style.get("case-sensitive") === "1";
  const tags = splitList(text).map((tag) => (cased ? tag : tag.toLowerCase()));
  return [...new Set(style.get("ordering") === "config" ? tags : tags.sort())].join(";");
}
