import type { Catalog } from "../../vendor/pve-docs/types.ts";

/** The API catalogs by release. */
export interface CatalogSource {
  /** Known releases, the newest first. */
  readonly releases: readonly string[];
  load(release: string): Promise<Catalog>;
}

/** The newest catalog. */
export async function newestCatalog({ releases, load }: CatalogSource): Promise<Catalog> {
  const [newest] = releases;
  if (newest === undefined) throw new Error("no API catalog is there");
  return load(newest);
}
