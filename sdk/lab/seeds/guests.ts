import type { Random } from "../random.ts";
import type { GuestConfig, LabGuest, LabState } from "../types.ts";

/** What a guest is made from; the configuration is filled up with what creation adds. */
export interface GuestSpec {
  readonly kind: "qemu" | "lxc";
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
  readonly running?: boolean;
  /** Storage of the disk, and its size in GiB. */
  readonly disk?: readonly [storage: string, gib: number];
  /** Further keys as in the file; these win. */
  readonly config?: Readonly<Record<string, string>>;
  /** Commands that its guest agent has turned off. */
  readonly agentBlocks?: readonly string[];
}

const GIB = 2 ** 30;

/** Adds a guest with its disk. */
export function addGuest(state: LabState, spec: GuestSpec, random: Random): LabGuest {
  const disk = spec.disk === undefined ? undefined : addDisk(state, spec, spec.disk);
  const config =
    spec.kind === "qemu" ? vmConfig(state, spec, disk, random) : containerConfig(spec, disk, random);
  for (const [key, value] of Object.entries(spec.config ?? {})) config.set(key, value);
  const guest: LabGuest = {
    kind: spec.kind,
    vmid: spec.vmid,
    node: spec.node,
    config,
    pending: new Map(),
    pendingDelete: new Map(),
    snapshots: new Map(),
    runtime: undefined,
  };
  if (spec.agentBlocks !== undefined) guest.agentBlocks = new Set(spec.agentBlocks);
  if (spec.running === true) {
    guest.runtime = {
      pid: random.int(2000, 400_000),
      startedAt: state.startedAt - random.int(1, 48) * 3_600_000,
      qmpstatus: "running",
      config: new Map(config),
      agent: /^(1|enabled=1)/.test(config.get("agent") ?? ""),
    };
  }
  state.guests.set(spec.vmid, guest);
  addCloudInitDrive(state, spec);
  return guest;
}

/** A cloud-init drive that the configuration names exists as a volume, as creating it would have made it. */
function addCloudInitDrive(state: LabState, spec: GuestSpec): void {
  for (const drive of Object.values(spec.config ?? {})) {
    const volid = /^([^:]+:\d+\/vm-\d+-cloudinit\.qcow2)(?:,|$)/.exec(drive)?.[1];
    const storage = state.storages.get(volid?.split(":")[0] ?? "");
    if (volid === undefined || storage === undefined) continue;
    state.volumes.put(storage, spec.node, {
      volid,
      content: "images",
      format: "qcow2",
      vmid: spec.vmid,
      size: 4 * 2 ** 20,
      used: 4 * 2 ** 20,
      ctime: Math.floor(state.startedAt / 1000) - 86_400,
    });
  }
}

/** Adds a snapshot that holds the configuration of now, and makes it the parent. */
export function addSnapshot(guest: LabGuest, name: string, description: string, snaptime: number): void {
  const config = new Map(guest.config);
  config.set("snaptime", String(snaptime));
  config.set("description", description);
  guest.snapshots.set(name, { name, config });
  guest.config.set("parent", name);
}

function addDisk(state: LabState, spec: GuestSpec, [id, gib]: readonly [string, number]): string {
  const storage = state.storages.get(id);
  if (storage === undefined) throw new Error(`the seed has no storage ${id}`);
  const isFile = storage.config.has("path") || storage.type === "nfs";
  const isTemplate = spec.config?.template === "1";
  const base = `${isTemplate ? "base" : "vm"}-${spec.vmid}-disk-0`;
  const extension = spec.kind === "qemu" ? "qcow2" : "raw";
  const volid = isFile ? `${id}:${spec.vmid}/${base}.${extension}` : `${id}:${base}`;
  state.volumes.put(storage, spec.node, {
    volid,
    content: spec.kind === "qemu" ? "images" : "rootdir",
    format: isFile ? extension : "raw",
    vmid: spec.vmid,
    size: gib * GIB,
    used: Math.floor(gib * GIB * 0.3),
    ctime: Math.floor(state.startedAt / 1000) - 86_400,
  });
  return `${volid},size=${gib}G`;
}

function vmConfig(state: LabState, spec: GuestSpec, disk: string | undefined, random: Random): GuestConfig {
  const ctime = Math.floor(state.startedAt / 1000) - 86_400;
  const config: GuestConfig = new Map([
    ["boot", "order=scsi0;net0"],
    ["cores", "2"],
    ["memory", "2048"],
    ["meta", `creation-qemu=10.1.2,ctime=${ctime}`],
    ["name", spec.name],
    ["net0", `virtio=${random.mac()},bridge=vmbr0`],
    ["ostype", "l26"],
    ["scsihw", "virtio-scsi-single"],
    ["smbios1", `uuid=${random.uuid()}`],
    ["vmgenid", random.uuid()],
  ]);
  if (disk !== undefined) config.set("scsi0", disk);
  return config;
}

function containerConfig(spec: GuestSpec, disk: string | undefined, random: Random): GuestConfig {
  const config: GuestConfig = new Map([
    ["arch", "amd64"],
    ["cores", "1"],
    ["hostname", spec.name],
    ["memory", "512"],
    ["net0", `name=eth0,bridge=vmbr0,hwaddr=${random.mac()},ip=dhcp,type=veth`],
    ["ostype", "debian"],
    ["swap", "512"],
    ["unprivileged", "1"],
  ]);
  if (disk !== undefined) config.set("rootfs", disk);
  return config;
}
