import { once } from "node:events";
import type { Readable } from "node:stream";
import type { ClientChannel } from "ssh2";

/**
 * Gives a command all of a source as its standard input, no faster than it reads. Rejects where the source fails. What
 * was not read to its end, also where `signal` is aborted, leaves the input open: a part must not look like the whole.
 */
export async function feed(
  channel: ClientChannel,
  source: Readable,
  { closed, signal }: { closed: Promise<void>; signal: AbortSignal },
): Promise<void> {
  const over = new AbortController();
  void closed.then(() => {
    over.abort();
    source.destroy();
  });
  try {
    for await (const chunk of source) {
      if (over.signal.aborted || signal.aborted) return;
      if (!channel.write(chunk)) await once(channel, "drain", { signal: over.signal });
    }
    if (!signal.aborted) channel.end();
  } catch (error) {
    // A command that ends before it has read all of its input is no fault.
    if (!over.signal.aborted) throw error;
  }
}
