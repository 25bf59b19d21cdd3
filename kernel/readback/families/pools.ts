import type { Expectation, Values } from "../types.ts";
import { type Family, isOn, listOf, pick, type SentStep, seen } from "./context.ts";

/** Pools and what belongs to them. */
export const pools: Family = (sent) => {
  const { endpoint, params } = sent;
  if (endpoint.path !== "/pools" && endpoint.path !== "/pools/{poolid}") return undefined;
  switch (endpoint.method) {
    case "POST":
      return [
        read(sent, { is: "fields", by: "PUT /pools/{poolid}", set: pick(params, ["comment"]), gone: [] }),
      ];
    case "PUT":
      return changed(sent);
    case "DELETE":
      return [read(sent, { is: "absent" })];
    default:
      return undefined;
  }
};

function changed(sent: SentStep): readonly Expectation[] {
  const { params } = sent;
  const set = pick(params, ["comment"]);
  const there = !isOn(params.delete);
  const vms = listOf(params.vms).map(Number);
  const storages = listOf(params.storage);
  const members: Expectation[] =
    vms.length + storages.length > 0 ? [read(sent, { is: "members", there, vms, storages })] : [];
  const fields: Expectation[] =
    Object.keys(set).length > 0
      ? [read(sent, { is: "fields", by: "PUT /pools/{poolid}", set, gone: [] })]
      : [];
  return [...members, ...fields];
}

/** The name of a nested pool has a slash, which a path cannot hold: where the list takes a name, it is asked. */
function read(
  { params, catalog }: SentStep,
  want: Extract<Expectation, { want: unknown }>["want"],
): Expectation {
  const takesName = catalog.endpoint("GET /pools")?.parameters.poolid !== undefined;
  const place: Values = pick(params, ["poolid"]);
  return {
    ...seen(takesName ? "/pools" : "/pools/{poolid}", place, want),
    object: `pool ${String(params.poolid)}`,
  };
}
