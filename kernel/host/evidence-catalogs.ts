import { type Catalog, loadCatalog, releases } from "../../vendor/pve-docs/index.ts";

/** The catalogs of those named releases that are known, by release. */
export function catalogsOf(named: Iterable<string>): ReadonlyMap<string, Catalog> {
  const known = new Set(releases());
  return new Map(
    [...new Set(named)]
      .filter((release) => known.has(release))
      .map((release) => [release, loadCatalog(release)]),
  );
}
