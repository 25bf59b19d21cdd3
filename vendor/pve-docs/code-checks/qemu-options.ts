import type { CodeCheck, PathValues } from "./types.ts";
import {
  fileOf,
  foreignDisk,
  mapped,
  newVolume,
  ofKind,
  storedFile,
  VOLUME_ACCESS,
  vnetsOf,
} from "./values.ts";

const ON = { path: "/vms/{vmid}", orOn: "/pool/{pool}" } as const;

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function group(privilege: string, names: string): CodeCheck {
  return { ...ON, privileges: [privilege], params: words(names) };
}

/** Parameters that hold a drive. */
export const DRIVES = words("ide[n] sata[n] scsi[n] virtio[n] efidisk0 tpmstate0");

/** What it takes to set or remove options of a VM, whatever their value; root's own options are not here. */
const GROUPS: readonly CodeCheck[] = [
  group("VM.Config.CPU", "cores cpu cpulimit cpuunits numa numa[n] smp sockets vcpus"),
  group("VM.Config.Memory", "memory balloon shares"),
  group(
    "VM.Config.HWType",
    "acpi hotplug kvm machine scsihw smbios1 tablet vga watchdog audio0 rng0 serial[n] usb[n] hostpci[n]",
  ),
  group(
    "VM.Config.Options",
    `agent autostart bios description keyboard localtime migrate_downtime migrate_speed name onboot ostype
    protection reboot startdate startup tdf template`,
  ),
  { privileges: ["Sys.Modify"], path: "/", params: ["startup"] },
  group("VM.PowerMgmt", "freeze"),
  group("VM.Config.Disk", "boot bootdisk vmstatestorage virtiofs[n]"),
  group("VM.Config.Network", "net[n]"),
  {
    ...ON,
    privileges: ["VM.Config.Cloudinit", "VM.Config.Network"],
    any: true,
    params: words("cicustom cipassword citype ciuser ciupgrade nameserver searchdomain sshkeys ipconfig[n]"),
  },
];

/** What the values of devices add. */
const DEVICES: readonly CodeCheck[] = [
  {
    privileges: ["Mapping.Use"],
    path: "/mapping/usb/{name}",
    params: ["usb[n]"],
    from: mapped("mapping", "host"),
    since: "8.0",
  },
  {
    privileges: ["Mapping.Use"],
    path: "/mapping/pci/{name}",
    params: ["hostpci[n]"],
    from: mapped("mapping", "host"),
    since: "8.0",
  },
  {
    privileges: ["Mapping.Use"],
    path: "/mapping/dir/{name}",
    params: ["virtiofs[n]"],
    from: mapped("dirid", "dirid"),
    since: "9.0",
  },
  {
    privileges: ["Mapping.Use"],
    path: "/mapping/hwrng",
    params: ["rng0"],
    from: (value) => (mapped("source", "source")(value)[0]?.name === "/dev/hwrng" ? [{}] : []),
    since: "9.0",
  },
  {
    privileges: ["Mapping.Use"],
    path: "/mapping/cpu/{name}",
    params: ["cpu"],
    from: (value) =>
      mapped(
        "cputype",
        "cputype",
      )(value).flatMap(({ name = "" }) =>
        name.startsWith("custom-") ? [{ name: name.slice("custom-".length) }] : [],
      ),
    since: "9.2",
    condition: "for a custom model that the VM does not have yet",
  },
  {
    privileges: ["SDN.Use"],
    path: "/sdn/zones/localnetwork/{vnet}",
    params: ["net[n]"],
    from: vnetsOf,
    since: "8.0",
    condition: "a vnet is below its own zone instead of localnetwork",
    origin: "qemu-server, src/PVE/QemuServer.pm",
  },
];

