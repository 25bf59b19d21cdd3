import type { Bound, Handlers } from "./bound.ts";
import { objectAt, textAt, textsAt } from "./params.ts";

/** Handler of `completion/complete`: arguments of prompts and parts of resource URIs go by the same names. */
export function completionHandlers({ subject, kernel }: Bound): Handlers {
  return {
    "completion/complete": async (params) => {
      const argument = objectAt(params, "argument");
      const unfinished = {
        name: textAt(argument, "name"),
        value: textAt(argument, "value"),
        given: textsAt(objectAt(params, "context"), "arguments"),
        subject,
      };
      const completions = await (await kernel()).completions();
      return { completion: { ...(await completions.complete(unfinished)) } };
    },
  };
}
