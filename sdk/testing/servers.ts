import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HumanReply, type HumanRequest, McpSession, type ServerCommand } from "./mcp-client.ts";

/** Answers what the server asks the human behind the client. */
export type AnswerHuman = (request: HumanRequest) => HumanReply;

/** Where runs of scenarios get their servers from; state directories are added to what they ask for. */
export interface Servers {
  /** A server whose tools the client has listed, so that it holds answers against their schemas. */
  start(command: ServerCommand, human: AnswerHuman): Promise<McpSession>;
  /** The run needs this server no more. */
  stop(session: McpSession): Promise<void>;
  /** The run has ended. */
  end(): Promise<void>;
}

/** A process of its own for every start, all with one state directory, which is gone afterwards. */
export class FreshServers implements Servers {
  #stateDir: string | undefined;

  async start(command: ServerCommand, human: AnswerHuman): Promise<McpSession> {
    this.#stateDir ??= await newStateDir();
    return await started(command, this.#stateDir, human);
  }

  stop(session: McpSession): Promise<void> {
    return session.close();
  }

  async end(): Promise<void> {
    if (this.#stateDir !== undefined) await rm(this.#stateDir, { recursive: true, force: true });
  }
}

interface WarmServer {
  readonly key: string;
  readonly session: McpSession;
  readonly stateDir: string;
  answer: AnswerHuman;
}

/** Idle servers that are kept, one for each access level; the one that has been idle longest goes first. */
const MOST_IDLE = 4;

/**
 * Processes that serve one run after the other, for starting one takes longer than most runs. What a run leaves
 * behind in them, such as ended jobs, the next one meets; a server with a job that still runs is not used again.
 */
export class WarmServers implements Servers {
  readonly #lent = new Map<McpSession, WarmServer>();
  #idle: readonly WarmServer[] = [];

  async start(command: ServerCommand, human: AnswerHuman): Promise<McpSession> {
    const key = JSON.stringify([command.args, Object.entries(command.env).sort()]);
    const server = this.#idle.find((one) => one.key === key) ?? (await newServer(key, command));
    this.#idle = this.#idle.filter((one) => one !== server);
    server.answer = human;
    this.#lent.set(server.session, server);
    return server.session;
  }

  async stop(session: McpSession): Promise<void> {
    const server = this.#lent.get(session);
    if (server === undefined) return;
    this.#lent.delete(session);
    if (!(await isQuiet(session))) return await endServer(server);
    const [oldest, ...others] = [...this.#idle, server];
    if (oldest === undefined || others.length < MOST_IDLE) this.#idle = [...this.#idle, server];
    else {
      this.#idle = others;
      await endServer(oldest);
    }
  }

  async end(): Promise<void> {}

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#lent.values(), ...this.#idle].map(endServer));
    this.#lent.clear();
    this.#idle = [];
  }
}

async function newServer(key: string, command: ServerCommand): Promise<WarmServer> {
  const stateDir = await newStateDir();
  // What it remembers of one run's cluster must not reach the next one's; the lab is there, however busy the machine.
  const env = {
    ...command.env,
    PROXMOX_MCP_INVENTORY_CACHE_MS: "0",
    PROXMOX_MCP_CONNECT_TIMEOUT_MS: "60000",
  };
  const human: AnswerHuman = (request) => server.answer(request);
  const session = await started({ ...command, env }, stateDir, human);
  const server: WarmServer = { key, session, stateDir, answer: () => false };
  return server;
}

async function endServer({ session, stateDir }: WarmServer): Promise<void> {
  await session.close();
  await rm(stateDir, { recursive: true, force: true });
}

async function isQuiet(session: McpSession): Promise<boolean> {
  const { isError, data } = await session.call("job_list", { state: "running" });
  const jobs = typeof data === "object" && data !== null && "jobs" in data ? data.jobs : undefined;
  return !isError && Array.isArray(jobs) && jobs.length === 0;
}

async function newStateDir(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "proxmox-mcp-scenario-"));
}

async function started(command: ServerCommand, stateDir: string, human: AnswerHuman): Promise<McpSession> {
  const env = { ...command.env, PROXMOX_MCP_STATE_DIR: stateDir };
  const session = await McpSession.start({ ...command, env }, human);
  try {
    await session.tools();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}
