import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { isPlainObject } from "../call/json-schema.ts";
import type { CallAnswer } from "../call/types.ts";

/** An answer as the protocol has it: text, and its data where the operator wants both. */
export function toolResult({ text, isError, data }: CallAnswer, structured: boolean): CallToolResult {
  const result: CallToolResult = { content: [{ type: "text", text }], isError };
  return structured && !isError && isPlainObject(data) ? { ...result, structuredContent: data } : result;
}
