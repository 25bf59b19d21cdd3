import type { ApiRisk, CallParams, EndpointKey } from "./types.ts";
import { splitList } from "./wire.ts";

/** A judgement of parameters: it raises the risk of the endpoints where it holds. */
export interface ParamRisk {
  readonly risk: ApiRisk;
  readonly endpoints: readonly EndpointKey[];
  /** Parameters that only serve the dangerous use; input schemas of milder tools leave them out. */
  readonly withholds: readonly string[];
  readonly when: (params: CallParams) => boolean;
  readonly because: string;
  readonly origin: string;
}

const NODE = "/nodes/{node}";
const VM = `${NODE}/qemu/{vmid}` as const;
const CT = `${NODE}/lxc/{vmid}` as const;

/** True for anything but what Proxmox takes for "no". A value not known yet counts as "yes". */
function isOn(value: unknown): boolean {
  return !(
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === "0" ||
    value === ""
  );
}

function listed(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return splitList(value);
  if (Array.isArray(value)) return value.flatMap((item) => splitList(String(item)));
  return undefined;
}

/** True when the list names an entry of the kind, or is not known yet. */
function names(value: unknown, kind: RegExp): boolean {
  const entries = listed(value);
  return entries === undefined || entries.some((entry) => kind.test(entry));
}

const VM_DISK = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+$/;
const UNUSED = /^unused\d+$/;
const VM_CONFIG: readonly EndpointKey[] = [`PUT ${VM}/config`, `POST ${VM}/config`];
const CT_CONFIG: readonly EndpointKey[] = [`PUT ${CT}/config`];
const CREATE_VM: EndpointKey = `POST ${NODE}/qemu`;
const CREATE_CT: EndpointKey = `POST ${NODE}/lxc`;
const BACKUP: readonly EndpointKey[] = [
  `POST ${NODE}/vzdump`,
  "POST /cluster/backup",
  "PUT /cluster/backup/{id}",
];
const QEMU_SERVER = "qemu-server, src/PVE/API2/Qemu.pm";
const LXC_CONFIG = "pve-container, src/PVE/API2/LXC/Config.pm";

function anyOf(params: CallParams, family: RegExp, test: (value: string) => boolean): boolean {
  return Object.entries(params).some(
    ([name, value]) => family.test(name) && isOn(value) && test(String(value)),
  );
}

