import type { ParamSchema } from "../types.ts";
import { splitList } from "../wire.ts";
import { isIp } from "./common.ts";
import { checkVolumeId } from "./storage.ts";
import { byPattern, type FormatCheck, type FormatTable, readIn, when } from "./types.ts";

const LXC_CONFIG = "pve-container, src/PVE/LXC/Config.pm";
const HA_TOOLS = "pve-ha-manager, src/PVE/HA/Tools.pm";
const DRIVE = /^(?:ide[0-3]|sata[0-5]|scsi(?:[12]?\d|30)|virtio(?:\d|1[0-5])|efidisk0|tpmstate0)$/;
const BOOT_DEVICE =
  /^(?:ide[0-3]|sata[0-5]|scsi(?:[12]?\d|30)|virtio(?:\d|1[0-5])|net(?:[12]?\d|3[01])|usb(?:\d|1[0-3])|hostpci(?:\d|1[0-5]))$/;
const HOTPLUG: ReadonlySet<string> = new Set("network disk cpu memory usb cloudinit".split(" "));
const LINK_LOCAL = /^(fe80:[^%]+)%([a-z][a-z0-9_]{1,20}(?:[:.]\d+)?)\n?$/i;

const checkVolumeOrPath: FormatCheck = (value) => (value.startsWith("/") ? undefined : checkVolumeId(value));

function checkHotplug(value: string): string | undefined {
  if (value === "0" || value === "1") return undefined;
  const unknown = splitList(value).find((feature) => !HOTPLUG.has(feature));
  return unknown === undefined ? undefined : `invalid hotplug feature '${unknown}'`;
}

function isCpuSet(value: string): boolean {
  return value
    .replace(/,+$/, "")
    .split(",")
    .every((part) => {
      const range = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
      return range !== null && Number(range[2] ?? range[1]) >= Number(range[1]);
    });
}

function checkReplicationJob(value: string): string | undefined {
  const guest = /^(\d+)-\d+\n?$/.exec(value)?.[1];
  if (guest === undefined) return `invalid replication job id '${value}'`;
  if (Number(guest) >= 100) return undefined;
  return `invalid replication job id '${value}' (guest IDs < 100 are reseved)`;
}

const HA_ID = "value does not look like a valid ha resource id";

/** Plain formats of VMs, containers, HA and jobs. */
const checks: FormatTable = {
  ...readIn("qemu-server, src/PVE/QemuServer.pm", {
    "pve-volume-id-or-absolute-path": checkVolumeOrPath,
    "pve-volume-id-or-qm-path": (value) =>
      value === "none" || value === "cdrom" ? undefined : checkVolumeOrPath(value),
    "pve-qm-bootdev": byPattern(BOOT_DEVICE, (value) => `invalid boot device '${value}'`),
    "pve-hotplug-features": checkHotplug,
    "pve-cpuset": when(isCpuSet, "unable to parse cpuset option"),
  }),
  ...readIn("qemu-server, src/PVE/QemuServer/Drive.pm", {
    "pve-qm-bootdisk": byPattern(DRIVE, (value) => `invalid boot disk '${value}'`),
  }),
  ...readIn("qemu-server, src/PVE/QemuServer/CPUConfig.pm", {
    "pve-phys-bits": byPattern(
      /^(?:host|0?[89]|[1-5]\d|6[0-4])\n?$/,
      "value must be an integer between 8 and 64 or 'host'",
    ),
  }),
  ...readIn(LXC_CONFIG, {
    "pve-lxc-mp-string": when(
      (value) => !/\/\.\.?(?:\/|\n?$)|^\.\.\//.test(value),
      (value) => `${value} contains illegal character sequences`,
    ),
    "pve-lxc-dev-string": when(
      (value) => value.startsWith("/dev/") && !/\/\.\.?(?:\/|\n?$)/.test(value),
      (value) => `${value} is not a valid device path`,
    ),
    "lxc-ip-with-ll-iface": when(
      (value) => isIp(LINK_LOCAL.exec(value)?.[1] ?? value),
      "value does not look like a valid IP address",
    ),
  }),
  ...readIn(HA_TOOLS, {
    "pve-ha-resource-id": byPattern(/^[a-z]+:\S+\n?$/u, HA_ID),
    "pve-ha-resource-or-vm-id": byPattern(/^(?:[a-z]+:\S+|\p{Nd}+)\n?$/u, HA_ID),
  }),
  ...readIn("pve-guest-common, src/PVE/ReplicationConfig.pm", {
    "pve-replication-job-id": checkReplicationJob,
  }),
  ...readIn("pve-manager, PVE/API2/Backup.pm", {
    "pve-day-of-week": byPattern(/^(?:mon|tue|wed|thu|fri|sat|sun)\n?$/, (value) => `invalid day '${value}'`),
  }),
};

