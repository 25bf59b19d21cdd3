import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CallToolResultSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { ToolAnswer } from "./scenario.ts";

/** How to start a server. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the few variables that every process needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What the server asks the human behind the client. */
export interface HumanRequest {
  readonly message: string;
  /** The human is to type a text rather than to tick a box. */
  readonly wantsText: boolean;
}

/** What they answer; `false` declines, `true` does what is asked for, a text is what they type. */
export type HumanReply = boolean | string;

/** A tool as the server lists it. */
export interface ListedToolInfo {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly title?: string;
  readonly annotations?: { readonly readOnlyHint?: boolean; readonly destructiveHint?: boolean };
}

/** How long a call may take, progress or not. */
const CALL_TIMEOUT_MS = 120_000;

/** A real MCP client on a server process, over stdin and stdout. */
export class McpSession {
  readonly #client: Client;
  readonly #stderr: string[];
  #listed: readonly ListedToolInfo[] | undefined;

  private constructor(client: Client, stderr: string[]) {
    this.#client = client;
    this.#stderr = stderr;
  }

  /** Starts the server and initializes. `human` answers elicitations; without it the client cannot ask anyone. */
  static async start(
    server: ServerCommand,
    human?: (request: HumanRequest) => HumanReply | Promise<HumanReply>,
  ): Promise<McpSession> {
    const client = new Client(
      { name: "proxmox-mcp-testing", version: "1.0.0" },
      { capabilities: human === undefined ? {} : { elicitation: {} } },
    );
    if (human !== undefined)
      client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
        const asked = "requestedSchema" in params ? params.requestedSchema.properties.confirm : undefined;
        const wantsText = asked?.type === "string";
        const answer = await human({ message: params.message, wantsText });
        const confirm = answer === true && wantsText ? textWanted(asked?.title) : answer;
        return confirm === false ? { action: "decline" } : { action: "accept", content: { confirm } };
      });
    const transport = new StdioClientTransport({
      command: server.command,
      args: [...server.args],
      env: { ...getDefaultEnvironment(), ...server.env },
      stderr: "pipe",
      ...(server.cwd === undefined ? {} : { cwd: server.cwd }),
    });
    const stderr: string[] = [];
    transport.stderr?.on("data", (part: Buffer) => stderr.push(part.toString("utf8")));
    const session = new McpSession(client, stderr);
    try {
      await client.connect(transport);
    } catch (error) {
      throw new Error(`the server did not start: ${session.stderr().trim() || String(error)}`, {
        cause: error,
      });
    }
    return session;
  }

  async tools(): Promise<readonly ListedToolInfo[]> {
    const { tools } = await this.#client.listTools();
    this.#listed = tools.map(({ name, description, inputSchema, title, annotations = {} }) => ({
      name,
      inputSchema,
      ...(description === undefined ? {} : { description }),
      ...(title === undefined ? {} : { title }),
      annotations: {
        readOnlyHint: annotations.readOnlyHint === true,
        destructiveHint: annotations.destructiveHint === true,
      },
    }));
    return this.#listed;
  }

  /** The tools as they were listed last: a client reads all their schemas with every listing, which takes long. */
  async listed(): Promise<readonly ListedToolInfo[]> {
    return this.#listed ?? (await this.tools());
  }

  /** Calls a tool; `onProgress` gets the messages of its progress. */
  async call(
    name: string,
    args: Readonly<Record<string, unknown>> = {},
    onProgress?: (message: string) => void,
  ): Promise<ToolAnswer> {
    const result = await this.#client.callTool({ name, arguments: { ...args } }, CallToolResultSchema, {
      timeout: CALL_TIMEOUT_MS,
      ...(onProgress === undefined ? {} : { onprogress: ({ message }) => onProgress(message ?? "") }),
    });
    const { content, isError, structuredContent } = CallToolResultSchema.parse(result);
    const text = content.map((part) => (part.type === "text" ? part.text : `[${part.type}]`)).join("\n");
    const code = isError === true ? /^Error ([a-z_]+):/.exec(text)?.[1] : undefined;
    return {
      text,
      isError: isError === true,
      ...(code === undefined ? {} : { code }),
      ...(structuredContent === undefined ? {} : { data: structuredContent }),
    };
  }

  /** What the server has written to stderr so far. */
  stderr(): string {
    return this.#stderr.join("");
  }

  /** Ends the server as a client does that goes away. */
  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** What a willing human types: the text that the field names. */
function textWanted(title: string | undefined): string {
  return /^Type (.*) to confirm$/s.exec(title ?? "")?.[1] ?? "";
}
