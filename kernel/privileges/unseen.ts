import { type ListResult, resultKind } from "../../sdk/results.ts";
import { INVENTORY } from "../../sdk/tool.ts";
import { needText } from "../../vendor/pve-docs/index.ts";
import type { HostedTool } from "../host/types.ts";
import type { Cluster } from "../transports/types.ts";
import { ownPermissions } from "./own-permissions.ts";
import { type EndpointNeeds, toolNeeds, unseenNeeds } from "./tool-needs.ts";

/** Which lists are made of what the inventory leaves out, by the ACL path that shows it. */
const CONCERNED: readonly (readonly [prefix: string, of: RegExp])[] = [
  ["/vms/", /vm|container|guest|template/i],
  ["/storage/", /storage|volume/i],
  ["/pool/", /pool/i],
];

function concerns(path: string, of: string): boolean {
  return CONCERNED.some(([prefix, words]) => path.startsWith(prefix) && words.test(of));
}

function isList(result: unknown): result is ListResult {
  return resultKind(result) === "list";
}

/**
 * A result as it is, and an empty list with what the account lacks to see anything on it: Proxmox VE
 * leaves out what one may not see without a word.
 */
export async function explainEmpty(
  result: unknown,
  { tool }: Pick<HostedTool, "tool">,
  cluster: Pick<Cluster, "rest" | "catalog">,
  signal: AbortSignal,
): Promise<unknown> {
  if (!isList(result) || result.rows.length > 0) return result;
  const needs = toolNeeds(tool, await cluster.catalog());
  const lacking = await lackingToSee(needs, result.of, cluster, signal);
  return lacking.length === 0 ? result : { ...result, unseen: [...(result.unseen ?? []), ...lacking] };
}

async function lackingToSee(
  needs: readonly EndpointNeeds[],
  of: string,
  cluster: Pick<Cluster, "rest">,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const held = await ownPermissions(cluster, { signal }).catch(() => undefined);
  if (held === undefined) return [];
  const lacking = needs.flatMap((one) =>
    unseenNeeds([one], held).filter(({ path }) => one.key !== INVENTORY || concerns(path, of)),
  );
  const texts = lacking.map(({ path, privileges, any, condition }) =>
    needText({
      path,
      privileges,
      ...(any === true ? { any } : {}),
      ...(condition === undefined ? {} : { condition }),
    }),
  );
  return [...new Set(texts)].map((text) => `the account may lack the right to see: it has nowhere ${text}`);
}
