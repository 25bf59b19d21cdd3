import { catalogFor, loadCatalog, releases } from "../../vendor/pve-docs/index.ts";
import type { Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import { type DefinedTool, useName } from "../tool.ts";
import type { Scenario } from "./scenario.ts";

/** An endpoint as a release has it. */
export type ReleaseEndpoint = Pick<Endpoint, "task" | "parameters">;

/** The endpoint of a key such as `PUT /pools`, as the release of a version has it; undefined where it has none. */
export function endpointOn(version: string, key: string): ReleaseEndpoint | undefined {
  return catalogFor(version).endpoint(key);
}

/**
 * Why a scenario of a tool cannot run on a release: what its API lacks, or takes from no token, of that which the tool
 * always uses, or the scenario. Undefined where it can.
 */
export function whyNotOn(
  release: string,
  { uses }: Pick<DefinedTool, "uses">,
  scenario: Pick<Scenario, "uses"> = {},
): string | undefined {
  if (!releases().includes(release)) return undefined;
  const catalog = loadCatalog(release);
  const always = uses.filter((use) => typeof use === "string").map(useName);
  const needed = [...always.filter((use) => /^[A-Z]+ \//.test(use)), ...(scenario.uses ?? [])];
  const lacking = needed.filter((use) => !has(catalog, use)).map((use) => `has no ${use}`);
  // Scenarios sign in with a token, on the lab and elsewhere.
  const barred = needed
    .filter((use) => endpointOf(catalog, use)?.allowtoken === false)
    .map((use) => `takes ${use} from no API token`);
  const why = [...lacking, ...barred];
  return why.length === 0 ? undefined : `Proxmox VE ${release} ${why.join(", ")}`;
}

/** What a scenario is said to use, and no release has. */
export function unknownUses({ uses = [] }: Pick<Scenario, "uses">): readonly string[] {
  return uses.filter((use) => !releases().some((release) => has(loadCatalog(release), use)));
}

function endpointOf(catalog: Catalog, use: string): Endpoint | undefined {
  return catalog.endpoint(use.replace(/\?.*$/, ""));
}

function has(catalog: Catalog, use: string): boolean {
  const endpoint = endpointOf(catalog, use);
  const param = /\?(.*)$/.exec(use)?.[1];
  return endpoint !== undefined && (param === undefined || Object.hasOwn(endpoint.parameters, param));
}
