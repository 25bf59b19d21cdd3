import type { CheckedEndpoints, CodeCheck } from "./types.ts";
import {
  archive,
  field,
  foreignDisk,
  isOn,
  mountOf,
  newVolume,
  storedFile,
  TUNNEL_STORAGES,
  VOLUME_ACCESS,
  vnetsOf,
  whenOn,
} from "./values.ts";

const API = "pve-container, src/PVE/API2/LXC.pm";
const LXC = "pve-container, src/PVE/LXC.pm";
const CT = "/nodes/{node}/lxc/{vmid}" as const;
const ON = { path: "/vms/{vmid}", orOn: "/pool/{pool}", origin: LXC } as const;
const MOUNTS = ["rootfs", "mp[n]"];
const VOLUMES = [...MOUNTS, "unused[n]"];

function restores({ restore }: Readonly<Record<string, unknown>>): boolean {
  return restore !== undefined && isOn(String(restore));
}

function restoresOver(call: Readonly<Record<string, unknown>>): boolean {
  return restores(call) && call.force !== undefined && isOn(String(call.force));
}

const OPTIONS: readonly CodeCheck[] = [
  { ...ON, privileges: ["VM.Config.CPU"], params: ["cores", "cpuunits", "cpulimit"] },
  { ...ON, privileges: ["VM.Config.Memory"], params: ["memory", "swap"] },
  { ...ON, privileges: ["VM.Config.Disk"], params: VOLUMES },
  {
    ...ON,
    privileges: ["VM.Config.Network"],
    params: ["net[n]", "nameserver", "searchdomain", "hostname"],
  },
  {
    ...ON,
    privileges: ["VM.Config.Options"],
    params: [
      ...[
        "arch",
        "cmode",
        "console",
        "debug",
        "description",
        "entrypoint",
        "env",
        "lock",
        "onboot",
        "ostype",
      ],
      ...["protection", "startup", "template", "timezone", "tty"],
    ],
  },
  { privileges: ["VM.Config.Options"], path: "/vms/{vmid}", params: ["tags"], origin: LXC },
  {
    privileges: ["Sys.Modify"],
    path: "/",
    params: ["tags"],
    maybe: true,
    condition: "for tags that are registered, or not open to all by the cluster's options",
    origin: "pve-guest-common, src/PVE/GuestHelpers.pm",
  },
  {
    ...ON,
    privileges: ["VM.Allocate"],
    params: ["features"],
    from: (value) => (field(value, "nesting", "") === undefined ? [] : [{}]),
    condition: "where nesting changes",
  },
  {
    privileges: ["Datastore.AllocateSpace"],
    path: "/storage/{storage}",
    params: MOUNTS,
    from: newVolume(mountOf, "local"),
    condition: "for a new volume",
    origin: LXC,
  },
  {
    privileges: ["Datastore.Allocate", "Datastore.Audit"],
    any: true,
    path: "/storage/{storage}",
    params: MOUNTS,
    from: foreignDisk(mountOf),
    condition: "for another guest's volume",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["VM.Config.Disk"],
    path: "/vms/{owner}",
    params: MOUNTS,
    from: foreignDisk(mountOf),
    condition: "for another guest's volume, unless Datastore.Allocate is held on its storage",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["SDN.Use"],
    path: "/sdn/zones/localnetwork/{vnet}",
    params: ["net[n]"],
    from: vnetsOf,
    since: "8.0",
    condition: "a vnet is below its own zone instead of localnetwork",
    origin: LXC,
  },
];

