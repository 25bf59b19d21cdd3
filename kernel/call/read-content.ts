import type { NamedResource, ResourceContent } from "../resources/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { CallContext } from "./types.ts";
import { cancelled, fromUpstream } from "./upstream-errors.ts";

/** Reads a resource, secrets in its text masked. Throws ToolError. */
export async function readContent(
  resource: NamedResource,
  context: CallContext,
  redactor: Redactor,
): Promise<ResourceContent> {
  const { signal } = context;
  const content = await resource.read(context).catch((error: unknown) => {
    throw fromUpstream(error, { what: `Reading the ${resource.what}`, signal });
  });
  if (signal.aborted) throw cancelled(resource.what);
  return typeof content.body === "string" ? { ...content, body: redactor.text(content.body) } : content;
}
