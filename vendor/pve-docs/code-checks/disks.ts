import type { CheckedEndpoints, CodeCheck } from "./types.ts";
import { whenOn } from "./values.ts";

/** Older releases declare it for every call. */
const CHANGES_STORAGES: CodeCheck = {
  privileges: ["Datastore.Allocate"],
  path: "/storage",
  from: whenOn,
  since: "8.0",
};

/** Storages made of a node's own disks. */
export const DISK_CHECKS: readonly CheckedEndpoints[] = (
  [
    ["directory", "Directory"],
    ["lvm", "LVM"],
    ["lvmthin", "LVMThin"],
    ["zfs", "ZFS"],
  ] as const
).flatMap(([kind, file]) => {
  const origin = `pve-storage, src/PVE/API2/Disks/${file}.pm`;
  return [
    {
      endpoints: [`POST /nodes/{node}/disks/${kind}`] as const,
      origin,
      checks: [{ ...CHANGES_STORAGES, params: ["add_storage"] }],
    },
    {
      endpoints: [`DELETE /nodes/{node}/disks/${kind}/{name}`] as const,
      origin,
      checks: [{ ...CHANGES_STORAGES, params: ["cleanup-config"] }],
    },
  ];
});
