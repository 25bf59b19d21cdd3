import {
  type Catalog,
  declaredText,
  defineTool,
  type Endpoint,
  eitherSchema,
  listing,
  needText,
  record,
  recordSchema,
  type Static,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { describeParameter } from "./describe-parameter.ts";
import { nearestPaths } from "./nearest-paths.ts";
import { searchEndpoints } from "./search.ts";

const found = listing({
  of: "endpoints",
  columns: [{ key: "method" }, { key: "path" }, { key: "risk" }, { key: "task" }],
  id: ["method", "path"],
  // The best match first.
  sort: "rank",
});

const input = Type.Object({
  search: Type.Optional(Type.String({ description: "Words" })),
  path: Type.Optional(Type.String()),
  method: Type.Optional(
    Type.Union([Type.Literal("GET"), Type.Literal("POST"), Type.Literal("PUT"), Type.Literal("DELETE")]),
  ),
  limit: found.inputs.limit,
  cursor: found.inputs.cursor,
});

/** Searches and shows the API as the vendored catalog knows it. */
export function apiDescribe(catalog: Catalog) {
  return defineTool({
    name: "proxmox_api_describe",
    title: "Look up the API",
    describe:
      "Searches the Proxmox VE API, or describes one path: parameters, risk, privileges, whether it starts a task.",
    risk: "read",
    uses: [],
    input,
    result: eitherSchema(found.result, recordSchema()),
    async read({ search, path, method, ...view }: Static<typeof input>) {
      if (path === undefined) return matches(catalog, search ?? "", method, view);
      const endpoints = onPath(catalog, path).filter(
        (endpoint) => method === undefined || endpoint.method === method,
      );
      if (endpoints.length === 0) throw unknown(catalog, path, method);
      return record({
        title: `Proxmox VE ${catalog.release}: ${endpoints[0]?.path ?? path}`,
        fields: Object.fromEntries(
          endpoints.flatMap((endpoint) => Object.entries(describe(catalog, endpoint))),
        ),
      });
    },
  });
}

function matches(
  catalog: Catalog,
  search: string,
  method: string | undefined,
  view: Pick<Static<typeof input>, "limit" | "cursor">,
) {
  const rows = searchEndpoints(catalog, search)
    .filter((endpoint) => method === undefined || endpoint.method === method)
    .map((endpoint, rank) => ({
      rank,
      method: endpoint.method,
      path: endpoint.path,
      risk: catalog.risk(endpoint),
      task: endpoint.task === true ? "task" : undefined,
    }));
  const note = `Proxmox VE ${catalog.release}. Give path for the parameters.`;
  return found.rows(rows, view, { note });
}

function onPath(catalog: Catalog, path: string): readonly Endpoint[] {
  const wanted = path.trim().replace(/\/+$/, "") || "/";
  const byTemplate = catalog.endpoints.filter((endpoint) => endpoint.path === wanted);
  if (byTemplate.length > 0) return byTemplate;
  return (["GET", "POST", "PUT", "DELETE"] as const).flatMap((method) => {
    const match = catalog.match(method, wanted);
    return match === undefined ? [] : [match.endpoint];
  });
}

function describe(catalog: Catalog, endpoint: Endpoint): Readonly<Record<string, unknown>> {
  const privileges = catalog.privileges(endpoint);
  return {
    [endpoint.method]: {
      risk: catalog.risk(endpoint),
      ...(endpoint.task === true ? { answers: "a task" } : {}),
      needs: declaredText(privileges),
      ...(privileges.further.length > 0
        ? { alsoNeeds: privileges.further.map((need) => needText(need)) }
        : {}),
      ...(privileges.unread ? { moreChecks: "its code checks more than is declared" } : {}),
    },
    [`${endpoint.method} parameters`]: Object.fromEntries(
      Object.entries(endpoint.parameters).map(([name, schema]) => [name, describeParameter(schema)]),
    ),
  };
}

function unknown(catalog: Catalog, path: string, method: string | undefined): ToolError {
  const near = nearestPaths(catalog, path);
  return new ToolError({
    code: "not_found",
    message: `Proxmox VE ${catalog.release} has no ${method === undefined ? "path" : `${method} on`} ${path}.`,
    next: near.length > 0 ? `Near ones: ${near.join(", ")}.` : "Search by words instead.",
  });
}