const FLAG: ParamSchema = { type: "boolean", optional: true };
const VOLUME: ParamSchema = { type: "string", optional: true, format: "pve-volume-id" };
const BASE64: ParamSchema = { type: "string", optional: true, pattern: "[A-Za-z0-9+\\/]+={0,2}" };
const HEX_ID: ParamSchema = { type: "string", optional: true, pattern: "(?^:^0x[0-9a-fA-F]{4}$)" };
const PCI_ID = "(?:[a-f0-9]{4,}:)?[a-f0-9]{2}:[a-f0-9]{2}(?:\\.[a-f0-9])?";

/** Property strings of VMs that the facts only name. */
const propertyStrings: FormatTable = {
  "pve-qm-boot": {
    origin: "qemu-server, src/PVE/QemuServer.pm",
    fields: {
      legacy: { type: "string", optional: true, defaultKey: true, pattern: "[acdn]{1,4}" },
      order: { type: "string", optional: true, format: "pve-qm-bootdev-list" },
    },
  },
  "pve-qm-ipconfig": {
    origin: "qemu-server, src/PVE/QemuServer/Network.pm",
    fields: {
      ip: { type: "string", optional: true, format: "pve-ipv4-config" },
      gw: { type: "string", optional: true, format: "ipv4", requires: "ip" },
      ip6: { type: "string", optional: true, format: "pve-ipv6-config" },
      gw6: { type: "string", optional: true, format: "ipv6", requires: "ip6" },
    },
  },
  "pve-qm-watchdog": {
    origin: "qemu-server, src/PVE/QemuServer.pm",
    fields: {
      model: { type: "string", optional: true, defaultKey: true, enum: ["i6300esb", "ib700"] },
      action: {
        type: "string",
        optional: true,
        enum: ["reset", "shutdown", "poweroff", "pause", "debug", "none"],
      },
    },
  },
  "pve-qm-rng": {
    origin: "qemu-server, src/PVE/QemuServer/RNG.pm",
    fields: {
      source: { type: "string", defaultKey: true, enum: ["/dev/urandom", "/dev/random", "/dev/hwrng"] },
      max_bytes: { type: "integer", optional: true },
      period: { type: "integer", optional: true },
    },
  },
  "pve-qm-smbios1": {
    origin: "qemu-server, src/PVE/QemuServer.pm",
    fields: {
      uuid: {
        type: "string",
        optional: true,
        pattern: "[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}",
      },
      version: BASE64,
      serial: BASE64,
      manufacturer: BASE64,
      product: BASE64,
      sku: BASE64,
      family: BASE64,
      base64: FLAG,
    },
  },
  "pve-qm-cicustom": {
    origin: "qemu-server, src/PVE/QemuServer.pm",
    fields: { meta: VOLUME, network: VOLUME, user: VOLUME, vendor: VOLUME },
  },
  "pve-qm-hostpci": {
    origin: "qemu-server, src/PVE/QemuServer/PCI.pm",
    fields: {
      host: { type: "string", optional: true, defaultKey: true, pattern: `(?^:${PCI_ID}(;${PCI_ID})*)` },
      mapping: { type: "string", optional: true, format: "pve-configid" },
      rombar: FLAG,
      romfile: { type: "string", optional: true, pattern: "[^,;]+" },
      pcie: FLAG,
      "x-vga": FLAG,
      "legacy-igd": FLAG,
      mdev: { type: "string", optional: true, pattern: "[^/\\.:]+" },
      "vendor-id": HEX_ID,
      "device-id": HEX_ID,
      "sub-vendor-id": HEX_ID,
      "sub-device-id": HEX_ID,
    },
  },
  "pve-qm-ide": {
    origin: "qemu-server, src/PVE/QemuServer/Drive.pm",
    fields: {
      file: { type: "string", defaultKey: true, format: "pve-volume-id-or-qm-path" },
      volume: { alias: "file" },
    },
  },
};

/** Formats of guests, HA and jobs. */
export const guestFormats: FormatTable = { ...checks, ...propertyStrings };
