import { ToolError } from "../../sdk/errors.ts";
import { codeOf } from "../transports/rest/error-code.ts";

const LOOK = "The operator finds the cause in the server's log under that call.";

/** The error of a call of a tool that failed for no reason that a caller could know of. */
export function serverFault(thrown: unknown, tool: string, callId: string): ToolError {
  // What is loaded when it is first needed is gone once an update has replaced the server's files.
  if (codeOf(thrown) === "ERR_MODULE_NOT_FOUND") {
    return new ToolError({
      code: "internal",
      message: `${tool} needs a part of this server that is not on its disk any more: it was updated or removed while it runs (call ${callId}).`,
      next: `Have the client start the server anew. ${LOOK}`,
    });
  }
  return new ToolError({
    code: "internal",
    message: `${tool} failed because of a fault in this server or plugin (call ${callId}).`,
    next: LOOK,
  });
}
