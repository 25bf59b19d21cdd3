import { usageOf } from "../domains/guest-stats.ts";
import { haOfGuest } from "../ha/state.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { isCdrom, parseDrive } from "./drive.ts";
import { isTemplate, loadVm } from "./guest.ts";
import { isDriveName, MAX_NETS } from "./options.ts";
import { parseProperties } from "./property-string.ts";
import { memoryMiB } from "./size.ts";
import { displayStatus } from "./vga.ts";

/** A VM as lists and `status/current` show it; `full` also asks the running machine. */
export function vmStatus(lab: LabCore, guest: LabGuest, full: boolean): Record<string, unknown> {
  const { config, runtime, vmid } = guest;
  const maxmem = memoryMiB(config.get("memory")) * 2 ** 20;
  const balloon = Number(config.get("balloon") ?? 0);
  const row: Record<string, unknown> = {
    vmid,
    status: runtime === undefined ? "stopped" : "running",
    disk: 0,
    maxdisk: bootDiskSize(guest) ?? 0,
    cpus: cpuCount(lab, guest),
    name: config.get("name") ?? `VM ${vmid}`,
    maxmem,
    uptime: 0,
    cpu: 0,
    mem: 0,
    memhost: 0,
    netin: 0,
    netout: 0,
  };
  if (balloon > 0) {
    row.balloon_min = balloon * 2 ** 20;
    row.shares = Number(config.get("shares") ?? 1000);
  }
  if (isTemplate(config)) row.template = 1;
  if ([0, 1, 2, 3].some((index) => config.has(`serial${index}`))) row.serial = 1;
  for (const name of ["lock", "tags"]) if (config.has(name)) row[name] = config.get(name);
  if (runtime !== undefined) Object.assign(row, usage(lab, guest, full));
  if (full) row.qmpstatus = runtime?.qmpstatus ?? "stopped";
  return row;
}

/** What a running machine uses, to be laid over the zeros of a stopped one. */
function usage(lab: LabCore, guest: LabGuest, full: boolean): Record<string, unknown> {
  const { runtime } = guest;
  if (runtime === undefined) return {};
  const { cpu, mem, netin, netout, uptime } = usageOf(lab, guest);
  const nics = [...Array(MAX_NETS).keys()].filter((index) => runtime.config.has(`net${index}`));
  const row: Record<string, unknown> = {
    pid: runtime.pid,
    uptime,
    cpu: runtime.qmpstatus === "running" ? cpu : 0,
    mem,
    memhost: mem,
    ...(nics.length > 0 ? { netin, netout } : {}),
  };
  for (const kind of ["cpu", "io", "memory"])
    for (const part of ["some", "full"]) row[`pressure${kind}${part}`] = 0;
  const share = { netin: Math.floor(netin / nics.length), netout: Math.floor(netout / nics.length) };
  if (full && nics.length > 0)
    row.nics = Object.fromEntries(nics.map((index) => [`tap${guest.vmid}i${index}`, { ...share }]));
  return row;
}

/** Processors that the VM sees. */
export function cpuCount(lab: LabCore, guest: LabGuest): number {
  const { config } = guest;
  const vcpus = Number(config.get("vcpus") ?? 0);
  if (vcpus > 0) return vcpus;
  const wanted = Number(config.get("sockets") ?? 1) * Number(config.get("cores") ?? 1);
  return Math.min(wanted, lab.state.nodes.get(guest.node)?.cpus ?? wanted);
}

/** Size of the first disk of the boot order, in bytes. */
export function bootDiskSize(guest: LabGuest): number | undefined {
  const boot = parseProperties(guest.config.get("boot") ?? "", { defaultKey: "legacy" });
  const order = boot.get("order");
  const names = order === undefined ? [guest.config.get("bootdisk") ?? ""] : order.split(/[;\s]+/);
  for (const name of names) {
    const text = isDriveName(name) ? guest.config.get(name) : undefined;
    const drive = text === undefined ? undefined : parseDrive(name, text);
    if (drive !== undefined && !isCdrom(drive)) return drive.size;
  }
  return undefined;
}

/** GET the VMs of a node, those that the caller may see. */
export function listVms(request: LabRequest): unknown {
  const { lab, node, params } = request;
  return [...lab.state.guests.values()]
    .filter((guest) => guest.kind === "qemu" && guest.node === node.name)
    .filter((guest) => request.may(`/vms/${guest.vmid}`, ["VM.Audit"]))
    .sort((a, b) => a.vmid - b.vmid)
    .map((guest) => vmStatus(lab, guest, params.flag("full")));
}

/** GET status/current. */
export function currentStatus(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const guest = loadVm(lab, node.name, Number(params.need("vmid")));
  const row = { ...vmStatus(lab, guest, true), ha: haOfGuest(lab.state, guest, lab.release.major) };
  return {
    ...row,
    ...displayStatus(guest.config.get("vga"), lab.release.major),
    ...(agentEnabled(guest) ? { agent: 1 } : {}),
  };
}

/** Whether the configuration says that a guest agent is to be used. */
export function agentEnabled(guest: LabGuest): boolean {
  const shape = { defaultKey: "enabled", booleans: new Set(["enabled"]) };
  return parseProperties(guest.config.get("agent") ?? "", shape).get("enabled") === "1";
}
