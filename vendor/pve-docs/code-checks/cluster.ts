import { REPLICATION_CHECKS } from "./replication.ts";
import type { CheckedEndpoints, CodeCheck } from "./types.ts";
import { each, isOn, whenOn } from "./values.ts";

const NODES = "pve-manager, PVE/API2/Nodes.pm";
const TASKS = "pve-manager, PVE/API2/Tasks.pm";
const CLUSTER = "pve-manager, PVE/API2/Cluster.pm";
const BULK_ACTION = "pve-manager, PVE/API2/Cluster/BulkAction/Guest.pm";
const MAPPINGS = ["Mapping.Modify", "Mapping.Use", "Mapping.Audit"];

/** A privilege on each guest that is named, else on `/`. */
function onNamed(privilege: string): readonly CodeCheck[] {
  return [
    { privileges: [privilege], path: "/vms/{vmid}", params: ["vms"], from: each("vmid") },
    { privileges: [privilege], path: "/", when: ({ vms }) => vms === undefined, condition: "without vms" },
  ];
}

/** The same, where `/` suffices also for guests that are named. */
function onAll(privilege: string): readonly CodeCheck[] {
  return onNamed(privilege).map((check) => (check.path === "/" ? check : { ...check, orOn: "/" }));
}

/** What suspending to disk takes besides. */
const TO_DISK: readonly CodeCheck[] = [
  {
    privileges: ["VM.Config.Disk"],
    path: "/vms/{vmid}",
    params: ["vms"],
    from: each("vmid"),
    when: (call) => isOn(String(call["to-disk"] ?? "")),
    condition: "with to-disk",
  },
  {
    privileges: ["VM.Config.Disk"],
    path: "/",
    params: ["to-disk"],
    from: whenOn,
    when: ({ vms }) => vms === undefined,
    condition: "without vms",
  },
  {
    privileges: ["Datastore.AllocateSpace"],
    path: "/storage/{statestorage}",
    params: ["statestorage"],
    when: (call) => isOn(String(call["to-disk"] ?? "")),
    condition: "with to-disk; without statestorage each guest's own task checks",
  },
];

const BULK: readonly CheckedEndpoints[] = [
  {
    endpoints: ["POST /nodes/{node}/startall", "POST /nodes/{node}/stopall"],
    origin: NODES,
    checks: onAll("VM.PowerMgmt"),
  },
  {
    endpoints: ["POST /nodes/{node}/suspendall"],
    origin: NODES,
    checks: [
      ...onAll("VM.PowerMgmt"),
      {
        privileges: ["VM.Config.Disk"],
        path: "/",
        maybe: true,
        condition: "without vms; with it each guest's own task checks, and the storage for its state too",
      },
    ],
  },
  { endpoints: ["POST /nodes/{node}/migrateall"], origin: NODES, checks: onAll("VM.Migrate") },
  {
    endpoints: ["POST /cluster/bulk-action/guest/start", "POST /cluster/bulk-action/guest/shutdown"],
    origin: BULK_ACTION,
    checks: onNamed("VM.PowerMgmt"),
  },
  {
    endpoints: ["POST /cluster/bulk-action/guest/suspend"],
    origin: BULK_ACTION,
    checks: [...onNamed("VM.PowerMgmt"), ...TO_DISK],
  },
  {
    endpoints: ["POST /cluster/bulk-action/guest/migrate"],
    origin: BULK_ACTION,
    checks: onNamed("VM.Migrate"),
  },
];

const TASK_CHECKS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /nodes/{node}/tasks"],
    origin: TASKS,
    checks: [
      {
        privileges: ["Sys.Audit"],
        path: "/nodes/{node}",
        hides: true,
        condition: "for tasks of other accounts",
      },
    ],
  },
  {
    endpoints: ["GET /nodes/{node}/tasks/{upid}/log", "GET /nodes/{node}/tasks/{upid}/status"],
    origin: TASKS,
    checks: [
      {
        privileges: ["Sys.Audit"],
        path: "/nodes/{node}",
        maybe: true,
        condition: "for a task of another account",
      },
    ],
  },
  {
    endpoints: ["DELETE /nodes/{node}/tasks/{upid}"],
    origin: TASKS,
    checks: [
      {
        privileges: ["Sys.Modify"],
        path: "/nodes/{node}",
        maybe: true,
        condition: "for a task of another account",
      },
    ],
  },
  {
    endpoints: ["GET /cluster/tasks"],
    origin: CLUSTER,
    checks: [
      {
        privileges: ["Sys.Audit"],
        path: "/nodes/{node}",
        hides: true,
        condition: "for tasks of other accounts",
      },
    ],
  },
  {
    endpoints: ["GET /cluster/log"],
    origin: CLUSTER,
    checks: [
      { privileges: ["Sys.Syslog"], path: "/", hides: true, condition: "for entries of other accounts" },
    ],
  },
];

