import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import { Outbox } from "./outbox.ts";

/**
 * Serves one client over stdin and stdout. Resolves when the client has gone:
 * stdin ended, or stdout can no longer be written.
 */
export async function serveStdio(server: Server): Promise<void> {
  const transport = new StdioServerTransport();
  const outbox = new Outbox(process.stdout);
  transport.send = (message) => outbox.send(serializeMessage(message));
  const gone = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    process.stdout.on("error", () => resolve());
    server.onclose = resolve;
  });
  await server.connect(transport);
  await gone;
}
