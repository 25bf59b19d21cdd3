/** A server process spoken to line by line, for what no well-behaved client sends. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { getDefaultEnvironment } from "@modelcontextprotocol/sdk/client/stdio.js";
import { LATEST_PROTOCOL_VERSION } from "@modelcontextprotocol/sdk/types.js";
import { MAIN } from "./support.ts";

/** A message of JSON-RPC as it came, parsed. */
export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: { readonly content?: readonly { readonly text: string }[]; readonly isError?: boolean };
  readonly error?: { readonly code: number; readonly message: string };
}

/** Everything that went in and came out is kept. */
export class Pipe {
  readonly child: ChildProcessWithoutNullStreams;
  /** Messages that have come and that nobody has taken. */
  readonly #inbox: Message[] = [];
  readonly #waiting: ((message: Message) => boolean)[] = [];
  stdout = "";
  stderr = "";

  constructor(env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [MAIN], { env: { ...getDefaultEnvironment(), ...env } });
    this.child.stderr.on("data", (part: Buffer) => {
      this.stderr += part.toString("utf8");
    });
    this.child.stdin.on("error", () => undefined);
    createInterface(this.child.stdout).on("line", (line) => {
      this.stdout += `${line}\n`;
      // Every line that the server writes has to be a message: a line that is not JSON throws here.
      const message: Message = JSON.parse(line);
      const taker = this.#waiting.findIndex((take) => take(message));
      if (taker >= 0) this.#waiting.splice(taker, 1);
      else this.#inbox.push(message);
    });
  }

  /** Writes bytes as they are. */
  write(text: string): void {
    this.child.stdin.write(text);
  }

  send(message: object): void {
    this.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  /** The first message for which this holds, come or to come. */
  async message(holds: (message: Message) => boolean): Promise<Message> {
    const at = this.#inbox.findIndex(holds);
    const [found] = at >= 0 ? this.#inbox.splice(at, 1) : [];
    if (found !== undefined) return found;
    return new Promise((resolve) => {
      this.#waiting.push((message) => {
        if (!holds(message)) return false;
        resolve(message);
        return true;
      });
    });
  }

  async request(id: number | string, method: string, params?: unknown): Promise<Message> {
    this.send({ id, method, ...(params === undefined ? {} : { params }) });
    return this.message((message) => message.id === id && message.method === undefined);
  }

  async initialize(capabilities: object = {}): Promise<void> {
    const clientInfo = { name: "pipe", version: "1.0.0" };
    await this.request("init", "initialize", {
      protocolVersion: LATEST_PROTOCOL_VERSION,
      capabilities,
      clientInfo,
    });
    this.send({ method: "notifications/initialized" });
  }

  /** Closes stdin and waits for the end; answers the exit code. */
  async close(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = once(this.child, "close");
    this.child.stdin.end();
    const [code] = await ended;
    return typeof code === "number" ? code : null;
  }
}
