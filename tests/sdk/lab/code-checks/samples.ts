import type { CallParams } from "../../../../vendor/pve-docs/index.ts";

/** A call by which the table of code checks is held against the lab. */
export interface Sample {
  readonly key: string;
  readonly params: CallParams;
  /** What the state of the lab puts into paths that the parameters leave open. */
  readonly values?: Readonly<Record<string, string>>;
  /** Needs that hang on the state, and hold in the lab: their privileges. */
  readonly also?: readonly string[];
}

const pve1 = { node: "pve1" };
const web1 = { ...pve1, vmid: 101 };
const scratch = { node: "pve3", vmid: 112 };
const build = { ...pve1, vmid: 204 };
const proxy = { node: "pve3", vmid: 203 };
const ostemplate = "nfs:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst";
const iso = "nfs:iso/debian-13.1.0-amd64-netinst.iso";
const bridge = { vnet: "vmbr0" };
const VM = "/nodes/{node}/qemu/{vmid}";
const CT = "/nodes/{node}/lxc/{vmid}";

const CREATE: readonly Sample[] = [
  { vmid: 501 },
  { vmid: 502, cores: 2, memory: 1024, vga: "std", name: "x", boot: "order=net0" },
  { vmid: 503, scsi0: "local-lvm:8", net0: "virtio,bridge=vmbr0", ciuser: "admin" },
  { vmid: 504, ide2: `${iso},media=cdrom`, net0: "virtio,bridge=vmbr0,tag=5" },
  { vmid: 505, start: true, "ha-managed": true, startup: "order=1" },
  { vmid: 506, scsi0: "nfs:8", storage: "nfs", serial0: "socket", freeze: true },
  { vmid: 507, tags: "web" },
].map((params) => ({ key: "POST /nodes/{node}/qemu", params: { ...pve1, ...params } }));

const CREATE_CT: readonly Sample[] = [
  { vmid: 601, rootfs: "local-lvm:4" },
  { vmid: 602, storage: "local-lvm", hostname: "x", cores: 1, memory: 256, net0: "name=eth0,bridge=vmbr0" },
  { vmid: 603, rootfs: "nfs:4", unprivileged: false, onboot: true },
  { vmid: 604, rootfs: "nfs:4", mp0: "local-lvm:1,mp=/data", features: "nesting=1", unprivileged: true },
].map((params) => ({ key: "POST /nodes/{node}/lxc", params: { ...pve1, ostemplate, ...params } }));

const CHANGE: readonly Sample[] = [
  { key: `PUT ${VM}/config`, params: { ...scratch, cores: 4, memory: 512, description: "x" } },
  { key: `PUT ${VM}/config`, params: { ...scratch, scsi1: "local-lvm:1", ide2: "none,media=cdrom" } },
  { key: `POST ${VM}/config`, params: { ...scratch, memory: 1024, scsi2: "local-lvm:1" } },
  { key: `PUT ${VM}/config`, params: { ...scratch, net1: "virtio,bridge=vmbr0" } },
  { key: `PUT ${VM}/config`, params: { ...scratch, tags: "web" } },
  { key: `PUT ${VM}/config`, params: { ...scratch, delete: "cores" } },
  { key: `PUT ${CT}/config`, params: { ...proxy, tags: "web" } },
  { key: `PUT ${CT}/config`, params: { ...proxy, cores: 2, memory: 1024, hostname: "y", onboot: true } },
  { key: `PUT ${CT}/config`, params: { ...proxy, mp0: "local-lvm:1,mp=/data" } },
  { key: `PUT ${CT}/config`, params: { ...proxy, net1: "name=eth1,bridge=vmbr0" } },
  {
    key: `POST ${VM}/clone`,
    params: { ...scratch, newid: 701 },
    values: { ...bridge, storage: "local-lvm" },
    also: ["SDN.Use"],
  },
  {
    key: `POST ${VM}/clone`,
    params: { ...scratch, newid: 702, full: true, storage: "nfs" },
    values: bridge,
    also: ["SDN.Use"],
  },
  {
    key: `POST ${CT}/clone`,
    params: { ...proxy, newid: 703, full: true },
    values: { ...bridge, storage: "local-lvm" },
    also: ["SDN.Use"],
  },
  { key: `PUT ${CT}/resize`, params: { ...build, disk: "rootfs", size: "+1G" }, values: { storage: "nfs" } },
  { key: `POST ${VM}/move_disk`, params: { ...scratch, disk: "scsi0", storage: "nfs" } },
  { key: `POST ${CT}/move_volume`, params: { ...proxy, volume: "rootfs", storage: "nfs" } },
  {
    key: `POST ${VM}/snapshot/{snapname}/rollback`,
    params: { ...pve1, vmid: 103, snapname: "before-upgrade", start: true },
  },
  { key: `PUT ${VM}/resize`, params: { ...scratch, disk: "scsi0", size: "+1G" }, values: { storage: "nfs" } },
  { key: `PUT ${VM}/unlink`, params: { ...scratch, idlist: "scsi0" } },
  { key: `POST ${VM}/template`, params: { node: "pve2", vmid: 110 } },
];

