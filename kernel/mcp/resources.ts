import { ToolError } from "../../sdk/errors.ts";
import type { CallAnswer } from "../call/types.ts";
import type { ResourceContent } from "../resources/types.ts";
import {
  answering,
  type Bound,
  type ErrorParts,
  type Handlers,
  protocolError,
  RESOURCE_NOT_FOUND,
} from "./bound.ts";
import { contextOf, type Extra } from "./context.ts";
import { textAt } from "./params.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Handlers of `resources/*`. */
export function resourceHandlers({ server, subject, kernel, warn }: Bound): Handlers {
  const resources = async () => (await kernel()).resources();
  const read = async (uri: string, extra: Extra): Promise<ResourceContent> => {
    const context = contextOf(subject, server, extra, warn);
    const answer = await (await kernel()).road.readResource(uri, context);
    if ("error" in answer) throw errorOf(answer.error);
    return answer.content;
  };
  const subscriptions = new Subscriptions(server, warn);
  return {
    "resources/list": async () => ({ resources: [...(await (await resources()).list(subject))] }),
    "resources/templates/list": async () => ({ resourceTemplates: [...(await resources()).templates()] }),
    "resources/read": async (params, extra) => {
      const uri = textAt(params, "uri");
      return { contents: [contentsOf(uri, await read(uri, extra))] };
    },
    "resources/subscribe": (params, extra) =>
      answering(async () => {
        const uri = textAt(params, "uri");
        const { watch } = (await resources()).open(uri);
        if (watch === undefined) throw notWatched(uri);
        // Who may not read it is not told of its changes either.
        await read(uri, extra);
        subscriptions.add(uri, watch);
        return {};
      }, RESOURCE_NOT_FOUND),
    "resources/unsubscribe": async (params) => {
      subscriptions.remove(textAt(params, "uri"));
      return {};
    },
  };
}

function contentsOf(uri: string, { mimeType, body, meta }: ResourceContent) {
  const head = { uri, mimeType, ...(meta === undefined ? {} : { _meta: { ...meta } }) };
  return typeof body === "string"
    ? { ...head, text: body }
    : { ...head, blob: Buffer.from(body).toString("base64") };
}

/** The road answers an error as a call would; its data is what shaping an error makes. */
function errorOf({ data }: CallAnswer): Error {
  const { error } = data as { error: ErrorParts };
  return protocolError(error, RESOURCE_NOT_FOUND);
}

function notWatched(uri: string): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `${JSON.stringify(uri.slice(0, 200))} cannot be subscribed to.`,
    next: "Logs of jobs can: proxmox://jobs/{jobId}/logs. Read the others again when they are wanted.",
  });
}
