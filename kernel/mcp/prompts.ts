import { GetPromptRequestSchema, ListPromptsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { answering, type Bound } from "./bound.ts";

/** Serves `prompts/*` on one connection. */
export function bindPrompts({ server, kernel }: Bound): void {
  server.setRequestHandler(ListPromptsRequestSchema, async () => {
    const prompts = await (await kernel()).prompts();
    return {
      prompts: prompts.list().map(({ name, title, description, arguments: own }) => ({
        name,
        title,
        description,
        arguments: own.map((argument) => ({ required: false, ...argument })),
      })),
    };
  });
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) =>
    answering(async () => {
      const prompts = await (await kernel()).prompts();
      const { prompt, text } = await prompts.text(params.name, params.arguments ?? {});
      return {
        description: prompt.description,
        messages: [{ role: "user", content: { type: "text", text } }],
      };
    }),
  );
}
