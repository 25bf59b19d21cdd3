import { type Catalog, privilegesText as textOf } from "../../vendor/pve-docs/index.ts";
import { code, prose } from "./markdown.ts";

/** Who may call an endpoint in a release, as Markdown; undefined where the release does not have it. */
export function privilegesText(catalog: Catalog, key: string): string | undefined {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) return undefined;
  return textOf(catalog.privileges(endpoint), { name: code, words: prose });
}
