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
import { inject, injectable } from "tsyringe";
import type { CallContext, CallRoad, HumanAnswer, HumanQuestion } from "../call/types.ts";
import type { KernelTool, ToolHost } from "../host/types.ts";
import type { Logger } from "../log.ts";
import { CALL_ROAD, KERNEL_TOOLS, LOGGER, TOOL_HOST } from "../tokens.ts";
import { elicitationSchema, humanAnswer } from "./elicitation.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { listing } from "./listing.ts";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Client facts that this era of the protocol keeps in the connection; each call carries them on. */
interface Peer {
  readonly client: CallContext["client"];
  readonly canElicit: boolean;
}

/**
 * Binds the call road to one version of the MCP SDK. It keeps no state between
 * calls: whatever a call needs is put into its {@link CallContext} here.
 */
@injectable()
export class McpServerFactory {
  constructor(
    @inject(TOOL_HOST) private readonly host: ToolHost,
    @inject(CALL_ROAD) private readonly road: CallRoad,
    @inject(KERNEL_TOOLS) private readonly kernelTools: readonly KernelTool[],
    @inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A server for one connection, not yet connected. `subject` is who speaks through it. */
  create(version: string, subject: string): Server {
    const server = new Server(
      { name: "proxmox-mcp", title: "Proxmox VE", version },
      {
        capabilities: { tools: { listChanged: true } },
        instructions: INSTRUCTIONS,
        jsonSchemaValidator: PASS_THROUGH_VALIDATOR,
      },
    );
    server.onerror = (error) => this.logger.warn(`protocol: ${error.message}`);
    server.setRequestHandler(ListToolsRequestSchema, async () => {
      await this.host.ready();
      return { tools: listing(this.kernelTools, this.host.listed()) };
    });
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
      const answer = await this.road.call(
        params.name,
        params.arguments ?? {},
        this.context(subject, peerOf(server), extra),
      );
      return { content: [{ type: "text", text: answer.text }], isError: answer.isError };
    });
    this.host.onListChanged(() => {
      server.sendToolListChanged().catch((error: unknown) => {
        this.logger.debug(`list_changed was not sent: ${String(error)}`);
      });
    });
    return server;
  }

  private context(subject: string, peer: Peer, extra: Extra): CallContext {
    const base = {
      callId: randomUUID(),
      subject,
      client: peer.client,
      signal: extra.signal,
      progress: this.progressOf(extra),
    };
    if (!peer.canElicit) return base;
    return { ...base, ask: (question, timeoutMs) => ask(extra, question, timeoutMs) };
  }

  private progressOf(extra: Extra): CallContext["progress"] {
    const progressToken = extra._meta?.progressToken;
    if (progressToken === undefined) return () => undefined;
    let last = 0;
    return (message, progress, total) => {
      // The protocol demands a rising figure; a log line is progress without one.
      last = Math.max(last + 1, progress ?? 0);
      const params = { progressToken, progress: last, message, ...(total === undefined ? {} : { total }) };
      extra.sendNotification({ method: "notifications/progress", params }).catch((error: unknown) => {
        this.logger.debug(`progress was not sent: ${String(error)}`);
      });
    };
  }
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