const INVENTORY: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /cluster/resources"],
    origin: CLUSTER,
    checks: [
      { privileges: ["VM.Audit"], path: "/vms/{vmid}", hides: true, condition: "of each guest" },
      {
        privileges: ["Datastore.Audit"],
        path: "/storage/{storage}",
        hides: true,
        condition: "of each storage",
      },
      { privileges: ["Pool.Audit"], path: "/pool/{pool}", hides: true, condition: "of each pool" },
      { privileges: ["Sys.Audit"], path: "/nodes/{node}", hides: true, condition: "for a node's figures" },
    ],
  },
  {
    endpoints: ["GET /nodes"],
    origin: NODES,
    checks: [
      { privileges: ["Sys.Audit"], path: "/nodes/{node}", hides: true, condition: "for a node's figures" },
    ],
  },
  {
    endpoints: ["GET /pools"],
    origin: "pve-manager, PVE/API2/Pool.pm",
    checks: [{ privileges: ["Pool.Audit"], path: "/pool/{poolid}", hides: true, condition: "of each pool" }],
  },
];

const POOL_MEMBERS: readonly CodeCheck[] = [
  {
    privileges: ["Permissions.Modify", "VM.Allocate"],
    any: true,
    path: "/vms/{member}",
    params: ["vms"],
    from: each("member"),
    origin: "pve-access-control, src/PVE/RPCEnvironment.pm",
  },
  {
    privileges: ["Permissions.Modify", "Datastore.Allocate"],
    any: true,
    path: "/storage/{member}",
    params: ["storage"],
    from: each("member"),
    origin: "pve-access-control, src/PVE/RPCEnvironment.pm",
  },
  {
    privileges: ["Pool.Allocate"],
    path: "/pool/{pool}",
    params: ["allow-move"],
    maybe: true,
    condition: "of each pool that a guest leaves",
  },
];

const POOLS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["PUT /pools", "PUT /pools/{poolid}"],
    origin: "pve-manager, PVE/API2/Pool.pm",
    checks: POOL_MEMBERS,
  },
  // Only that the pool is empty.
  {
    endpoints: ["DELETE /pools", "DELETE /pools/{poolid}"],
    origin: "pve-manager, PVE/API2/Pool.pm",
    checks: [],
  },
];

const MAPPING_LISTS: readonly CheckedEndpoints[] = (
  [
    ["GET /cluster/mapping/pci", "pci", "PCI"],
    ["GET /cluster/mapping/usb", "usb", "USB"],
    ["GET /cluster/mapping/dir", "dir", "Dir"],
  ] as const
).map(([key, kind, file]) => ({
  endpoints: [key],
  origin: `pve-manager, PVE/API2/Cluster/Mapping/${file}.pm`,
  checks: [
    {
      privileges: MAPPINGS,
      any: true,
      path: `/mapping/${kind}/{id}`,
      hides: true,
      condition: "of each mapping",
    },
  ],
}));

const CONSOLES: CheckedEndpoints = {
  // Older releases ask for an account of the realm pam, whatever its privileges; the websocket for a ticket.
  endpoints: [
    "POST /nodes/{node}/termproxy",
    "POST /nodes/{node}/vncshell",
    "POST /nodes/{node}/spiceshell",
    "GET /nodes/{node}/vncwebsocket",
  ],
  origin: NODES,
  checks: [],
};

const CPU_MODELS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /cluster/qemu/custom-cpu-models"],
    origin: "pve-manager, PVE/API2/Cluster/Qemu/CustomCPUModels.pm",
    checks: [
      {
        privileges: MAPPINGS,
        any: true,
        path: "/mapping/cpu/{cputype}",
        hides: true,
        condition: "of each model",
      },
    ],
  },
  {
    endpoints: ["GET /nodes/{node}/capabilities/qemu/cpu"],
    origin: "qemu-server, src/PVE/API2/Qemu/CPU.pm",
    checks: [
      {
        privileges: MAPPINGS,
        any: true,
        path: "/mapping/cpu/{cputype}",
        hides: true,
        condition: "of each custom model, unless Sys.Audit is held on /nodes",
        since: "9.2",
      },
      {
        privileges: ["Sys.Audit"],
        path: "/nodes",
        hides: true,
        condition: "for custom models",
        before: "9.2",
      },
    ],
  },
];

/** Nodes, tasks, pools, mappings, replication and what concerns many guests. */
export const CLUSTER_CHECKS: readonly CheckedEndpoints[] = [
  ...BULK,
  ...TASK_CHECKS,
  ...INVENTORY,
  ...POOLS,
  ...MAPPING_LISTS,
  ...REPLICATION_CHECKS,
  CONSOLES,
  ...CPU_MODELS,
];
