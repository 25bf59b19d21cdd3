import type { CheckedEndpoints, CodeCheck } from "./types.ts";
import { each, field } from "./values.ts";

const VZDUMP = "pve-manager, PVE/API2/VZDump.pm";
const JOBS = "pve-manager, PVE/API2/Backup.pm";

/** What the settings of a backup take, for jobs and for one run alike; root's own options are not here. */
const SETTINGS: readonly CodeCheck[] = [
  { privileges: ["Sys.Modify"], path: "/", params: ["bwlimit", "ionice", "performance"], origin: JOBS },
  {
    privileges: ["Datastore.AllocateSpace"],
    path: "/storage/{fleece}",
    params: ["fleecing"],
    from: (value) => {
      const fleece = field(value, "storage", "enabled");
      return fleece === undefined ? [] : [{ fleece }];
    },
    since: "8.2",
    origin: JOBS,
  },
];

const POOL: readonly CodeCheck[] = [{ privileges: ["VM.Backup"], path: "/pool/{pool}", params: ["pool"] }];

/** Backups and their jobs. */
export const BACKUP_CHECKS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["POST /nodes/{node}/vzdump"],
    origin: VZDUMP,
    checks: [
      {
        privileges: ["VM.Backup"],
        path: "/vms/{guest}",
        params: ["vmid"],
        from: each("guest"),
        origin: "pve-manager, PVE/VZDump.pm",
      },
      {
        privileges: ["VM.Backup"],
        path: "/vms/{guest}",
        when: ({ vmid }) => vmid === undefined,
        hides: true,
        condition: "of each guest; those without it are left out",
        origin: "pve-manager, PVE/VZDump.pm",
      },
      { privileges: ["Datastore.AllocateSpace"], path: "/storage/{storage}", params: ["storage"] },
      {
        privileges: ["Datastore.Allocate"],
        path: "/storage/{storage}",
        params: ["prune-backups", "maxfiles"],
      },
      ...SETTINGS,
    ],
  },
  {
    endpoints: ["POST /cluster/backup"],
    origin: JOBS,
    checks: [
      ...SETTINGS,
      ...POOL,
      { privileges: ["Datastore.Allocate"], path: "/storage/{storage}", params: ["storage"] },
      {
        privileges: ["Datastore.Allocate"],
        path: "/storage/local",
        when: ({ storage }) => storage === undefined,
        condition: "without storage",
      },
    ],
  },
  {
    endpoints: ["PUT /cluster/backup/{id}"],
    origin: JOBS,
    checks: [
      ...SETTINGS,
      ...POOL,
      { privileges: ["Datastore.Allocate"], path: "/storage/{storage}", params: ["storage"] },
      {
        privileges: ["Datastore.Allocate"],
        path: "/storage/{present}",
        condition: "the job's present storage",
      },
    ],
  },
];