const POWER: readonly Sample[] = [
  {
    key: `POST ${VM}/migrate`,
    params: { node: "pve3", vmid: 104, target: "pve2", targetstorage: "nfs" },
  },
  { key: `POST ${VM}/monitor`, params: { ...web1, command: "system_reset" } },
  { key: `POST ${VM}/status/suspend`, params: { ...web1, todisk: true, statestorage: "nfs" } },
  { key: `POST ${VM}/status/stop`, params: { node: "pve2", vmid: 102 } },
  { key: "PUT /access/acl", params: { path: "/vms/100", roles: "PVEAuditor", users: "auditor@pve" } },
  { key: "POST /nodes/{node}/startall", params: { node: "pve2", vms: "104" } },
  { key: "POST /nodes/{node}/startall", params: pve1 },
  { key: "POST /nodes/{node}/stopall", params: { node: "pve2", vms: "202" } },
  { key: "POST /nodes/{node}/suspendall", params: { node: "pve3", vms: "111" } },
  { key: "POST /nodes/{node}/migrateall", params: { ...pve1, target: "pve2", vms: "201", maxworkers: 1 } },
];

const READS: readonly Sample[] = [
  { key: "GET /access/permissions", params: { userid: "auditor@pve" } },
  { key: "GET /nodes/{node}/status", params: pve1 },
  { key: `GET ${VM}/config`, params: web1 },
  { key: "PUT /pools", params: { poolid: "staging", storage: "local" } },
  { key: "PUT /pools/{poolid}", params: { poolid: "staging", vms: "104" } },
  { key: `GET ${CT}/interfaces`, params: build },
  {
    key: "GET /nodes/{node}/storage/{storage}/content/{volume}",
    params: { ...pve1, storage: "nfs", volume: iso },
  },
];

const BACKUPS: readonly Sample[] = [
  { key: "POST /nodes/{node}/vzdump", params: { ...pve1, vmid: "101", storage: "nfs", mode: "snapshot" } },
  {
    key: "POST /nodes/{node}/vzdump",
    params: { ...pve1, vmid: "204", storage: "nfs", "prune-backups": "keep-last=3", bwlimit: 1000 },
  },
  {
    key: "POST /cluster/backup",
    params: { id: "job1", schedule: "daily", all: true, storage: "nfs", ionice: 7 },
  },
  { key: "PUT /cluster/backup/{id}", params: { id: "job1", bwlimit: 5000 }, values: { present: "nfs" } },
  { key: "GET /nodes/{node}/vzdump/defaults", params: { ...pve1, storage: "nfs" } },
  {
    key: "DELETE /nodes/{node}/storage/{storage}/prunebackups",
    params: { ...pve1, storage: "nfs", vmid: 101, "prune-backups": "keep-last=1" },
  },
  {
    key: "DELETE /nodes/{node}/storage/{storage}/prunebackups",
    params: { node: "pve2", storage: "nfs", "prune-backups": "keep-last=1" },
  },
  {
    key: "DELETE /nodes/{node}/storage/{storage}/content/{volume}",
    params: { ...pve1, storage: "nfs", volume: "nfs:iso/virtio-win-0.1.271.iso" },
  },
];

const VNET = "/cluster/sdn/vnets/{vnet}";

