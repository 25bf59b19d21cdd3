import { ToolError } from "../../sdk/errors.ts";
import { MOST_SNIPPET_BYTES, type SnippetStep } from "../../sdk/snippet-steps.ts";
import type { FileLine, RestStep } from "../../sdk/steps.ts";
import type { Endpoint, EndpointPrivileges } from "../../vendor/pve-docs/types.ts";
import { type LocateParts, locateSnippet, snippetStatus } from "../snippets/locate.ts";
import { accountOf } from "./inside-step.ts";

/** A snippet that is written or removed, in the form of the API call that stands closest to it. */
export interface ResolvedSnippet {
  readonly step: RestStep & { readonly id: string; readonly over: FileLine };
  readonly endpoint: Endpoint;
  readonly privileges: EndpointPrivileges;
}

/** Everyone on the node may read it, and nobody can run it: a guest's hook script would be run by root. */
const MODE = 0o644;

const VOLUME: Pick<Endpoint, "path" | "parameters"> = {
  path: "/nodes/{node}/storage/{storage}/content/{volume}",
  parameters: { node: { type: "string" }, storage: { type: "string" }, volume: { type: "string" } },
};

/** Finds the file that a step about a snippet is about. Throws ToolError for what may not or cannot be written. */
export async function resolveSnippet(
  step: SnippetStep & { readonly id: string },
  { login, ...parts }: LocateParts & { readonly login: string | undefined },
): Promise<ResolvedSnippet> {
  const { id, action, content, expected, note } = step;
  if (action === "write") checkContent(step);
  const located = await locateSnippet(step, action, parts);
  const { node, storage, volid, path } = located;
  const present = await snippetStatus(located, action, parts);
  if (present === undefined && action === "remove") throw absent(volid, node);
  const place = { kind: "node", node } as const;
  const over: FileLine = {
    ...{ by: "file", action, place, path, snippet: volid },
    ...accountOf(place, login, true),
    ...(action === "write" && content !== undefined ? { content, mode: MODE } : {}),
    ...(expected === undefined ? {} : { expected }),
  };
  const method = action === "write" ? "PUT" : "DELETE";
  const params = { node, storage, volume: volid };
  return {
    step: {
      id,
      via: "rest",
      method,
      path: VOLUME.path,
      params,
      over,
      ...(note === undefined ? {} : { note }),
    },
    endpoint: { ...VOLUME, method, name: "snippet" },
    privileges: located.privileges,
  };
}

function checkContent({ content }: SnippetStep): void {
  const size = content === undefined ? 0 : "text" in content ? Buffer.byteLength(content.text) : content.size;
  if (size > 0 && size <= MOST_SNIPPET_BYTES) return;
  throw new ToolError({
    code: "invalid_input",
    message:
      size === 0
        ? "The snippet would be empty. Nothing was changed."
        : `The snippet has ${size} bytes, and Proxmox VE reads no more than ${MOST_SNIPPET_BYTES}. Nothing was changed.`,
    next: "Give another content.",
  });
}

function absent(volid: string, node: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `There is no ${volid} on node ${node}. Nothing was changed.`,
    next: "List the snippets of the storage.",
  });
}
