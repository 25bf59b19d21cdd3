import { DRIVE_CHANGES, VM_OPTIONS } from "./qemu-options.ts";
import type { CheckedEndpoints } from "./types.ts";
import { archive, isOn, TUNNEL_STORAGES, targetStorages, VOLUME_ACCESS, whenOn } from "./values.ts";

const QEMU = "qemu-server, src/PVE/API2/Qemu.pm";
const VM = "/nodes/{node}/qemu/{vmid}" as const;

function isRestoreOver({ archive: from, force }: Readonly<Record<string, unknown>>): boolean {
  return from !== undefined && force !== undefined && isOn(String(force));
}

const CREATE: CheckedEndpoints = {
  endpoints: ["POST /nodes/{node}/qemu"],
  origin: QEMU,
  checks: [
    {
      privileges: ["VM.Allocate"],
      path: "/vms/{vmid}",
      orOn: "/pool/{pool}",
      when: (call) => !isRestoreOver(call),
    },
    {
      privileges: ["VM.Allocate", "VM.Backup"],
      any: true,
      path: "/vms/{vmid}",
      params: ["force"],
      when: isRestoreOver,
      condition: "to restore over the VM",
    },
    { privileges: ["Datastore.AllocateSpace"], path: "/storage/{storage}", params: ["storage"] },
    { privileges: ["Sys.Console"], path: "/", params: ["ha-managed"], from: whenOn },
    {
      privileges: ["VM.PowerMgmt"],
      path: "/vms/{vmid}",
      orOn: "/pool/{pool}",
      params: ["start"],
      from: whenOn,
      since: "9.2",
    },
    {
      privileges: ["Datastore.Allocate", "Datastore.AllocateSpace"],
      any: true,
      path: "/storage/{storage}",
      params: ["archive"],
      from: (value, { vmid }) => archive(value).filter(({ owner }) => owner !== String(vmid)),
      condition: "for another guest's backup",
      origin: VOLUME_ACCESS,
    },
    {
      privileges: ["VM.Backup"],
      path: "/vms/{owner}",
      params: ["archive"],
      from: (value, { vmid }) => archive(value).filter(({ owner }) => owner !== String(vmid)),
      condition: "for another guest's backup, unless Datastore.Allocate is held on its storage",
      origin: VOLUME_ACCESS,
    },
    {
      privileges: ["Datastore.AllocateSpace"],
      path: "/storage/{storage}",
      params: ["archive"],
      from: (_value, { storage }) => (storage === undefined ? [{}] : []),
      maybe: true,
      condition: "the storage of each disk in the backup, where none is named",
      origin: "qemu-server, src/PVE/QemuServer.pm",
    },
    {
      privileges: ["SDN.Use"],
      path: "/sdn/zones/localnetwork/{vnet}",
      params: ["archive"],
      maybe: true,
      condition: "for each network device in the backup",
      since: "8.0",
      origin: "qemu-server, src/PVE/QemuServer.pm",
    },
    ...VM_OPTIONS,
  ],
};

const UPDATE: CheckedEndpoints = {
  endpoints: [`PUT ${VM}/config`, `POST ${VM}/config`],
  origin: QEMU,
  checks: [...VM_OPTIONS, ...DRIVE_CHANGES],
};

const CLONE: CheckedEndpoints = {
  endpoints: [`POST ${VM}/clone`],
  origin: QEMU,
  checks: [
    {
      privileges: ["Datastore.AllocateSpace"],
      path: "/storage/{storage}",
      condition: "each disk's own storage where none is named",
    },
    {
      privileges: ["SDN.Use"],
      path: "/sdn/zones/localnetwork/{vnet}",
      maybe: true,
      condition: "for each network device of the VM",
      since: "8.0",
      origin: "qemu-server, src/PVE/QemuServer.pm",
    },
    {
      privileges: ["Mapping.Use"],
      path: "/mapping/{kind}/{name}",
      maybe: true,
      condition: "for each mapped device of the VM",
      since: "8.0",
      origin: "qemu-server, src/PVE/QemuServer.pm",
    },
    {
      privileges: ["Sys.Console"],
      path: "/",
      maybe: true,
      condition: "where the VM uses the node's own drive",
    },
  ],
};

const STATUS: readonly CheckedEndpoints[] = [
  {
    endpoints: [`POST ${VM}/status/suspend`],
    origin: QEMU,
    checks: [
      { privileges: ["VM.Config.Disk"], path: "/vms/{vmid}", params: ["todisk"], from: whenOn },
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{statestorage}",
        params: ["todisk"],
        from: whenOn,
        condition: "the VM's storage for saved states where none is named",
      },
    ],
  },
  {
    endpoints: [`POST ${VM}/snapshot/{snapname}/rollback`],
    origin: QEMU,
    checks: [
      { privileges: ["VM.PowerMgmt"], path: "/vms/{vmid}", params: ["start"], from: whenOn, since: "9.2" },
    ],
  },
  {
    endpoints: [`POST ${VM}/monitor`],
    origin: "qemu-server, src/PVE/API2/Qemu/HMPPerms.pm",
    checks: [
      {
        privileges: ["Sys.Modify"],
        path: "/",
        params: ["command"],
        from: (value) => (/^(?:info|help)\b/.test(value) ? [] : [{}]),
        condition: "for commands that do more than tell",
      },
    ],
  },
];

const DISKS: readonly CheckedEndpoints[] = [
  {
    endpoints: [`PUT ${VM}/resize`],
    origin: QEMU,
    checks: [
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        condition: "the disk's storage",
      },
    ],
  },
  {
    endpoints: [`PUT ${VM}/unlink`],
    origin: QEMU,
    checks: [
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        params: ["force", "idlist"],
        maybe: true,
        condition: "of each disk whose volume is removed",
      },
      {
        privileges: ["VM.Config.CDROM"],
        path: "/vms/{vmid}",
        params: ["idlist"],
        maybe: true,
        condition: "to remove a CD drive",
      },
    ],
  },
  {
    endpoints: [`POST ${VM}/move_disk`],
    origin: QEMU,
    checks: [
      { privileges: ["Datastore.AllocateSpace"], path: "/storage/{storage}", params: ["storage"] },
      { privileges: ["VM.Config.Disk"], path: "/vms/{target-vmid}", params: ["target-vmid"] },
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        params: ["target-vmid"],
        condition: "the disk's storage",
      },
    ],
  },
  {
    endpoints: [`POST ${VM}/migrate`],
    origin: QEMU,
    checks: [
      {
        privileges: ["VM.Config.Disk"],
        path: "/vms/{vmid}",
        params: ["targetstorage"],
        from: (value) => (value === "1" ? [] : [{}]),
      },
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        params: ["targetstorage"],
        from: targetStorages,
      },
    ],
  },
];

/** Virtual machines. */
export const QEMU_CHECKS: readonly CheckedEndpoints[] = [
  CREATE,
  UPDATE,
  CLONE,
  ...STATUS,
  ...DISKS,
  {
    endpoints: ["GET /nodes/{node}/qemu"],
    origin: QEMU,
    checks: [{ privileges: ["VM.Audit"], path: "/vms/{vmid}", hides: true, condition: "of each VM" }],
  },
  { endpoints: [`POST ${VM}/template`], origin: QEMU, checks: [] },
  { endpoints: [`POST ${VM}/mtunnel`], origin: QEMU, checks: [TUNNEL_STORAGES] },
  // Both ask for a ticket.
  { endpoints: [`GET ${VM}/mtunnelwebsocket`, `GET ${VM}/vncwebsocket`], origin: QEMU, checks: [] },
];
