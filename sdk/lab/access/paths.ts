const CHARACTERS = /^[A-Za-z0-9.\-_/]+$/;

/** An ACL path in its one spelling; undefined where it holds characters that no path has. */
export function normalizePath(path: string): string | undefined {
  if (path === "" || path === "0") return undefined;
  const trimmed = path.replace(/\/+/g, "/").replace(/\/$/, "");
  const rooted = trimmed.startsWith("/") ? trimmed : `/${trimmed}`;
  return CHARACTERS.test(rooted) ? rooted : undefined;
}

const NAME = "[A-Za-z0-9.\\-_]+";

const KNOWN = new RegExp(
  `^(?:${[
    "/",
    "/access(?:/groups|/realm)?",
    `/access/(?:groups|realm)/${NAME}`,
    `/nodes(?:/${NAME})?`,
    `/pool(?:/${NAME}){0,3}`,
    `/sdn(?:/(?:controllers|dns|fabrics|ipams)(?:/${NAME})?)?`,
    `/sdn/zones(?:/${NAME}(?:/${NAME}(?:/[1-9][0-9]{0,3})?)?)?`,
    `/storage(?:/${NAME})?`,
    "/vms(?:/[1-9][0-9]{2,})?",
    `/mapping(?:/${NAME}){0,2}`,
  ].join("|")})$`,
);

/** Whether an ACL may be set on this (normalized) path. */
export function isAclPath(path: string): boolean {
  return KNOWN.test(path);
}

/** `/`, `/vms`, `/vms/100`: the paths whose entries bear on this one, outermost first. */
export function pathPrefixes(path: string): readonly string[] {
  // What is asked for without the first slash begins below the root.
  const prefixes = path.startsWith("/") ? ["/"] : [];
  let built = "";
  for (const part of path.split("/").filter((piece) => piece !== "")) {
    built += `/${part}`;
    prefixes.push(built);
  }
  return prefixes;
}

/** What changing the ACL of a path takes: any of these. (pve-access-control, src/PVE/RPCEnvironment.pm) */
export function privilegesToModify(path: string): readonly string[] {
  const area = /^\/(storage|vms|pool)\/./.exec(path)?.[1];
  const owner = { storage: "Datastore.Allocate", vms: "VM.Allocate", pool: "Pool.Allocate" };
  return ["Permissions.Modify", ...(area === undefined ? [] : [owner[area as keyof typeof owner]])];
}
