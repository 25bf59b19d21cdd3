import type { Endpoint } from "../../vendor/pve-docs/types.ts";
import type { Cluster } from "../transports/types.ts";
import { Held, permissionsOf } from "./held.ts";

const PERMISSIONS: Endpoint = {
  path: "/access/permissions",
  method: "GET",
  name: "permissions",
  parameters: {},
  permissions: { user: "all" },
};

/** The part of a cluster that is asked. */
type Asked = Pick<Cluster, "rest">;

const known = new WeakMap<Asked, Promise<Held>>();

/**
 * What the signed-in account may do on a cluster, asked once; `fresh` asks again. Rejects as the
 * transport does, and then is not kept.
 */
export function ownPermissions(
  cluster: Asked,
  options: { fresh?: boolean; signal?: AbortSignal } = {},
): Promise<Held> {
  const kept = options.fresh === true ? undefined : known.get(cluster);
  if (kept !== undefined) return kept;
  const { signal } = options;
  const asked = cluster.rest
    .read({ endpoint: PERMISSIONS, params: {}, ...(signal === undefined ? {} : { signal }) })
    .then((data) => new Held(permissionsOf(data)));
  known.set(cluster, asked);
  asked.catch(() => {
    if (known.get(cluster) === asked) known.delete(cluster);
  });
  return asked;
}
