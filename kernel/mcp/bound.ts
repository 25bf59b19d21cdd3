import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { ErrorCode, McpError, type ServerResult } from "@modelcontextprotocol/sdk/types.js";
import { isToolError, type ToolError } from "../../sdk/errors.ts";
import type { Extra } from "./context.ts";
import type { Params } from "./params.ts";
import type { ServedKernel } from "./server.ts";

/** What every part of a connection works with. */
export interface Bound {
  readonly server: Server;
  /** Who speaks through this connection. */
  readonly subject: string;
  readonly kernel: () => Promise<ServedKernel>;
  readonly warn: (text: string) => void;
}

/** Handlers of requests by method. */
export type Handlers = Readonly<
  Record<string, (params: Params, extra: Extra) => ServerResult | Promise<ServerResult>>
>;

/** The protocol's own code for a resource that is not there. */
export const RESOURCE_NOT_FOUND = -32_002;

/** Parts of an error that a client is told. */
export type ErrorParts = Pick<ToolError, "code" | "message" | "next" | "retry">;

/** An error of ours as an error of the protocol, for requests whose answers cannot say `isError`. */
export function protocolError(
  { code, message, next, retry }: ErrorParts,
  notFound: number = ErrorCode.InvalidParams,
): McpError {
  const text = next === undefined ? message : `${message} ${next}`;
  const number = { invalid_input: ErrorCode.InvalidParams, not_found: notFound }[String(code)];
  return new McpError(number ?? ErrorCode.InternalError, text, { code, retry });
}

/** Runs `work`; a ToolError that it throws becomes an error of the protocol. */
export async function answering<T>(work: () => Promise<T>, notFound?: number): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isToolError(error) ? protocolError(error, notFound) : error;
  }
}
