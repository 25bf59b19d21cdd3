import type { LabRole } from "./types.ts";

/** Every privilege that Proxmox VE 9.2 knows. */
export const PRIVILEGES: readonly string[] = [
  ...["Allocate", "AllocateSpace", "AllocateTemplate", "Audit"].map((name) => `Datastore.${name}`),
  "Group.Allocate",
  ...["Audit", "Modify", "Use"].map((name) => `Mapping.${name}`),
  "Permissions.Modify",
  ...["Allocate", "Audit"].map((name) => `Pool.${name}`),
  ...["Allocate", "AllocateUser"].map((name) => `Realm.${name}`),
  ...["Allocate", "Audit", "Use"].map((name) => `SDN.${name}`),
  ...["AccessNetwork", "Audit", "Console", "Incoming", "Modify", "PowerMgmt", "Syslog"].map(
    (name) => `Sys.${name}`,
  ),
  "User.Modify",
  ...["Allocate", "Audit", "Backup", "Clone"].map((name) => `VM.${name}`),
  ...["CDROM", "CPU", "Cloudinit", "Disk", "HWType", "Memory", "Network", "Options"].map(
    (name) => `VM.Config.${name}`,
  ),
  "VM.Console",
  ...["Audit", "FileRead", "FileSystemMgmt", "FileWrite", "Unrestricted"].map(
    (name) => `VM.GuestAgent.${name}`,
  ),
  ...["Migrate", "PowerMgmt", "Replicate", "Snapshot", "Snapshot.Rollback"].map((name) => `VM.${name}`),
];

/** What only `Administrator` holds. */
const ADMINISTRATOR_ONLY = new Set([
  "Mapping.Modify",
  "Permissions.Modify",
  "Realm.Allocate",
  "Sys.AccessNetwork",
  "Sys.Incoming",
  "Sys.Modify",
  "Sys.PowerMgmt",
]);

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  Administrator: PRIVILEGES,
  PVEAdmin: PRIVILEGES.filter((name) => !ADMINISTRATOR_ONLY.has(name)),
  PVEAuditor: [
    ...["Datastore", "Mapping", "Pool", "SDN", "Sys", "VM"].map((area) => `${area}.Audit`),
    "VM.GuestAgent.Audit",
  ],
  PVEDatastoreAdmin: PRIVILEGES.filter((name) => name.startsWith("Datastore.")),
  PVEDatastoreUser: ["Datastore.AllocateSpace", "Datastore.Audit"],
  PVEMappingAdmin: PRIVILEGES.filter((name) => name.startsWith("Mapping.")),
  PVEMappingUser: ["Mapping.Audit", "Mapping.Use"],
  PVEPoolAdmin: ["Pool.Allocate", "Pool.Audit"],
  PVEPoolUser: ["Pool.Audit"],
  PVESDNAdmin: PRIVILEGES.filter((name) => name.startsWith("SDN.")),
  PVESDNUser: ["SDN.Audit", "SDN.Use"],
  PVESysAdmin: ["Sys.Audit", "Sys.Console", "Sys.Syslog"],
  PVETemplateUser: ["VM.Audit", "VM.Clone"],
  PVEUserAdmin: ["Group.Allocate", "Realm.AllocateUser", "User.Modify"],
  PVEVMAdmin: PRIVILEGES.filter((name) => name.startsWith("VM.")),
  PVEVMUser: [
    ...["Audit", "Backup", "Config.CDROM", "Config.Cloudinit", "Console"].map((name) => `VM.${name}`),
    ...["Audit", "FileRead", "FileSystemMgmt", "FileWrite"].map((name) => `VM.GuestAgent.${name}`),
    "VM.PowerMgmt",
  ],
  NoAccess: [],
};

/** The roles every installation has. */
export function builtInRoles(): Map<string, LabRole> {
  return new Map(
    Object.entries(BUILT_IN).map(([roleid, names]) => [
      roleid,
      { roleid, special: true, privileges: new Set(names) },
    ]),
  );
}
