/** Privileges that all known versions have, by what they are about. */
const ALWAYS: readonly (readonly [string, string])[] = [
  ["Datastore", "Allocate AllocateSpace AllocateTemplate Audit"],
  ["Group", "Allocate"],
  ["Permissions", "Modify"],
  ["Pool", "Allocate Audit"],
  ["Realm", "Allocate AllocateUser"],
  ["SDN", "Allocate Audit"],
  ["Sys", "Audit Console Incoming Modify PowerMgmt Syslog"],
  ["User", "Modify"],
  ["VM", "Allocate Audit Backup Clone Console Migrate PowerMgmt Snapshot Snapshot.Rollback"],
  ["VM.Config", "CDROM CPU Cloudinit Disk HWType Memory Network Options"],
];

/** Privileges that came with a major version. */
const SINCE_8: readonly (readonly [string, string])[] = [
  ["Mapping", "Audit Modify Use"],
  ["SDN", "Use"],
  ["Sys", "AccessNetwork"],
];
const SINCE_9: readonly (readonly [string, string])[] = [
  ["VM", "Replicate"],
  ["VM.GuestAgent", "Audit FileRead FileSystemMgmt FileWrite Unrestricted"],
];

/** Privileges that a major version took away. */
const UNTIL_8: readonly (readonly [string, string])[] = [["VM", "Monitor"]];

const known = new Map<number, ReadonlySet<string>>();

/**
 * Every privilege of a release, in order of name.
 * (pve-access-control, src/PVE/AccessControl.pm and debian/changelog)
 */
export function privilegeNames(release: string): ReadonlySet<string> {
  const major = Number.parseInt(release, 10);
  let names = known.get(major);
  if (names === undefined) {
    const groups = [
      ...ALWAYS,
      ...(major >= 8 ? SINCE_8 : []),
      ...(major >= 9 ? SINCE_9 : []),
      ...(major <= 8 ? UNTIL_8 : []),
    ];
    names = new Set(
      groups.flatMap(([group, words]) => words.split(" ").map((word) => `${group}.${word}`)).sort(),
    );
    known.set(major, names);
  }
  return names;
}
