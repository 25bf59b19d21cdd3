import { aclKey } from "../access/access.ts";
import type { AclEntry } from "../access/types.ts";
import type { Random } from "../random.ts";
import type { SectionValue } from "../sections.ts";
import type { LabState } from "../types.ts";
import { addNode, addStorage, addToken, addUser, emptyState, type Seed, type Soil } from "./build.ts";
import { addGuest, addSnapshot, type GuestSpec } from "./guests.ts";

const GIB = 2 ** 30;

/** The nodes of the usual cluster. */
export function addCluster(state: LabState, nodes: number, random: Random): void {
  for (let index = 1; index <= nodes; index++) {
    const parts = { nodeid: index, ip: `192.0.2.${10 + index}`, cpus: 16, memory: 64 * GIB };
    addNode(state, `pve${index}`, parts, random);
  }
}

/** `local`, `local-lvm` and a shared `nfs`, with images and templates on them. */
export function addStorages(state: LabState): void {
  const local = addStorage(state, "local", "dir", 96 * GIB, {
    path: "/var/lib/vz",
    content: "iso,vztmpl,backup,snippets,import",
  });
  addStorage(state, "local-lvm", "lvmthin", 800 * GIB, {
    vgname: "pve",
    thinpool: "data",
    content: "images,rootdir",
  });
  const nfs = addStorage(state, "nfs", "nfs", 4096 * GIB, {
    server: "192.0.2.5",
    export: "/srv/proxmox",
    path: "/mnt/pve/nfs",
    content: "images,rootdir,iso,vztmpl,backup,snippets,import",
  });
  const ctime = Math.floor(state.startedAt / 1000) - 864_000;
  const shared = [
    { name: "iso/debian-13.1.0-amd64-netinst.iso", content: "iso", format: "iso", size: 784 * 2 ** 20 },
    { name: "iso/virtio-win-0.1.271.iso", content: "iso", format: "iso", size: 709 * 2 ** 20 },
    {
      name: "vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
      content: "vztmpl",
      format: "tzst",
      size: 123 * 2 ** 20,
    },
    {
      name: "import/debian-13-genericcloud-amd64.qcow2",
      content: "import",
      format: "qcow2",
      size: 412 * 2 ** 20,
    },
    { name: "snippets/base.yaml", content: "snippets", format: "snippet", size: 512 },
  ] as const;
  for (const { name, ...file } of shared) {
    state.volumes.put(nfs, state.localNode, { volid: `nfs:${name}`, ...file, used: file.size, ctime });
  }
  for (const node of state.nodes.keys()) {
    const file = { content: "snippets", format: "snippet", size: 512, used: 512 } as const;
    state.volumes.put(local, node, { volid: "local:snippets/user-data.yaml", ...file, ctime });
  }
}

/** Three nodes, twelve guests, pools, tags, a snapshot, a template made from a cloud image. */
export function small(soil: Soil): Seed {
  const { random, now } = soil;
  const state = emptyState("pve1", "lab", soil);
  addCluster(state, 3, random);
  addStorages(state);
  for (const spec of GUESTS) addGuest(state, spec, random);
  addCloudInit(state, 900);
  addMapping(state, "accelerator", "pve1");
  addMapping(state, "accelerator-pve2", "pve2");
  const db = state.guests.get(103);
  if (db !== undefined)
    addSnapshot(db, "before-upgrade", "Before the upgrade", Math.floor(now / 1000) - 7200);
  state.pools.set("production", {
    id: "production",
    comment: "What customers use",
    guests: new Set([101, 102, 103, 201]),
    storages: new Set(["nfs"]),
  });
  state.pools.set("staging", { id: "staging", guests: new Set([110, 111]), storages: new Set() });
  return { state, tokens: addPeople(state, random) };
}

/** The drive that holds a guest's cloud-init data; `ide2` of the guest names it. */
function addCloudInit(state: LabState, vmid: number): void {
  const nfs = state.storages.get("nfs");
  if (nfs === undefined) return;
  const size = 4 * 2 ** 20;
  const ctime = Math.floor(state.startedAt / 1000) - 86_400;
  const common = { content: "images", format: "qcow2", vmid, size, used: size, ctime } as const;
  state.volumes.put(nfs, state.localNode, { volid: `nfs:${vmid}/vm-${vmid}-cloudinit.qcow2`, ...common });
}

/** A PCI device of one node under a name. */
function addMapping(state: LabState, id: string, node: string): void {
  const map = [`id=10de:1db6,iommugroup=12,node=${node},path=0000:01:00.0,subsystem-id=10de:124a`];
  state.mappings.pci.set(
    id,
    new Map<string, SectionValue>([
      ["type", "pci"],
      ["map", map],
    ]),
  );
}

