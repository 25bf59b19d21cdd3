import { byPattern, type FormatTable, readIn } from "./types.ts";

const REALM = "[A-Za-z][A-Za-z0-9._-]+";
const USER = "[^\\s:/]+";
const NAME = /^[A-Za-z0-9._-]+\n?$/;
const USER_ID = new RegExp(`^${USER}@${REALM}\\n?$`, "u");
const TOKEN_ID = new RegExp(`^${USER}@${REALM}!${REALM}\\n?$`, "u");

const ACCESS_CONTROL = "pve-access-control, src/PVE/AccessControl.pm";

/** Privileges of Proxmox VE 9, as the built-in roles show them. */
const PRIVILEGES: ReadonlySet<string> = new Set(
  [
    ["Datastore", "Allocate AllocateSpace AllocateTemplate Audit"],
    ["Group", "Allocate"],
    ["Mapping", "Audit Modify Use"],
    ["Permissions", "Modify"],
    ["Pool", "Allocate Audit"],
    ["Realm", "Allocate AllocateUser"],
    ["SDN", "Allocate Audit Use"],
    ["Sys", "AccessNetwork Audit Console Incoming Modify PowerMgmt Syslog"],
    ["User", "Modify"],
    ["VM", "Allocate Audit Backup Clone Console Migrate PowerMgmt Replicate Snapshot Snapshot.Rollback"],
    ["VM.Config", "CDROM CPU Cloudinit Disk HWType Memory Network Options"],
    ["VM.GuestAgent", "Audit FileRead FileSystemMgmt FileWrite Unrestricted"],
  ].flatMap(([group, names]) => (names ?? "").split(" ").map((name) => `${group}.${name}`)),
);

function checkUserId(value: string): string | undefined {
  const { length } = [...value];
  if (length < 3) return `user name '${value}' is too short`;
  if (length > 64) return `user name '${value}' is too long (${length} > 64)`;
  return USER_ID.test(value) ? undefined : `value '${value}' does not look like a valid user name`;
}

function named(kind: string): (value: string) => string | undefined {
  return byPattern(NAME, (value) => `${kind} name '${value}' contains invalid characters`);
}

/** Formats of users, tokens, groups, roles and pools. */
export const accessFormats: FormatTable = {
  ...readIn(ACCESS_CONTROL, {
    "pve-groupid": named("group"),
    "pve-roleid": named("role"),
    "pve-poolid": byPattern(
      /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*\n?$/,
      (value) => `pool name '${value}' contains invalid characters`,
    ),
    "pve-tokenid": byPattern(TOKEN_ID, (value) => `value '${value}' does not look like a valid token ID`),
  }),
  ...readIn("pve-access-control, src/PVE/Auth/Plugin.pm", {
    "pve-realm": byPattern(new RegExp(`^${REALM}\\n?$`), "value does not look like a valid realm"),
    "pve-userid": checkUserId,
  }),
  "pve-priv": {
    origin: ACCESS_CONTROL,
    exact: (value: string) => (PRIVILEGES.has(value) ? undefined : `invalid privilege '${value}'`),
  },
};
