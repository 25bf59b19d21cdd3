import { loadCatalog, releases } from "../../vendor/pve-docs/index.ts";
import { type DefinedTool, useName } from "../tool.ts";

/** Why a tool cannot work on a release: what its API lacks of that which the tool always uses. Undefined where it can. */
export function whyNotOn(release: string, { uses }: Pick<DefinedTool, "uses">): string | undefined {
  if (!releases().includes(release)) return undefined;
  const catalog = loadCatalog(release);
  const lacking = uses
    .filter((use) => typeof use === "string")
    .map(useName)
    .filter((key) => /^[A-Z]+ \//.test(key) && catalog.endpoint(key) === undefined);
  return lacking.length === 0 ? undefined : `Proxmox VE ${release} has no ${lacking.join(", no ")}`;
}
