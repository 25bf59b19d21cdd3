import { answering, type Bound, type Handlers } from "./bound.ts";
import { textAt, textsAt } from "./params.ts";

/** Handlers of `prompts/*`. */
export function promptHandlers({ kernel }: Bound): Handlers {
  return {
    "prompts/list": async () => {
      const prompts = await (await kernel()).prompts();
      return {
        prompts: prompts.list().map(({ name, title, description, arguments: own }) => ({
          name,
          title,
          description,
          arguments: own.map((argument) => ({ required: false, ...argument })),
        })),
      };
    },
    "prompts/get": (params) =>
      answering(async () => {
        const prompts = await (await kernel()).prompts();
        const { prompt, text } = await prompts.text(textAt(params, "name"), textsAt(params, "arguments"));
        return {
          description: prompt.description,
          messages: [{ role: "user", content: { type: "text", text } }],
        };
      }),
  };
}
