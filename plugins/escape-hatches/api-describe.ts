import {
  type Catalog,
  defineTool,
  type Endpoint,
  list,
  record,
  type Static,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { describeParameter } from "./describe-parameter.ts";
import { nearestPaths } from "./nearest-paths.ts";
import { searchEndpoints } from "./search.ts";

const DEFAULT_LIMIT = 30;

const input = Type.Object({
  search: Type.Optional(Type.String({ description: "Words to find in methods, paths and parameter names" })),
  path: Type.Optional(
    Type.String({ description: "Describe this path: a template or with values, such as /nodes/{node}/qemu" }),
  ),
  method: Type.Optional(
    Type.Union([Type.Literal("GET"), Type.Literal("POST"), Type.Literal("PUT"), Type.Literal("DELETE")], {
      description: "Only this method",
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 500,
      description: `At most so many endpoints (default ${DEFAULT_LIMIT})`,
    }),
  ),
});

/** Searches and shows the API as the vendored catalog knows it. */
export function apiDescribe(catalog: Catalog) {
  return defineTool({
    name: "proxmox_api_describe",
    title: "Look up the API",
    describe:
      "Searches the Proxmox VE API by words, or describes the endpoints of one path: parameters, risk, privileges, whether a task results.",
    risk: "read",
    uses: [],
    input,
    async read({ search, path, method, limit = DEFAULT_LIMIT }: Static<typeof input>) {
      if (path === undefined) return found(catalog, search ?? "", method, limit);
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

function found(catalog: Catalog, search: string, method: string | undefined, limit: number) {
  const matches = searchEndpoints(catalog, search).filter(
    (endpoint) => method === undefined || endpoint.method === method,
  );
  return list({
    of: "endpoints",
    columns: [{ key: "method" }, { key: "path" }, { key: "risk" }, { key: "task" }],
    rows: matches.slice(0, limit).map((endpoint) => ({
      method: endpoint.method,
      path: endpoint.path,
      risk: catalog.risk(endpoint),
      task: endpoint.task === true ? "task" : undefined,
    })),
    total: matches.length,
    note: `Proxmox VE ${catalog.release}. Give path for the parameters${matches.length > limit ? "; narrow the search or raise limit for the rest" : ""}.`,
  });
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
  const { who, alternatives, codeChecks } = catalog.privileges(endpoint);
  const needs = alternatives.map((all) =>
    all
      .map(({ path, privileges, any }) => `${privileges.join(any === true ? " or " : " and ")} on ${path}`)
      .join("; "),
  );
  return {
    [endpoint.method]: {
      risk: catalog.risk(endpoint),
      ...(endpoint.task === true ? { answers: "a task" } : {}),
      needs: who === "privileges" ? needs.join(" | ") : WHO[who],
      ...(codeChecks ? { moreChecks: "its code checks more than is declared" } : {}),
    },
    [`${endpoint.method} parameters`]: Object.fromEntries(
      Object.entries(endpoint.parameters).map(([name, schema]) => [name, describeParameter(schema)]),
    ),
  };
}

const WHO = { root: "root@pam alone", world: "no credentials", all: "any user" } as const;

function unknown(catalog: Catalog, path: string, method: string | undefined): ToolError {
  const near = nearestPaths(catalog, path);
  return new ToolError({
    code: "not_found",
    message: `Proxmox VE ${catalog.release} has no ${method === undefined ? "path" : `${method} on`} ${path}.`,
    next: near.length > 0 ? `Near ones: ${near.join(", ")}.` : "Search by words instead.",
  });
}
