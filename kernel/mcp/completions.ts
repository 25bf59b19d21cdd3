import { CompleteRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Bound } from "./bound.ts";

/** Serves `completion/complete`: arguments of prompts and parts of resource URIs go by the same names. */
export function bindCompletions({ server, subject, kernel }: Bound): void {
  server.setRequestHandler(CompleteRequestSchema, async ({ params: { argument, context } }) => {
    const completions = await (await kernel()).completions();
    const given = context?.arguments ?? {};
    return { completion: await completions.complete({ ...argument, given, subject }) };
  });
}
