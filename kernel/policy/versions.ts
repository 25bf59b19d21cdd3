import { type DefinedTool, useName } from "../../sdk/tool.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";

/** Uses that the catalog knows: the others are not endpoints, or mean any of them. */
const ENDPOINT = /^(?:GET|POST|PUT|DELETE) /;

/** Endpoints that a tool cannot do without and that this release does not have; none while it is unknown. */
export function lackingUses(
  tool: Pick<DefinedTool, "uses">,
  catalog: Catalog | undefined,
): readonly string[] {
  if (catalog === undefined) return [];
  return tool.uses.flatMap((use) => {
    const name = useName(use);
    return typeof use === "string" && ENDPOINT.test(name) && catalog.endpoint(name) === undefined
      ? [name]
      : [];
  });
}
