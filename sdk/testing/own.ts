/**
 * What the name of every object begins with that a scenario makes besides guests: users, groups, roles, pools,
 * mappings, storages, backup jobs, files. Nothing of that name may be on a real cluster when a run begins, and
 * nothing is left of it afterwards.
 */
export const OWN = "mcp-scenario";

/** A directory of nodes that a scenario may define a storage on; what is in it is deleted afterwards. */
export const OWN_FOLDER = `/var/tmp/${OWN}`;

/** Whether a scenario's object could have this name. */
export function isOwn(name: unknown): boolean {
  return typeof name === "string" && name.startsWith(OWN);
}
