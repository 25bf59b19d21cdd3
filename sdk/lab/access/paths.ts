const CHARACTERS = /^[A-Za-z0-9.\-_/]+$/;

/** An ACL path in its one spelling; undefined where it holds characters that no path has. */
export function normalizePath(path: string): string | undefined {
  if (path === "") return undefined;
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
    `/sdn(?:/zones(?:/${NAME}){0,3}|/(?:controllers|dns|ipams|fabrics|vnets)(?:/${NAME}){0,3})?`,
    `/storage(?:/${NAME})?`,
    "/vms(?:/[1-9][0-9]{2,})?",
    `/mapping(?:/(?:dir|pci|usb|hwrng)(?:/${NAME})?)?`,
    `/mapping/notifications(?:/${NAME})?`,
  ].join("|")})$`,
);

/** Whether an ACL may be set on this (normalized) path. */
export function isAclPath(path: string): boolean {
  return KNOWN.test(path);
}

/** `/`, `/vms`, `/vms/100`: the paths whose entries bear on this one, outermost first. */
export function pathPrefixes(path: string): readonly string[] {
  const prefixes = ["/"];
  let built = "";
  for (const part of path.split("/").filter((piece) => piece !== "")) {
    built += `/${part}`;
    prefixes.push(built);
  }
  return prefixes;
}