const CREATE: CheckedEndpoints = {
  endpoints: ["POST /nodes/{node}/lxc"],
  origin: API,
  checks: [
    {
      privileges: ["VM.Allocate"],
      path: "/vms/{vmid}",
      orOn: "/pool/{pool}",
      when: (call) => !restoresOver(call),
    },
    {
      privileges: ["VM.Allocate", "VM.Backup"],
      any: true,
      path: "/vms/{vmid}",
      params: ["force"],
      when: restoresOver,
      condition: "to restore over the container",
    },
    {
      privileges: ["Sys.Modify"],
      path: "/",
      params: ["unprivileged"],
      from: (value, call) => (isOn(value) || restores(call) ? [] : [{}]),
      condition: "for a privileged container",
      since: "9.2",
    },
    {
      privileges: ["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.Audit"],
      any: true,
      path: "/storage/{storage}",
      params: ["ostemplate"],
      from: storedFile((value) => value),
      condition: "for the template that lies there",
      origin: VOLUME_ACCESS,
    },
    {
      privileges: ["Datastore.Allocate", "Datastore.AllocateSpace"],
      any: true,
      path: "/storage/{storage}",
      params: ["ostemplate"],
      from: (value, { vmid }) => archive(value).filter(({ owner }) => owner !== String(vmid)),
      condition: "for another guest's backup",
      origin: VOLUME_ACCESS,
    },
    {
      privileges: ["VM.Backup"],
      path: "/vms/{owner}",
      params: ["ostemplate"],
      from: (value, { vmid }) => archive(value).filter(({ owner }) => owner !== String(vmid)),
      condition: "for another guest's backup, unless Datastore.Allocate is held on its storage",
      origin: VOLUME_ACCESS,
    },
    {
      privileges: ["SDN.Use"],
      path: "/sdn/zones/localnetwork/{vnet}",
      params: ["ostemplate"],
      from: (_value, call) => (restores(call) ? [{}] : []),
      maybe: true,
      condition: "for each network device in the backup",
      since: "8.0",
    },
    {
      privileges: ["Datastore.AllocateSpace"],
      path: "/storage/{storage}",
      params: ["storage"],
      when: ({ rootfs }) => rootfs === undefined,
    },
    {
      privileges: ["Datastore.AllocateSpace"],
      path: "/storage/local",
      when: ({ rootfs, storage }) => rootfs === undefined && storage === undefined,
      condition: "where neither rootfs nor storage is given",
    },
    ...OPTIONS,
  ],
};

/** Containers. */
export const LXC_CHECKS: readonly CheckedEndpoints[] = [
  CREATE,
  { endpoints: [`PUT ${CT}/config`], origin: LXC, checks: OPTIONS },
  {
    endpoints: [`POST ${CT}/clone`],
    origin: API,
    checks: [
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        condition: "each volume's own storage where none is named",
      },
      {
        privileges: ["SDN.Use"],
        path: "/sdn/zones/localnetwork/{vnet}",
        maybe: true,
        condition: "for each network device of the container",
        since: "8.0",
        origin: LXC,
      },
    ],
  },
  {
    endpoints: [`PUT ${CT}/resize`],
    origin: API,
    checks: [
      { privileges: ["VM.Config.Options"], path: "/vms/{vmid}" },
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        condition: "the volume's storage",
      },
    ],
  },
  {
    endpoints: [`POST ${CT}/move_volume`],
    origin: API,
    checks: [
      { privileges: ["Datastore.AllocateSpace"], path: "/storage/{storage}", params: ["storage"] },
      { privileges: ["VM.Config.Disk"], path: "/vms/{target-vmid}", params: ["target-vmid"] },
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        params: ["target-vmid"],
        condition: "the volume's storage",
      },
    ],
  },
  {
    endpoints: [`POST ${CT}/snapshot/{snapname}/rollback`],
    origin: "pve-container, src/PVE/API2/LXC/Snapshot.pm",
    checks: [
      { privileges: ["VM.PowerMgmt"], path: "/vms/{vmid}", params: ["start"], from: whenOn, since: "9.2" },
    ],
  },
  {
    endpoints: ["GET /nodes/{node}/lxc"],
    origin: API,
    checks: [{ privileges: ["VM.Audit"], path: "/vms/{vmid}", hides: true, condition: "of each container" }],
  },
  { endpoints: [`POST ${CT}/template`], origin: API, checks: [] },
  { endpoints: [`POST ${CT}/mtunnel`], origin: API, checks: [TUNNEL_STORAGES] },
  // Both ask for a ticket.
  { endpoints: [`GET ${CT}/mtunnelwebsocket`, `GET ${CT}/vncwebsocket`], origin: API, checks: [] },
];
