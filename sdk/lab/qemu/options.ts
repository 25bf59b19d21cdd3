/**
 * What the configuration of a VM may hold, and what its options are for.
 * Facts from `PVE/QemuServer.pm` (`$confdesc`) and `PVE/API2/Qemu.pm` of qemu-server 9.
 */

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

const INTEGERS = words("balloon cores cpuunits migrate_speed shares smp snaptime sockets vcpus");

const BOOLEANS = words(`acpi allow-ksm autostart ciupgrade freeze keephugepages kvm localtime numa onboot
  protection reboot tablet tdf template`);

const STRINGS = words(`affinity agent amd-sev arch args audio0 bios boot bootdisk cdrom cicustom cipassword
  citype ciuser cpu cpulimit description hookscript hotplug hugepages intel-tdx ivshmem keyboard lock machine
  memory meta migrate_downtime name nameserver ostype parent rng0 running-nets-host-mtu runningcpu
  runningmachine scsihw searchdomain smbios1 spice_enhancements sshkeys startdate startup tags vga vmgenid
  vmstate vmstatestorage watchdog efidisk0 tpmstate0`);

/** Strings of no format: the quotes around one are dropped. */
const FREE_TEXTS = words("args cipassword ciuser searchdomain");

const INDEXED: Readonly<Record<string, number>> = {
  hostpci: 15,
  ide: 3,
  ipconfig: 31,
  net: 31,
  numa: 7,
  parallel: 2,
  sata: 5,
  scsi: 30,
  serial: 3,
  unused: 255,
  usb: 13,
  virtio: 15,
  virtiofs: 9,
};

/** Whether the option exists at all. */
export function optionExists(name: string): boolean {
  if (INTEGERS.has(name) || BOOLEANS.has(name) || STRINGS.has(name)) return true;
  const match = /^([a-z]+)(0|[1-9]\d*)$/.exec(name);
  return match?.[1] !== undefined && Number(match[2]) <= (INDEXED[match[1]] ?? -1);
}

/** The value as the configuration file holds it. */
export function storedValue(name: string, value: string): string {
  if (BOOLEANS.has(name)) return /^(1|on|yes|true)$/i.test(value) ? "1" : "0";
  if (INTEGERS.has(name) && /^\d+$/.test(value)) return String(Number(value));
  const text = value.trim();
  return FREE_TEXTS.has(name) ? text.replace(/^"(.*)"$/, "$1") : text;
}

/** The value as the API answers it: integers and booleans as numbers. */
export function answeredValue(name: string, value: string): string | number {
  return INTEGERS.has(name) || BOOLEANS.has(name) ? Number(value) : value;
}

function range(prefix: string, last: number): readonly string[] {
  return Array.from({ length: last + 1 }, (_, index) => `${prefix}${index}`);
}

/** Names of drives in the order in which a boot disk is looked for. */
export const DRIVE_NAMES: readonly string[] = [
  ...range("ide", 3),
  ...range("scsi", 30),
  ...range("virtio", 15),
  ...range("sata", 5),
  "efidisk0",
  "tpmstate0",
];

const DRIVES = new Set(DRIVE_NAMES);

/** True for `scsi0`, false for `unused0`. */
export function isDriveName(name: string): boolean {
  return DRIVES.has(name);
}

/** How many `netN` there can be. */
export const MAX_NETS = 32;

/** How many `unusedN` there can be. */
export const MAX_UNUSED = 256;

const CPU = words("cores cpu runningcpu cpulimit cpuunits numa smp sockets vcpus");
const MEMORY = words("memory balloon shares allow-ksm");
const HARDWARE = words(
  "acpi hotplug kvm machine runningmachine scsihw smbios1 tablet vga watchdog audio0 rng0",
);
const GENERAL = words(`agent autostart bios description keyboard localtime migrate_downtime migrate_speed name
  onboot ostype protection reboot startdate startup tdf template`);
const DISK = words("boot bootdisk vmstatestorage");

/** Options of cloud-init that are not per interface. */
export const CLOUDINIT_OPTIONS = words(
  "cicustom cipassword citype ciuser ciupgrade nameserver searchdomain sshkeys",
);

/** What is needed to change an option whatever its value: the privileges, all or any of them. */
export interface OptionNeed {
  readonly privileges: readonly string[];
  readonly any?: boolean;
}

/** Undefined for options that only root@pam may set. */
export function optionNeed(name: string): OptionNeed | undefined {
  if (CPU.has(name) || /^numa\d+$/.test(name)) return { privileges: ["VM.Config.CPU"] };
  if (MEMORY.has(name)) return { privileges: ["VM.Config.Memory"] };
  if (HARDWARE.has(name)) return { privileges: ["VM.Config.HWType"] };
  if (GENERAL.has(name)) return { privileges: ["VM.Config.Options"] };
  if (name === "freeze") return { privileges: ["VM.PowerMgmt"] };
  if (DISK.has(name)) return { privileges: ["VM.Config.Disk"] };
  if (/^net\d+$/.test(name) || name === "running-nets-host-mtu") return { privileges: ["VM.Config.Network"] };
  if (CLOUDINIT_OPTIONS.has(name) || /^ipconfig\d+$/.test(name))
    return { privileges: ["VM.Config.Cloudinit", "VM.Config.Network"], any: true };
  if (name === "vmstate") return { privileges: ["VM.Config.Disk", "VM.PowerMgmt"] };
  return undefined;
}

/** Options that a running VM takes at once, without hot-plugging anything. */
export function isFastPlug(name: string): boolean {
  return FAST_PLUG.has(name) || CLOUDINIT_OPTIONS.has(name) || /^ipconfig\d+$/.test(name);
}

const FAST_PLUG = words(`description hookscript lock migrate_downtime migrate_speed name onboot protection
  shares startup tags vmstatestorage`);

/** Options whose change the cloud-init image has to follow. */
export function concernsCloudInit(name: string): boolean {
  return name === "name" || CLOUDINIT_OPTIONS.has(name) || /^(?:ipconfig|net)\d+$/.test(name);
}
