import { type Catalog, privilegesText as textOf } from "../../vendor/pve-docs/index.ts";
import { code, prose } from "./markdown.ts";

/** Who may make any call of an endpoint in a release, as Markdown; undefined where the release does not have it. */
export function privilegesText(catalog: Catalog, key: string): string | undefined {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) return undefined;
  const privileges = catalog.privileges(endpoint);
  const always = privileges.further.filter(({ maybe, hides }) => maybe !== true && hides !== true);
  return textOf({ ...privileges, further: always }, { name: code, words: prose });
}

/** Whether some calls of an endpoint take more, or show less, than {@link privilegesText} says. */
export function hasFurther(catalog: Catalog, key: string): boolean {
  const endpoint = catalog.endpoint(key);
  const further = endpoint === undefined ? [] : catalog.privileges(endpoint).further;
  return further.some(({ maybe, hides }) => maybe === true || hides === true);
}

/** Link target of an endpoint's chapter on the page of privileges, as GitHub makes it from the heading. */
export function endpointAnchor(key: string): string {
  return key
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
