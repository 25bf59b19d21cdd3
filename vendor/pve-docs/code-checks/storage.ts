import type { CheckedEndpoints, CodeCheck } from "./types.ts";
import { archive, VOLUME_ACCESS } from "./values.ts";

const CONTENT = "pve-storage, src/PVE/API2/Storage/Content.pm";
const RESTORE = "pve-storage, src/PVE/API2/Storage/FileRestore.pm";
const VOLUME = "/nodes/{node}/storage/{storage}/content/{volume}" as const;

function isBackup({ volume }: Readonly<Record<string, unknown>>): boolean {
  return typeof volume === "string" && archive(volume.includes(":") ? volume : `x:${volume}`).length > 0;
}

function ownerOf(volume: string): readonly { readonly owner: string }[] {
  const whole = volume.includes(":") ? volume : `x:${volume}`;
  return archive(whole).flatMap(({ owner }) => (owner === undefined ? [] : [{ owner }]));
}

/** What reading a volume takes, by its kind. (pve-storage, src/PVE/Storage.pm, check_volume_access) */
const READ_VOLUME: readonly CodeCheck[] = [
  {
    privileges: ["Datastore.Allocate", "Datastore.AllocateSpace"],
    any: true,
    path: "/storage/{storage}",
    params: ["volume"],
    when: isBackup,
    condition: "for a backup",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["VM.Backup"],
    path: "/vms/{owner}",
    params: ["volume"],
    from: ownerOf,
    condition: "for a backup, unless Datastore.Allocate is held on the storage",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.Audit"],
    any: true,
    path: "/storage/{storage}",
    params: ["volume"],
    when: (call) => !isBackup(call),
    condition: "other volumes; a snippet takes Datastore.Allocate",
    origin: VOLUME_ACCESS,
  },
  {
    privileges: ["VM.Config.Disk"],
    path: "/vms/{owner}",
    params: ["volume"],
    when: (call) => !isBackup(call) && /(?:vm|base|subvol|basevol)-\d+-/.test(String(call.volume)),
    from: (value) =>
      [...(/(?:vm|base|subvol|basevol)-(\d+)-/.exec(value) ?? [])].slice(1).map((owner) => ({ owner })),
    condition: "for a guest's disk, unless Datastore.Allocate is held on the storage",
    origin: VOLUME_ACCESS,
  },
];

/** Storages and their content. */
export const STORAGE_CHECKS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /nodes/{node}/storage"],
    origin: "pve-storage, src/PVE/API2/Storage/Status.pm",
    checks: [
      {
        privileges: ["Datastore.Audit", "Datastore.AllocateSpace"],
        any: true,
        path: "/storage/{storage}",
        hides: true,
        condition: "of each storage",
      },
    ],
  },
  {
    endpoints: ["GET /storage"],
    origin: "pve-storage, src/PVE/API2/Storage/Config.pm",
    checks: [
      {
        privileges: ["Datastore.Audit", "Datastore.AllocateSpace"],
        any: true,
        path: "/storage/{storage}",
        hides: true,
        condition: "of each storage",
      },
    ],
  },
  {
    endpoints: ["GET /nodes/{node}/storage/{storage}/content"],
    origin: CONTENT,
    checks: [
      {
        privileges: ["VM.Backup"],
        path: "/vms/{owner}",
        hides: true,
        condition: "of each backup's guest, unless Datastore.Allocate is held on the storage",
      },
      {
        privileges: ["VM.Config.Disk"],
        path: "/vms/{owner}",
        hides: true,
        condition: "of each disk's guest, unless Datastore.Allocate is held on the storage",
      },
    ],
  },
  { endpoints: [`GET ${VOLUME}`, `PUT ${VOLUME}`], origin: CONTENT, checks: READ_VOLUME },
  {
    endpoints: [`DELETE ${VOLUME}`],
    origin: CONTENT,
    checks: [
      {
        privileges: ["Datastore.AllocateSpace"],
        path: "/storage/{storage}",
        params: ["volume"],
        when: isBackup,
        condition: "for a backup",
      },
      {
        privileges: ["VM.Backup"],
        path: "/vms/{owner}",
        params: ["volume"],
        from: ownerOf,
        condition: "for a backup",
      },
      {
        privileges: ["Datastore.Allocate"],
        path: "/storage/{storage}",
        params: ["volume"],
        when: (call) => !isBackup(call),
        condition: "for other volumes",
      },
    ],
  },
  {
    endpoints: ["DELETE /nodes/{node}/storage/{storage}/prunebackups"],
    origin: "pve-storage, src/PVE/API2/Storage/PruneBackups.pm",
    checks: [
      { privileges: ["Datastore.AllocateSpace"], path: "/storage/{storage}", params: ["vmid"] },
      { privileges: ["VM.Backup"], path: "/vms/{vmid}", params: ["vmid"] },
      {
        privileges: ["Datastore.Allocate"],
        path: "/storage/{storage}",
        when: ({ vmid }) => vmid === undefined,
        condition: "without vmid",
      },
    ],
  },
  {
    endpoints: [
      "GET /nodes/{node}/storage/{storage}/file-restore/list",
      "GET /nodes/{node}/storage/{storage}/file-restore/download",
    ],
    origin: RESTORE,
    checks: [
      {
        privileges: ["Datastore.Allocate", "Datastore.AllocateSpace"],
        any: true,
        path: "/storage/{storage}",
        origin: VOLUME_ACCESS,
      },
      {
        privileges: ["VM.Backup"],
        path: "/vms/{owner}",
        params: ["volume"],
        from: ownerOf,
        condition: "unless Datastore.Allocate is held on the storage",
        origin: VOLUME_ACCESS,
      },
    ],
  },
  {
    endpoints: ["POST /nodes/{node}/storage/{storage}/download-url"],
    origin: "pve-storage, src/PVE/API2/Storage/Status.pm",
    checks: [],
  },
  {
    endpoints: ["GET /nodes/{node}/storage/{storage}/import-metadata"],
    origin: "pve-storage, src/PVE/API2/Storage/Status.pm",
    checks: READ_VOLUME,
  },
  {
    endpoints: ["GET /nodes/{node}/vzdump/extractconfig"],
    origin: "pve-manager, PVE/API2/VZDump.pm",
    checks: [
      {
        privileges: ["Datastore.Allocate", "Datastore.AllocateSpace"],
        any: true,
        path: "/storage/{storage}",
        params: ["volume"],
        from: (value) => archive(value),
        origin: VOLUME_ACCESS,
      },
      { privileges: ["VM.Backup"], path: "/vms/{owner}", params: ["volume"], from: ownerOf },
    ],
  },
  {
    endpoints: ["GET /nodes/{node}/vzdump/defaults"],
    origin: "pve-manager, PVE/API2/VZDump.pm",
    checks: [
      {
        privileges: ["Datastore.Audit", "Datastore.AllocateSpace"],
        any: true,
        path: "/storage/{storage}",
        condition: "the default storage where none is named",
      },
      {
        privileges: ["Sys.Audit"],
        path: "/nodes/{node}",
        hides: true,
        condition: "for directories, script, mail and ionice",
      },
    ],
  },
];
