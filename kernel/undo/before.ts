import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { knownParams } from "../call/step-refs.ts";
import type { Plan, PlanStep } from "../call/types.ts";
import { pathNames, pick } from "../readback/families/context.ts";
import type { Values } from "../readback/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { BeforeStates } from "./inverse.ts";
import { isFieldChange } from "./put-back.ts";

/** How long reading an object before its change may take, milliseconds. */
const READ_MS = 10_000;

/**
 * What the objects of a plan are before it runs: configurations are known from planning; others are read, each
 * once. What cannot be read is left out. Never rejects.
 */
export async function statesBefore(
  plan: Plan,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<BeforeStates> {
  const catalog = await access.catalog();
  const reads = new Map<string, Promise<unknown>>();
  const states = await Promise.all(
    plan.steps.map(async (planned): Promise<[string, unknown]> => {
      const { id } = planned.step;
      if (planned.config !== undefined) return [id, planned.config.values];
      const place = placeOf(planned, catalog);
      const endpoint = place && catalog.endpoint(`GET ${place.path}`);
      if (place === undefined || endpoint === undefined) return [id, undefined];
      const key = `${place.path} ${JSON.stringify(place.params)}`;
      const read =
        reads.get(key) ??
        access.rest
          .read({ endpoint, params: place.params, signal, timeoutMs: READ_MS })
          .catch(() => undefined);
      reads.set(key, read);
      return [id, await read];
    }),
  );
  return new Map(states);
}

function placeOf({ step }: PlanStep, catalog: Catalog): { path: string; params: Values } | undefined {
  const params = knownParams(step.params);
  if (step.method !== "PUT") return undefined;
  if (step.path === "/access/acl") return { path: step.path, params: {} };
  if (/^\/pools(?:\/\{poolid\})?$/.test(step.path)) {
    const takesName = catalog.endpoint("GET /pools")?.parameters.poolid !== undefined;
    return { path: takesName ? "/pools" : "/pools/{poolid}", params: pick(params, ["poolid"]) };
  }
  if (!isFieldChange(step) && step.path !== "/access/roles/{roleid}") return undefined;
  return { path: step.path, params: pick(params, pathNames(step.path)) };
}
