import { isUtf8 } from "node:buffer";
import { ToolError } from "../../sdk/errors.ts";
import { MOST_SNIPPET_BYTES, type SnippetFile, type SnippetPlace } from "../../sdk/snippet-steps.ts";
import { maskedText } from "../plans/node-steps/secrets.ts";
import type { Redactor } from "../secrets/redact.ts";
import { Collector } from "./collector.ts";
import { type LocateParts, locateSnippet, snippetStatus } from "./locate.ts";

/** What reading takes. */
export interface ReadParts extends LocateParts {
  readonly redactor: Redactor;
}

/** Reads a snippet by SSH, secrets in its text masked. Throws ToolError. */
export async function readSnippet(place: SnippetPlace, parts: ReadParts): Promise<SnippetFile> {
  const located = await locateSnippet(place, "read", parts);
  const { node, path, volid } = located;
  const status = await snippetStatus(located, "read", parts);
  if (status === undefined) {
    throw new ToolError({
      code: "not_found",
      message: `There is no ${volid} on node ${node}.`,
      next: "List the snippets of the storage.",
    });
  }
  const sink = new Collector();
  const { cluster, signal, redactor } = parts;
  const { size, sha256 } = await cluster.ssh.read(node, path, { sink, maxBytes: MOST_SNIPPET_BYTES, signal });
  const bytes = sink.bytes();
  const plain = isUtf8(bytes) && !bytes.includes(0) ? bytes.toString() : undefined;
  const text = plain === undefined ? undefined : maskedText(plain, redactor);
  return { path, size, sha256, text, masked: text !== plain };
}