/** Root and an operator with some tokens; also the accounts of larger clusters. */
export function addPeople(state: LabState, random: Random): Seed["tokens"] {
  const root = state.access.users.get("root@pam") ?? addUser(state.access, "root@pam");
  root.password = random.hex(16);
  const operator = addUser(state.access, "operator@pve", random.hex(16));
  operator.secondFactors = [
    {
      id: random.uuid(),
      type: "totp",
      description: "Phone of the operator",
      created: Math.floor(state.startedAt / 1000) - 864_000,
    },
    {
      id: "recovery",
      type: "recovery",
      description: "",
      created: Math.floor(state.startedAt / 1000) - 864_000,
      disabled: true,
    },
  ];
  const auditor = addUser(state.access, "auditor@pve", random.hex(16));
  const tokens = {
    root: addToken(root, "mcp", false, random),
    operator: addToken(operator, "mcp", false, random),
    auditor: addToken(auditor, "mcp", false, random),
    separated: addToken(operator, "separated", true, random),
  };
  const grants: readonly Omit<AclEntry, "propagate">[] = [
    { path: "/", type: "user", ugid: "auditor@pve", roleid: "PVEAuditor" },
    { path: "/pool/production", type: "user", ugid: "operator@pve", roleid: "PVEVMAdmin" },
    { path: "/storage", type: "user", ugid: "operator@pve", roleid: "PVEDatastoreUser" },
    { path: "/vms/101", type: "token", ugid: "operator@pve!separated", roleid: "PVEAuditor" },
  ];
  for (const entry of grants) state.access.acl.set(aclKey(entry), { ...entry, propagate: true });
  state.access.changed();
  return tokens;
}

const GUESTS: readonly GuestSpec[] = [
  {
    ...{ kind: "qemu", vmid: 101, node: "pve1", name: "web1", running: true, disk: ["local-lvm", 32] },
    config: { agent: "1", onboot: "1", tags: "prod;web", startup: "order=2,up=5" },
  },
  {
    ...{ kind: "qemu", vmid: 102, node: "pve2", name: "web2", running: true, disk: ["nfs", 32] },
    config: { agent: "1", onboot: "1", tags: "prod;web", startup: "order=2" },
  },
  {
    ...{ kind: "qemu", vmid: 103, node: "pve1", name: "db1", running: true, disk: ["nfs", 64] },
    config: { agent: "1", cores: "4", memory: "8192", onboot: "1", protection: "1", tags: "db;prod" },
    agentBlocks: ["fstrim", "get-users", "set-user-password"],
  },
  {
    ...{ kind: "qemu", vmid: 104, node: "pve3", name: "win1", disk: ["local-lvm", 60] },
    config: {
      agent: "1",
      ostype: "win11",
      memory: "8192",
      cores: "4",
      ide2: "nfs:iso/virtio-win-0.1.271.iso,media=cdrom,size=709M",
    },
  },
  {
    ...{ kind: "qemu", vmid: 110, node: "pve2", name: "staging-web", disk: ["local-lvm", 16] },
    config: { tags: "staging;web" },
  },
  {
    ...{ kind: "qemu", vmid: 111, node: "pve3", name: "staging-db", running: true, disk: ["nfs", 16] },
    config: { tags: "db;staging" },
  },
  { kind: "qemu", vmid: 112, node: "pve3", name: "scratch", disk: ["local-lvm", 8] },
  {
    ...{ kind: "qemu", vmid: 900, node: "pve1", name: "debian-13-genericcloud", disk: ["nfs", 3] },
    config: {
      template: "1",
      agent: "1",
      ide2: "nfs:900/vm-900-cloudinit.qcow2,media=cdrom",
      ipconfig0: "ip=dhcp",
      serial0: "socket",
      tags: "template",
      vga: "serial0",
    },
  },
  {
    ...{ kind: "lxc", vmid: 201, node: "pve1", name: "dns1", running: true, disk: ["local-lvm", 4] },
    config: { onboot: "1", tags: "infra;prod", startup: "order=1" },
  },
  {
    ...{ kind: "lxc", vmid: 202, node: "pve2", name: "dns2", running: true, disk: ["local-lvm", 4] },
    config: { onboot: "1", tags: "infra" },
  },
  { kind: "lxc", vmid: 203, node: "pve3", name: "proxy", disk: ["local-lvm", 8], config: { tags: "infra" } },
  {
    kind: "lxc",
    vmid: 204,
    node: "pve1",
    name: "build",
    running: true,
    disk: ["nfs", 20],
    config: { cores: "8", memory: "4096" },
  },
];
