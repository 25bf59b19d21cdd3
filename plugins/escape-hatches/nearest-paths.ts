import type { Catalog } from "../../sdk/index.ts";

/** Path templates that share most of their words with a path, misspelt ones too, best first. */
export function nearestPaths(catalog: Catalog, path: string, limit = 3): readonly string[] {
  const wanted = [...new Set(words(path))];
  const scored = [...new Set(catalog.endpoints.map((endpoint) => endpoint.path))].map((template) => {
    const own = words(template);
    const shared = own.reduce(
      (sum, word) => sum + Math.max(0, ...wanted.map((other) => likeness(word, other))),
      0,
    );
    return { template, score: (2 * shared) / (own.length + wanted.length || 1) };
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

/** How alike two words are, from 0 to 1: the share of neighbouring letters that they have in common. */
function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const left = pairs(a);
  const right = pairs(b);
  const shared = left.filter((pair) => right.includes(pair)).length;
  return (2 * shared) / (left.length + right.length || 1);
}

function pairs(word: string): readonly string[] {
  return Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => word.slice(at, at + 2));
}
