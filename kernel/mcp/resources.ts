import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { ToolError } from "../../sdk/errors.ts";
import type { CallAnswer, CallContext } from "../call/types.ts";
import type { ResourceContent } from "../resources/types.ts";
import { answering, type Bound, type ErrorParts, protocolError, RESOURCE_NOT_FOUND } from "./bound.ts";
import { contextOf } from "./context.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Serves `resources/*` on one connection. */
export function bindResources({ server, subject, kernel, warn }: Bound): void {
  server.setRequestHandler(ListResourcesRequestSchema, async () => {
    const resources = await (await kernel()).resources();
    return { resources: [...(await resources.list(subject))] };
  });
  server.setRequestHandler(ListResourceTemplatesRequestSchema, async () => {
    const resources = await (await kernel()).resources();
    return { resourceTemplates: [...resources.templates()] };
  });

  const read = async (uri: string, context: CallContext): Promise<ResourceContent> => {
    const answer = await (await kernel()).road.readResource(uri, context);
    if ("error" in answer) throw errorOf(answer.error);
    return answer.content;
  };
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }, extra) =>
    answering(async () => ({
      contents: [contentsOf(uri, await read(uri, contextOf(subject, server, extra, warn)))],
    })),
  );

  const subscriptions = new Subscriptions(server, warn);
  server.onclose = () => subscriptions.close();
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }, extra) =>
    answering(async () => {
      const resource = (await (await kernel()).resources()).open(uri);
      if (resource.watch === undefined) throw notWatched(uri);
      // Who may not read it is not told of its changes either.
      await read(uri, contextOf(subject, server, extra, warn));
      subscriptions.add(uri, resource.watch);
      return {};
    }, RESOURCE_NOT_FOUND),
  );
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });
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
