import { die } from "../errors.ts";
import type { GuestConfig, LabGuest } from "../types.ts";
import { isDriveName } from "./options.ts";
import { parseProperties } from "./property-string.ts";

/** Disks that a VM boots from. (qemu-server, PVE/QemuServer/Drive.pm: get_bootdisks) */
function bootDisks(config: GuestConfig): readonly string[] {
  const boot = parseProperties(config.get("boot") ?? "", { defaultKey: "legacy" });
  if (!config.has("boot") || boot.has("legacy")) return [config.get("bootdisk") ?? ""];
  return (boot.get("order") ?? "").split(/[;,\s]+/).filter(isDriveName);
}

/** The device on the PCI bus that goes with this one; undefined where only a part of another one goes. */
function onBus(config: GuestConfig, name: string): string | undefined {
  if (/^(?:net|virtio)\d+$/.test(name)) return name;
  const index = /^scsi(\d+)$/.exec(name)?.[1];
  if (index === undefined) return undefined;
  const controller = config.get("scsihw") ?? "lsi";
  if (controller === "virtio-scsi-single") return `virtioscsi${index}`;
  const others = [...config.keys()].some((key) => key !== name && /^scsi\d+$/.test(key));
  const room = controller.startsWith("virtio") ? 256 : 7;
  return others ? undefined : `scsihw${Math.floor(Number(index) / room)}`;
}

/**
 * Takes a device out of a running machine. What it boots from stays, and what sits on the PCI bus goes only
 * where a system in the VM lets go of it. (qemu-server, PVE/QemuServer.pm: vm_deviceunplug)
 */
export function takeOut({ config, runtime }: LabGuest, name: string): void {
  if (runtime?.config.has(name) !== true) return;
  if (bootDisks(config).includes(name)) throw die(`can't unplug bootdisk '${name}'`);
  const device = onBus(runtime.config, name);
  if (device !== undefined && runtime.ignoresShutdown === true)
    throw die(`error on hot-unplugging device '${device}'`);
}
