/** Real parts for end-to-end tests: the lab over TLS, the built server over a pipe, the SDK's own client. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  type CallToolResult,
  CallToolResultSchema,
  ElicitRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { createLab, type Lab, type LabOptions } from "../../sdk/lab/index.ts";
import { ClusterReader } from "../../sdk/testing/cluster-reader.ts";

/** The shipped entry. */
export const MAIN = resolve("dist/main.js");

type Env = Readonly<Record<string, string>>;

/** Settings with which a server reaches a lab. */
export function settingsFor(lab: Lab, token = "root"): Record<string, string> {
  const { id = "", secret = "" } = lab.tokens[token] ?? {};
  const [, user = "", realm = "", tokenId = ""] = /^([^@]+)@([^!]+)!(.+)$/.exec(id) ?? [];
  return {
    PROXMOX_HOST: lab.host,
    PROXMOX_API_PORT: String(lab.port),
    PROXMOX_TLS_FINGERPRINT: lab.fingerprint,
    PROXMOX_API_TOKEN_USER: user,
    PROXMOX_API_TOKEN_REALM: realm,
    PROXMOX_API_TOKEN_ID: tokenId,
    PROXMOX_API_TOKEN_SECRET: secret,
  };
}

/** Settings with which a server reaches the lab's nodes by SSH. */
export async function sshSettingsFor(lab: Lab): Promise<Record<string, string>> {
  const { privateKey, fingerprint, ports } = await lab.openSsh();
  return {
    PROXMOX_SHELL_SSH_PRIVATE_KEY: privateKey,
    PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: fingerprint,
    PROXMOX_SHELL_SSH_HOSTS: Object.entries(ports)
      .map(([node, port]) => `${node}=${lab.host}:${port}`)
      .join(","),
  };
}

/**
 * Everything allowed, nobody asked, and tools shown whatever their evidence says: what most tests are about
 * must not fail because a source was edited. What is shown by default is for listing.test.ts to pin.
 */
export const UNGUARDED = {
  PROXMOX_MCP_ACCESS: "escape",
  PROXMOX_MCP_CONFIRM: "none",
  PROXMOX_MCP_MIN_VALIDATION: "experimental",
} as const;

/** A human behind the client: gets the question, answers an elicitation result. */
export type Human = (params: { message: string; requestedSchema?: unknown }) => Promise<{
  action: "accept" | "decline" | "cancel";
  content?: Record<string, string | boolean>;
}>;

/** What a tool answered. */
export interface Answer {
  readonly text: string;
  readonly isError: boolean;
  readonly code: string | undefined;
}

/** What a call may carry besides its arguments. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (message: string) => void;
}

/** A server process and the client that talks to it. */
export class Session {
  readonly client: Client;
  readonly transport: StdioClientTransport;
  #stderr = "";

  constructor(env: Env, human?: Human, cwd?: string, args: readonly string[] = [MAIN]) {
    this.client = new Client(
      { name: "e2e", version: "1.0.0" },
      { capabilities: human === undefined ? {} : { elicitation: {} } },
    );
    if (human !== undefined) {
      this.client.setRequestHandler(ElicitRequestSchema, async ({ params }) => await human(params));
    }
    this.transport = new StdioClientTransport({
      command: process.execPath,
      args: [...args],
      env: { ...getDefaultEnvironment(), ...env },
      stderr: "pipe",
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.transport.stderr?.on("data", (part: Buffer) => {
      this.#stderr += part.toString("utf8");
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.transport.pid ?? 0;
  }

  /** Resolves when the server process has gone. */
  async ended(): Promise<void> {
    const { pid } = this;
    if (pid === 0) return;
    await until(() => (isAlive(pid) ? undefined : true));
  }

  async toolNames(): Promise<string[]> {
    return (await this.client.listTools()).tools.map((tool) => tool.name);
  }

  async call(name: string, args: Record<string, unknown> = {}, options: CallOptions = {}): Promise<Answer> {
    const result = await this.client.callTool({ name, arguments: args }, CallToolResultSchema, {
      timeout: 60_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.onprogress === undefined
        ? {}
        : { onprogress: ({ message = "" }) => options.onprogress?.(message) }),
    });
    return toAnswer(CallToolResultSchema.parse(result));
  }

  /** A call that must succeed. */
  async ok(name: string, args: Record<string, unknown> = {}, options: CallOptions = {}): Promise<Answer> {
    const answer = await this.call(name, args, options);
    if (answer.isError) throw new Error(`${name} ${JSON.stringify(args)} failed:\n${answer.text}`);
    return answer;
  }

  /** A call that must fail; every error says its code, what to do next and whether a retry helps. */
  async refused(
    name: string,
    args: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<Answer> {
    const answer = await this.call(name, args, options);
    if (!/^Error [a-z_]+: .+\nNext: .+\nRetry: .+/.test(answer.text)) {
      throw new Error(`${name} ${JSON.stringify(args)} did not answer a whole error:\n${answer.text}`);
    }
    return answer;
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 only asks whether the process is there.
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Id of the job that an answer speaks of. */
export function jobOf({ text }: Answer): string {
  const id = /\bj_[0-9a-f]{24}\b/.exec(text)?.[0];
  if (id === undefined) throw new Error(`no job in:\n${text}`);
  return id;
}

/** Resolves when `holds` answers something; for what no event tells. */
export async function until<T>(holds: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await holds();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`never came: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function toAnswer(result: CallToolResult): Answer {
  const text = result.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  const isError = result.isError === true;
  return { text, isError, code: isError ? /^Error ([a-z_]+):/.exec(text)?.[1] : undefined };
}

/** Labs, servers and folders of one test file, closed together. */
export class Bench {
  readonly #closers: (() => unknown)[] = [];

  async lab(options: LabOptions = {}): Promise<Lab> {
    return this.closing(await createLab(options));
  }

  /** Reads the lab's API past the server, with root's token. */
  reader(lab: Lab): ClusterReader {
    const { id = "", secret = "" } = lab.tokens.root ?? {};
    const { host, port, fingerprint } = lab;
    return this.closing(new ClusterReader({ host, port, fingerprint, token: `${id}=${secret}` }));
  }

  /** A folder of its own, removed at the end. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), "proxmox-mcp-e2e-"));
    this.#closers.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Closed with everything else, whatever became of the test that opened it. */
  closing<T extends { close(): unknown }>(it: T): T {
    this.#closers.push(() => it.close());
    return it;
  }

  /** A session that is not yet connected; its state directory is its own unless `env` names one. */
  unconnected(env: Env, human?: Human, args?: readonly string[]): Session {
    return this.closing(
      new Session({ PROXMOX_MCP_STATE_DIR: this.folder(), ...env }, human, undefined, args),
    );
  }

  /** The same, connected. */
  async server(env: Env, human?: Human, args?: readonly string[]): Promise<Session> {
    const session = this.unconnected(env, human, args);
    await session.client.connect(session.transport).catch((error: unknown) => {
      throw new Error(`the server did not start: ${session.stderr}`, { cause: error });
    });
    return session;
  }

  /** To be called when the file's tests are over. */
  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
    this.#closers.length = 0;
  }
}
