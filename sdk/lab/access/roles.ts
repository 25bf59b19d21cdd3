import type { LabRole } from "./types.ts";

/** What only `Administrator` holds. */
const ADMINISTRATOR_ONLY = new Set([
  "Mapping.Modify",
  "Realm.Allocate",
  "Sys.AccessNetwork",
  "Sys.Incoming",
  "Sys.Modify",
  "Sys.PowerMgmt",
]);

/** Changing permissions was what an administrator of the system may do, until 8 left it to `Administrator` alone. */
const SYSTEM_ADMIN_UNTIL_7 = "Permissions.Modify";

/** Names of the roles there are, without those of areas that a release does not know. */
function builtIn(known: ReadonlySet<string>): Readonly<Record<string, readonly string[]>> {
  const all = [...known];
  const isOld = !known.has("Mapping.Use");
  const systemOnly = new Set(isOld ? [] : [SYSTEM_ADMIN_UNTIL_7]);
  const area = (name: string) => all.filter((privilege) => privilege.startsWith(`${name}.`));
  const some = (...names: readonly string[]) => names.filter((name) => known.has(name));
  return {
    Administrator: all,
    PVEAdmin: all.filter((name) => !ADMINISTRATOR_ONLY.has(name) && !systemOnly.has(name)),
    PVEAuditor: some(
      ...["Datastore", "Mapping", "Pool", "SDN", "Sys", "VM"].map((each) => `${each}.Audit`),
      "VM.GuestAgent.Audit",
    ),
    PVEDatastoreAdmin: area("Datastore"),
    PVEDatastoreUser: ["Datastore.AllocateSpace", "Datastore.Audit"],
    ...(isOld ? {} : { PVEMappingAdmin: area("Mapping"), PVEMappingUser: ["Mapping.Audit", "Mapping.Use"] }),
    PVEPoolAdmin: ["Pool.Allocate", "Pool.Audit"],
    PVEPoolUser: ["Pool.Audit"],
    PVESDNAdmin: area("SDN"),
    ...(isOld ? {} : { PVESDNUser: ["SDN.Audit", "SDN.Use"] }),
    PVESysAdmin: ["Sys.Audit", "Sys.Console", "Sys.Syslog", ...(isOld ? [SYSTEM_ADMIN_UNTIL_7] : [])],
    PVETemplateUser: ["VM.Audit", "VM.Clone"],
    PVEUserAdmin: ["Group.Allocate", "Realm.AllocateUser", "User.Modify"],
    PVEVMAdmin: area("VM"),
    PVEVMUser: some(
      ...["Audit", "Backup", "Config.CDROM", "Config.Cloudinit", "Console"].map((name) => `VM.${name}`),
      ...["Audit", "FileRead", "FileSystemMgmt", "FileWrite"].map((name) => `VM.GuestAgent.${name}`),
      "VM.PowerMgmt",
    ),
    NoAccess: [],
  };
}

/** The roles that every installation with these privileges has. (pve-access-control, src/PVE/AccessControl.pm) */
export function builtInRoles(privileges: ReadonlySet<string>): Map<string, LabRole> {
  return new Map(
    Object.entries(builtIn(privileges)).map(([roleid, names]) => [
      roleid,
      { roleid, special: true, privileges: new Set(names) },
    ]),
  );
}
