import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { JsonSchemaValidator, jsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/types.js";
import type { Artifacts } from "../artifacts/types.ts";
import type { CallRoad } from "../call/types.ts";
import type { Completions } from "../completions/completions.ts";
import type { KernelTool, ToolHost } from "../host/types.ts";
import type { Logger } from "../log.ts";
import type { Prompts } from "../prompts/prompts.ts";
import type { Resources } from "../resources/types.ts";
import { toolResult } from "./answer.ts";
import { contextOf } from "./context.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { listing } from "./listing.ts";
import { bindMessages } from "./messages.ts";
import type { Surfaces } from "./surfaces.ts";

/** What the protocol needs of the kernel. */
export interface ServedKernel {
  /** Answers carry their data as structured content besides the text. */
  readonly structured: boolean;
  readonly host: ToolHost;
  readonly road: CallRoad;
  readonly kernelTools: readonly KernelTool[];
  readonly logger: Logger;
  readonly artifacts: Pick<Artifacts, "onPut">;
  readonly resources: () => Promise<Resources>;
  readonly prompts: () => Promise<Prompts>;
  readonly completions: () => Promise<Completions>;
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
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: {},
        completions: {},
        logging: {},
      },
      instructions: INSTRUCTIONS,
      jsonSchemaValidator: PASS_THROUGH_VALIDATOR,
    },
  );
  const warn = (text: string) => void kernel().then(({ logger }) => logger.warn(text));
  server.onerror = (error) => warn(`protocol: ${error.message}`);
  const tell = bindMessages(server, warn);
  server.setRequestHandler(ListToolsRequestSchema, async () => {
    const { host, kernelTools, structured } = await kernel();
    await host.ready();
    return { tools: listing(kernelTools, host.listed(), structured) };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { road, structured } = await kernel();
    const context = contextOf(subject, server, extra, warn);
    const begun = Date.now();
    const answer = await road.call(params.name, params.arguments ?? {}, context);
    tell(extra, { tool: params.name, callId: context.callId, answer, durationMs: Date.now() - begun });
    return toolResult(answer, structured);
  });
  let others: Promise<Surfaces> | undefined;
  server.fallbackRequestHandler = async (request, extra) => {
    others ??= import("./surfaces.ts").then(({ surfaces }) => surfaces({ server, subject, kernel, warn }));
    return await (await others)(request, extra);
  };
  server.oninitialized = () => {
    void kernel().then(({ host, artifacts }) => {
      host.onListChanged(() => void server.sendToolListChanged().catch(warn));
      artifacts.onPut((owner) => {
        if (owner === subject) void server.sendResourceListChanged().catch(warn);
      });
    });
  };
  return server;
}

/** The kernel judges an answer itself ({@link humanAnswer}); a schema compiler at start-up would only cost time. */
const PASS_THROUGH_VALIDATOR: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (input) => ({ valid: true, data: input as T, errorMessage: undefined });
  },
};