/** What the storages that drives name add. */
const STORAGES: readonly CodeCheck[] = [
  {
    privileges: ["Datastore.AllocateSpace"],
    path: "/storage/{storage}",
    params: DRIVES,
    from: newVolume(fileOf),
    condition: "for a new disk",
  },
  {
    privileges: ["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.Audit"],
    any: true,
    path: "/storage/{storage}",
    params: DRIVES,
    from: storedFile(fileOf),
    condition: "for an image that lies there",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["Datastore.Allocate", "Datastore.Audit"],
    any: true,
    path: "/storage/{storage}",
    params: DRIVES,
    from: foreignDisk(fileOf),
    condition: "for another guest's disk",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["VM.Config.Disk"],
    path: "/vms/{owner}",
    params: DRIVES,
    from: foreignDisk(fileOf),
    condition: "for another guest's disk, unless Datastore.Allocate is held on its storage",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.Audit"],
    any: true,
    path: "/storage/{storage}",
    params: DRIVES,
    from: (value) =>
      mapped("import-from", "file")(value).flatMap(({ name = "" }) => storedFile(() => name)("")),
    condition: "for an image to import",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["VM.Clone"],
    path: "/vms/{owner}",
    params: DRIVES,
    from: (value, call) =>
      mapped(
        "import-from",
        "file",
      )(value).flatMap(({ name = "" }) => foreignDisk(() => name)("", { ...call, vmid: undefined })),
    condition: "for a VM's disk to import",
  },
  {
    privileges: ["Sys.Console"],
    path: "/",
    params: DRIVES,
    from: (value) => (fileOf(value) === "cdrom" ? [{}] : []),
    condition: "for the node's own drive",
  },
  {
    privileges: ["Datastore.AllocateSpace"],
    path: "/storage/{vmstatestorage}",
    params: ["vmstatestorage"],
  },
];

/** Tags: who may use which depends on the cluster's options. */
const TAGS: readonly CodeCheck[] = [
  { privileges: ["VM.Config.Options"], path: "/vms/{vmid}", params: ["tags"] },
  {
    privileges: ["Sys.Modify"],
    path: "/",
    params: ["tags"],
    maybe: true,
    condition: "for tags that are registered, or not open to all by the cluster's options",
    origin: "pve-guest-common, src/PVE/GuestHelpers.pm",
  },
];

/** What both making and changing a VM check about its options. */
export const VM_OPTIONS: readonly CodeCheck[] = [...GROUPS, ...DEVICES, ...STORAGES, ...TAGS];

const REMOVED_DRIVE = /^(?:cdrom|(?:ide|sata|scsi|virtio)\d+|efidisk0|tpmstate0)$/;

function removed(value: string, names: RegExp): readonly PathValues[] {
  return value.split(/[,;\s]+/).some((name) => names.test(name)) ? [{}] : [];
}

/** What changing a VM checks about present devices and drives beyond {@link VM_OPTIONS}. */
export const DRIVE_CHANGES: readonly CodeCheck[] = [
  {
    privileges: ["VM.Config.Disk"],
    path: "/vms/{vmid}",
    params: [...DRIVES, "unused[n]"],
    from: ofKind("disk"),
  },
  {
    privileges: ["VM.Config.CDROM"],
    path: "/vms/{vmid}",
    params: [...DRIVES, "cdrom"],
    from: ofKind("cdrom"),
  },
  {
    privileges: ["VM.Config.Cloudinit", "VM.Config.CDROM"],
    path: "/vms/{vmid}",
    params: DRIVES,
    from: ofKind("cloudinit"),
  },
  ...(
    [
      [["VM.Config.Disk"], "to remove a disk"],
      [["VM.Config.CDROM"], "to remove a CD drive"],
      [["VM.Config.CDROM", "VM.Config.Cloudinit"], "to remove a cloud-init drive"],
    ] as const
  ).map(
    ([privileges, condition]): CodeCheck => ({
      ...{ privileges, path: "/vms/{vmid}", params: ["delete"], maybe: true, condition },
      from: (value) => removed(value, REMOVED_DRIVE),
    }),
  ),
  {
    privileges: ["Mapping.Use"],
    path: "/mapping/{kind}/{name}",
    params: ["hostpci[n]", "usb[n]", "virtiofs[n]"],
    maybe: true,
    condition: "for a mapped device that is there so far",
    since: "8.0",
  },
  {
    privileges: ["SDN.Use"],
    path: "/sdn/zones/localnetwork/{vnet}",
    params: ["net[n]"],
    maybe: true,
    condition: "for the network device that is there so far",
    since: "8.0",
    origin: "qemu-server, src/PVE/QemuServer.pm",
  },
  {
    privileges: ["VM.Config.Disk"],
    path: "/vms/{vmid}",
    params: ["delete"],
    from: (value) => (/(?:^|[,;\s])unused\d/.test(value) ? [{}] : []),
  },
  {
    privileges: ["Datastore.AllocateSpace"],
    path: "/storage/{storage}",
    params: ["delete"],
    when: ({ force, delete: names }) =>
      (force !== undefined && force !== false && force !== 0 && force !== "0") ||
      /unused\d/.test(String(names)),
    condition: "of each disk whose volume is removed",
  },
];
