import type { NodeCommand } from "../ssh/types.ts";
import { LONGEST_INPUT } from "./agent-limits.ts";

/**
 * Standard input as a whole, since the agent takes it with the command: one byte more than it takes at most, which
 * tells that there is more. Rejects with what a source fails with.
 */
export async function inputOf(stdin: NodeCommand["stdin"]): Promise<Uint8Array> {
  if (stdin === undefined) return new Uint8Array();
  if (typeof stdin === "string") return Buffer.from(stdin);
  if (stdin instanceof Uint8Array) return stdin;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes: Uint8Array = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    chunks.push(bytes);
    size += bytes.length;
    if (size > LONGEST_INPUT) break;
  }
  return Buffer.concat(chunks);
}

/** Content in blocks of one size, the last one shorter; none where there is nothing. */
export async function* blocksOf(
  content: Uint8Array | AsyncIterable<Uint8Array | string>,
  size: number,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    const bytes: Uint8Array = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    for (; rest.length - at >= size; at += size) yield rest.subarray(at, at + size);
    rest = rest.subarray(at);
  }
  if (rest.length > 0) yield rest;
}
