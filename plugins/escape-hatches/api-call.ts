import {
  type Catalog,
  defineTool,
  type HttpMethod,
  listedAs,
  type RestStep,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { nearestPaths } from "./nearest-paths.ts";

const BUILD = { GET: rest.get, POST: rest.post, PUT: rest.put, DELETE: rest.delete } as const;

/** Calls any endpoint of the API. */
export function apiCall(catalog: Catalog) {
  return defineTool({
    name: "proxmox_api_call",
    title: "Call the API directly",
    describe:
      "Any call of the Proxmox VE API, for what no other tool does; proxmox_api_describe shows endpoints.",
    risk: "escape",
    uses: ["any"],
    input: Type.Object({
      method: Type.Union([
        Type.Literal("GET"),
        Type.Literal("POST"),
        Type.Literal("PUT"),
        Type.Literal("DELETE"),
      ]),
      path: Type.String({ description: "Such as /nodes/pve1/qemu/100/config" }),
      params: Type.Optional(
        listedAs(
          Type.Record(
            Type.String(),
            Type.Union([
              Type.String(),
              Type.Number(),
              Type.Boolean(),
              Type.Array(Type.Union([Type.String(), Type.Number()])),
            ]),
          ),
          { type: "object" },
        ),
      ),
    }),
    async plan({ method, path, params = {} }) {
      return [apiStep(catalog, method, path, params)];
    },
  });
}

function apiStep(catalog: Catalog, method: HttpMethod, path: string, params: RestStep["params"]): RestStep {
  const below =
    path
      .trim()
      .replace(/^\/api2\/(?:json|extjs)(?=\/|$)/, "")
      .replace(/\/+$/, "") || "/";
  const match = catalog.match(method, below);
  if (match === undefined) throw unknownPath(catalog, method, below);
  const { endpoint, pathParams } = match;
  const twice = Object.keys(pathParams).filter(
    (name) => params[name] !== undefined && String(params[name]) !== pathParams[name],
  );
  if (twice.length > 0) {
    throw new ToolError({
      code: "invalid_input",
      message: `${twice.join(", ")} differs between path and params.`,
      next: "Leave what the path says out of params.",
    });
  }
  return BUILD[method](endpoint.path, { ...params, ...pathParams });
}

function unknownPath(catalog: Catalog, method: HttpMethod, path: string): ToolError {
  if (path.includes("?")) {
    return new ToolError({
      code: "invalid_input",
      message: "The path contains a query.",
      next: "Move what stands behind the ? to params.",
    });
  }
  if (catalog.hasPath(path)) {
    const methods = (["GET", "POST", "PUT", "DELETE"] as const).filter((other) => catalog.match(other, path));
    return new ToolError({
      code: "not_found",
      message: `There is no ${method} on ${path}.`,
      next: `It has ${methods.join(", ")}.`,
    });
  }
  const near = nearestPaths(catalog, path);
  return new ToolError({
    code: "not_found",
    message: `The API has no path ${path}.`,
    next: `${near.length > 0 ? `Near ones: ${near.join(", ")}. ` : ""}Search with proxmox_api_describe.`,
  });
}
