import type { Catalog, Endpoint } from "../../sdk/index.ts";

/** Endpoints that hold every word of the search, those with the words in the path and short ones first. */
export function searchEndpoints(catalog: Catalog, search: string): readonly Endpoint[] {
  const wanted = search
    .toLowerCase()
    .split(/[\s,/]+/)
    .filter((word) => word !== "");
  return catalog.endpoints
    .map((endpoint) => ({ endpoint, score: score(endpoint, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.endpoint.path.length - b.endpoint.path.length)
    .map(({ endpoint }) => endpoint);
}

function score(endpoint: Endpoint, wanted: readonly string[]): number {
  const line = `${endpoint.method} ${endpoint.path} ${endpoint.name}`.toLowerCase();
  const names = Object.keys(endpoint.parameters).join(" ").toLowerCase();
  let total = 1;
  for (const word of wanted) {
    if (line.includes(word)) total += 3;
    else if (names.includes(word)) total += 1;
    else return 0;
  }
  return total;
}
