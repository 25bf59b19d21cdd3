import type { Catalog } from "../../sdk/index.ts";

/** Path templates that share most of their words with a path, best first. */
export function nearestPaths(catalog: Catalog, path: string, limit = 3): readonly string[] {
  const wanted = new Set(words(path));
  const scored = [...new Set(catalog.endpoints.map((endpoint) => endpoint.path))].map((template) => {
    const own = words(template);
    const shared = own.filter((word) => wanted.has(word)).length;
    return { template, score: (2 * shared) / (own.length + wanted.size || 1) };
  });
  return scored
    .filter(({ score }) => score >= 0.4)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ template }) => template);
}

/** The fixed words of a path or template. */
export function words(path: string): readonly string[] {
  return path
    .toLowerCase()
    .split(/[^a-z0-9{}_-]+/)
    .filter((word) => word !== "" && !word.startsWith("{"));
}
