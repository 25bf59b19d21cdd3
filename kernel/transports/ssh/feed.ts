import { once } from "node:events";
import type { Readable } from "node:stream";
import type { ClientChannel } from "ssh2";

/**
 * Gives a command all of a source as its standard input, no faster than it reads. Rejects where the source fails, and
 * then leaves the input open: its end would make a part look like the whole.
 */
export async function feed(channel: ClientChannel, source: Readable, closed: Promise<void>): Promise<void> {
  const over = new AbortController();
  void closed.then(() => {
    over.abort();
    source.destroy();
  });
  try {
    for await (const chunk of source) {
      if (over.signal.aborted) return;
      if (!channel.write(chunk)) await once(channel, "drain", { signal: over.signal });
    }
    channel.end();
  } catch (error) {
    // A command that ends before it has read all of its input is no fault.
    if (!over.signal.aborted) throw error;
  }
}