/** On the vnet that the test makes. */
const NETWORK: readonly Sample[] = [
  { key: `GET ${VNET}`, params: {} },
  { key: `PUT ${VNET}`, params: { alias: "office" } },
  { key: `POST ${VNET}/subnets`, params: { subnet: "10.7.0.0/24", type: "subnet" } },
  { key: `GET ${VNET}/subnets`, params: {} },
  { key: `GET ${VNET}/subnets/{subnet}`, params: { subnet: "lan-10.7.0.0-24" } },
  { key: `PUT ${VNET}/subnets/{subnet}`, params: { subnet: "lan-10.7.0.0-24", gateway: "10.7.0.1" } },
  { key: `DELETE ${VNET}/subnets/{subnet}`, params: { subnet: "lan-10.7.0.0-24" } },
  { key: `GET ${VNET}/firewall/options`, params: {} },
  { key: `PUT ${VNET}/firewall/options`, params: { enable: true } },
  { key: `GET ${VNET}/firewall/rules`, params: {} },
  { key: `POST ${VNET}/firewall/rules`, params: { action: "ACCEPT", type: "forward" } },
  { key: `GET ${VNET}/firewall/rules/{pos}`, params: { pos: 0 } },
  { key: `PUT ${VNET}/firewall/rules/{pos}`, params: { pos: 0, comment: "x" } },
  { key: `DELETE ${VNET}/firewall/rules/{pos}`, params: { pos: 0 } },
  { key: "GET /nodes/{node}/sdn/vnets/{vnet}", params: { node: "pve1" } },
  { key: `DELETE ${VNET}`, params: {} },
].map(({ key, params }) => ({ key, params: { vnet: "office", ...params }, values: { zone: "lan" } }));

const BULK = "POST /cluster/bulk-action/guest";

const BULK_ACTIONS: readonly Sample[] = [
  { key: `${BULK}/start`, params: { vms: [203] } },
  { key: `${BULK}/shutdown`, params: { vms: [203] } },
  { key: `${BULK}/suspend`, params: { vms: [103], "to-disk": true, statestorage: "nfs" } },
  { key: `${BULK}/migrate`, params: { vms: [112], target: "pve2" } },
];

const DISKS = "/nodes/{node}/disks";

/** Made of the one disk that is free, and taken apart again. */
const STORAGES: readonly Sample[] = (
  [
    ["directory", { device: "/dev/sdb" }, {}],
    ["lvm", { device: "/dev/sdb" }, {}],
    ["lvmthin", { device: "/dev/sdb" }, { "volume-group": "made-lvmthin" }],
    ["zfs", { devices: "/dev/sdb", raidlevel: "single" }, {}],
  ] as const
).flatMap(([kind, made, removed]) => {
  const which = { node: "pve1", name: `made-${kind}` };
  return [
    { key: `POST ${DISKS}/${kind}`, params: { ...which, ...made, add_storage: true } },
    { key: `DELETE ${DISKS}/${kind}/{name}`, params: { ...which, ...removed, "cleanup-config": true } },
  ];
});

/** Of the VM whose disk the test puts on ZFS. */
const REPLICATION: readonly Sample[] = [
  { key: "POST /cluster/replication", params: { target: "pve2", type: "local" } },
  { key: "PUT /cluster/replication/{id}", params: { rate: 10 } },
  { key: "GET /cluster/replication/{id}", params: {} },
  { key: "GET /nodes/{node}/replication/{id}/status", params: { node: "pve3" } },
  { key: "GET /nodes/{node}/replication/{id}/log", params: { node: "pve3" } },
  { key: "POST /nodes/{node}/replication/{id}/schedule_now", params: { node: "pve3" } },
  { key: "DELETE /cluster/replication/{id}", params: {} },
].map(({ key, params }) => ({ key, params: { id: "111-0", ...params } }));

/** Calls whose refusals are compared. */
export const SAMPLES: readonly Sample[] = [
  ...CREATE,
  ...CREATE_CT,
  ...CHANGE,
  ...POWER,
  ...BACKUPS,
  ...READS,
  ...NETWORK,
  ...REPLICATION,
  ...STORAGES,
  ...BULK_ACTIONS,
];
