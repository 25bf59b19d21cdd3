import { randomUUID } from "node:crypto";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  ElicitResultSchema,
  ListToolsRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import type { JsonSchemaValidator, jsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/types.js";
import type { CallContext, CallRoad, HumanAnswer, HumanQuestion } from "../call/types.ts";
import type { KernelTool, ToolHost } from "../host/types.ts";
import type { Logger } from "../log.ts";
import { elicitationSchema, humanAnswer } from "./elicitation.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { listing } from "./listing.ts";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Client facts that this era of the protocol keeps in the connection; each call carries them on. */
interface Peer {
  readonly client: CallContext["client"];
  readonly canElicit: boolean;
}

/** What the protocol needs of the kernel. */
export interface ServedKernel {
  readonly host: ToolHost;
  readonly road: CallRoad;
  readonly kernelTools: readonly KernelTool[];
  readonly logger: Logger;
}

/** How a server is made. */
export interface ServerParts {
  readonly version: string;
  /** Who speaks through this connection. */
  readonly subject: string;
  /**
   * The kernel, composed on first use: `initialize` is answered without it, so that a client is
   * not kept waiting for plugins that it has not asked about yet.
   */
  readonly kernel: () => Promise<ServedKernel>;
}

/**
 * A server for one connection, not yet connected. It binds the call road to one version of the
 * MCP SDK and keeps no state between calls: whatever a call needs is put into its
 * {@link CallContext} here.
 */
export function createServer({ version, subject, kernel }: ServerParts): Server {
  const server = new Server(
    { name: "proxmox-mcp", title: "Proxmox VE", version },
    {
      capabilities: { tools: { listChanged: true } },
      instructions: INSTRUCTIONS,
      jsonSchemaValidator: PASS_THROUGH_VALIDATOR,
    },
  );
  const warn = (text: string) => void kernel().then(({ logger }) => logger.warn(text));
  server.onerror = (error) => warn(`protocol: ${error.message}`);
  server.setRequestHandler(ListToolsRequestSchema, async () => {
    const { host, kernelTools } = await kernel();
    await host.ready();
    return { tools: listing(kernelTools, host.listed()) };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { road } = await kernel();
    const answer = await road.call(
      params.name,
      params.arguments ?? {},
      contextOf(subject, peerOf(server), extra, warn),
    );
    return { content: [{ type: "text", text: answer.text }], isError: answer.isError };
  });
  server.oninitialized = () => {
    void kernel().then(({ host }) => host.onListChanged(() => void server.sendToolListChanged().catch(warn)));
  };
  return server;
}

function contextOf(subject: string, peer: Peer, extra: Extra, warn: (text: string) => void): CallContext {
  const base = {
    callId: randomUUID(),
    subject,
    client: peer.client,
    signal: extra.signal,
    progress: progressOf(extra, warn),
  };
  if (!peer.canElicit) return base;
  return { ...base, ask: (question, timeoutMs) => ask(extra, question, timeoutMs) };
}

function progressOf(extra: Extra, warn: (text: string) => void): CallContext["progress"] {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let last = 0;
  return (message, progress, total) => {
    // The protocol demands a rising figure; a log line is progress without one.
    last = Math.max(last + 1, progress ?? 0);
    const params = { progressToken, progress: last, message, ...(total === undefined ? {} : { total }) };
    extra.sendNotification({ method: "notifications/progress", params }).catch((error: unknown) => {
      warn(`progress was not sent: ${String(error)}`);
    });
  };
}

/** The kernel judges an answer itself ({@link humanAnswer}); a schema compiler at start-up would only cost time. */
const PASS_THROUGH_VALIDATOR: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (input) => ({ valid: true, data: input as T, errorMessage: undefined });
  },
};

function peerOf(server: Server): Peer {
  const { name = "unknown", version = "" } = server.getClientVersion() ?? {};
  const elicitation = server.getClientCapabilities()?.elicitation;
  // An empty capability object means form mode, as before modes existed.
  const canElicit =
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  return { client: { name, version }, canElicit };
}

async function ask(extra: Extra, question: HumanQuestion, timeoutMs: number): Promise<HumanAnswer> {
  const params = { message: question.message, requestedSchema: elicitationSchema(question) };
  try {
    const result = await extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema, {
      timeout: timeoutMs,
      signal: extra.signal,
    });
    return humanAnswer(question, result);
  } catch {
    // A timeout, a closed or failing client: nobody said yes.
    return "absent";
  }
}
