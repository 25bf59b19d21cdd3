import {
  ErrorCode,
  type JSONRPCRequest,
  McpError,
  type ServerResult,
} from "@modelcontextprotocol/sdk/types.js";
import type { Bound, Handlers } from "./bound.ts";
import { completionHandlers } from "./completions.ts";
import type { Extra } from "./context.ts";
import { objectAt, type Params } from "./params.ts";
import { promptHandlers } from "./prompts.ts";
import { resourceHandlers } from "./resources.ts";

/** Handles a request. Throws McpError `MethodNotFound`, and what the handlers throw. */
export type Surfaces = (request: JSONRPCRequest, extra: Extra) => Promise<ServerResult>;

/** Serves everything but tools on one connection: `resources/*`, `prompts/*` and `completion/complete`. */
export function surfaces(bound: Bound): Surfaces {
  const handlers: Handlers = {
    ...resourceHandlers(bound),
    ...promptHandlers(bound),
    ...completionHandlers(bound),
  };
  return async (request, extra) => {
    const handle = Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined;
    if (handle === undefined) throw new McpError(ErrorCode.MethodNotFound, "Method not found");
    const message: Params = { ...request };
    return await handle(objectAt(message, "params"), extra);
  };
}
