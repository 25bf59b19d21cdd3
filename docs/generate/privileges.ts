import type { Catalog, EndpointPrivileges, PrivilegeNeed } from "../../vendor/pve-docs/index.ts";
import { code, codes, prose } from "./markdown.ts";

const WHO: Readonly<Record<Exclude<EndpointPrivileges["who"], "privileges">, string>> = {
  root: "root@pam alone",
  world: "no sign-in",
  all: "any user",
};
const MORE_CHECKS = "; what is touched is checked further";

function needText({ path, privileges, any, condition }: PrivilegeNeed): string {
  if (privileges.length === 0) return prose(condition ?? "");
  const some = any === true && privileges.length > 1 ? `one of ${codes(privileges)}` : codes(privileges);
  return `${some} on ${code(path)}${condition === undefined ? "" : ` (${prose(condition)})`}`;
}

/** Who may call an endpoint in a release, as Markdown; undefined where the release does not have it. */
export function privilegesText(catalog: Catalog, key: string): string | undefined {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) return undefined;
  const { who, alternatives, codeChecks } = catalog.privileges(endpoint);
  const more = codeChecks ? MORE_CHECKS : "";
  if (who !== "privileges") return `${WHO[who]}${more}`;
  const texts = alternatives.map((needs) => [...new Set(needs.map(needText))].join(" and "));
  return `${[...new Set(texts)].join(" or ")}${more}`;
}