/** Parameters that make a call worse than its endpoint. */
export const PARAM_RISKS: readonly ParamRisk[] = [
  {
    risk: "destructive",
    endpoints: [CREATE_VM],
    withholds: ["archive", "force"],
    when: (params) => isOn(params.force),
    because: "a restore with force overwrites the guest",
    origin: QEMU_SERVER,
  },
  {
    risk: "destructive",
    endpoints: [CREATE_CT],
    withholds: ["restore", "force"],
    when: (params) => isOn(params.force),
    because: "force overwrites the container",
    origin: "pve-container, src/PVE/API2/LXC.pm",
  },
  {
    risk: "destructive",
    endpoints: VM_CONFIG,
    withholds: ["force"],
    when: (params) => isOn(params.force) && names(params.delete, VM_DISK),
    because: "removes the volume together with its entry",
    origin: QEMU_SERVER,
  },
  {
    risk: "destructive",
    endpoints: [...VM_CONFIG, ...CT_CONFIG],
    withholds: [],
    when: (params) => names(params.delete, UNUSED),
    because: "removing an unused disk's entry removes its volume",
    origin: `${QEMU_SERVER}; ${LXC_CONFIG}`,
  },
  {
    risk: "destructive",
    endpoints: [`PUT ${VM}/unlink`],
    withholds: ["force"],
    when: (params) => isOn(params.force) || names(params.idlist, UNUSED),
    because: "removes the volumes",
    origin: QEMU_SERVER,
  },
  {
    risk: "destructive",
    endpoints: [
      `POST ${VM}/move_disk`,
      `POST ${CT}/move_volume`,
      `POST ${VM}/remote_migrate`,
      `POST ${CT}/remote_migrate`,
    ],
    withholds: ["delete"],
    when: (params) => isOn(params.delete),
    because: "removes the original after the copy",
    origin: `${QEMU_SERVER}; pve-container, src/PVE/API2/LXC.pm`,
  },
  {
    risk: "destructive",
    endpoints: [`POST ${VM}/status/shutdown`, `POST ${CT}/status/shutdown`],
    withholds: ["forceStop"],
    when: (params) => isOn(params.forceStop),
    because: "stops the guest when it does not shut down in time",
    origin: `${QEMU_SERVER}; pve-container, src/PVE/API2/LXC/Status.pm`,
  },
  {
    risk: "destructive",
    endpoints: [`POST ${NODE}/vzdump`],
    withholds: ["stop"],
    when: (params) => isOn(params.stop),
    because: "stops the backups that run on the node",
    origin: "pve-manager, PVE/API2/VZDump.pm",
  },
  {
    risk: "destructive",
    endpoints: [`POST ${NODE}/vzdump`],
    withholds: ["prune-backups", "maxfiles"],
    when: (params) => isOn(params["prune-backups"]) || isOn(params.maxfiles),
    because: "removes older backups",
    origin: "pve-manager, PVE/VZDump.pm",
  },
  {
    risk: "destructive",
    endpoints: ["POST /access/domains/{realm}/sync"],
    withholds: ["remove-vanished", "full", "purge"],
    when: (params) =>
      isOn(params.full) ||
      isOn(params.purge) ||
      (isOn(params["remove-vanished"]) && params["remove-vanished"] !== "none"),
    because: "removes users, groups and their permissions",
    origin: "pve-access-control, src/PVE/API2/Domains.pm",
  },
  {
    risk: "destructive",
    endpoints: ["PUT /access/acl"],
    withholds: ["delete"],
    when: (params) => isOn(params.delete),
    because: "takes rights away",
    origin: "pve-access-control, src/PVE/API2/ACL.pm",
  },
  {
    risk: "destructive",
    endpoints: ["PUT /access/users/{userid}/token/{tokenid}"],
    withholds: ["regenerate"],
    when: (params) => isOn(params.regenerate),
    because: "the old secret is lost",
    origin: "pve-access-control, src/PVE/API2/User.pm",
  },
  {
    risk: "destructive",
    endpoints: ["PUT /cluster/ceph/flags", "PUT /cluster/ceph/flags/{flag}"],
    withholds: ["pause"],
    when: (params) => isOn(params.pause) || (params.flag === "pause" && isOn(params.value)),
    because: "stops all input and output of the cluster's Ceph",
    origin: "pve-manager, PVE/API2/Cluster/Ceph.pm",
  },
  {
    risk: "escape",
    endpoints: [CREATE_VM, ...VM_CONFIG],
    withholds: ["args"],
    when: (params) => isOn(params.args),
    because: "free arguments of the QEMU process",
    origin: QEMU_SERVER,
  },
  {
    risk: "escape",
    endpoints: [CREATE_VM, ...VM_CONFIG, CREATE_CT, ...CT_CONFIG],
    withholds: ["hookscript"],
    when: (params) => isOn(params.hookscript),
    because: "runs a script on the node as root",
    origin: "pve-guest-common, src/PVE/GuestHelpers.pm",
  },
  {
    risk: "escape",
    endpoints: [CREATE_VM, ...VM_CONFIG],
    withholds: [],
    when: (params) =>
      anyOf(params, VM_DISK, (text) => /(?:^|,)(?:(?:file|volume|import-from)=)?\//.test(text)),
    because: "gives the VM a file or device of the node, or a copy of it",
    origin: QEMU_SERVER,
  },
  {
    risk: "escape",
    endpoints: [CREATE_CT, ...CT_CONFIG],
    withholds: [],
    when: (params) => anyOf(params, /^(?:mp\d+|rootfs)$/, (text) => /^(?:volume=)?\//.test(text)),
    because: "gives the container a path or device of the node",
    origin: "pve-container, src/PVE/LXC.pm",
  },
  {
    risk: "escape",
    endpoints: BACKUP,
    withholds: ["script", "dumpdir", "tmpdir"],
    when: (params) => [params.script, params.dumpdir, params.tmpdir].some(isOn),
    because: "runs a script on the node or writes to any path of it",
    origin: "pve-manager, PVE/API2/VZDump.pm and PVE/API2/Backup.pm",
  },
  {
    risk: "escape",
    endpoints: [`POST ${NODE}/storage/{storage}/upload`],
    withholds: ["tmpfilename"],
    when: (params) => isOn(params.tmpfilename),
    because: "takes a file of the node",
    origin: "pve-storage, src/PVE/API2/Storage/Status.pm",
  },
];
