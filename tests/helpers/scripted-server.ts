import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TestCertificate } from "./certificates.ts";

/** A request as the scripted server received it. */
export interface SeenRequest {
  readonly method: string;
  /** Raw, as on the request line. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Number of the connection it came over, from 1. */
  readonly connection: number;
}

/** What the server does with a request. */
export type Script = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** What the server does at once, with a request's head; true where the body is then left unread. */
export type HeadScript = (request: IncomingMessage, response: ServerResponse) => boolean;

/** An HTTPS server on loopback that does what the test says and remembers what it saw. */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  /** TCP connections accepted, also those without a request. */
  connections = 0;
  /** Requests whose connection broke before their body was complete. */
  broken = 0;
  script: Script;
  atHead: HeadScript = () => false;
  readonly #server: Server;
  readonly #sockets = new Map<Socket, number>();

  private constructor(server: Server, script: Script) {
    this.#server = server;
    this.script = script;
    server.on("connection", () => {
      this.connections += 1;
    });
    server.on("secureConnection", (socket) => {
      this.#sockets.set(socket, this.#sockets.size + 1);
      socket.on("error", () => undefined);
    });
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  static async start(certificate: TestCertificate, script: Script, port = 0): Promise<ScriptedServer> {
    const own = new ScriptedServer(createServer({ key: certificate.key, cert: certificate.cert }), script);
    own.#server.listen(port, "127.0.0.1");
    await once(own.#server, "listening");
    return own;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when so many requests were received in all. */
  async received(count: number): Promise<void> {
    while (this.seen.length < count) await once(this.#server, "seen");
  }

  /** Resolves when so many requests broke off in their body. */
  async brokenOff(count: number): Promise<void> {
    while (this.broken < count) await once(this.#server, "broken");
  }

  /** Breaks all connections and stops listening. */
  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.atHead(request, response)) return;
    const body = await bodyOf(request);
    if (body === undefined) {
      this.broken += 1;
      this.#server.emit("broken");
      return;
    }
    const [path = "", query = ""] = (request.url ?? "").split(/\?(.*)/s);
    const seen: SeenRequest = {
      method: request.method ?? "",
      path,
      query,
      headers: request.headers,
      body: body.toString("utf8"),
      connection: this.#sockets.get(request.socket) ?? 0,
    };
    this.seen.push(seen);
    this.#server.emit("seen");
    await this.script(seen, response);
  }
}

/** The whole body; undefined where the connection broke before its end. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch (error) {
    if (request.complete) throw error;
    return undefined;
  }
  return Buffer.concat(chunks);
}

/** Answers `{ data }` as Proxmox VE does. */
export function answer(response: ServerResponse, data: unknown): void {
  const body = JSON.stringify({ data });
  response.writeHead(200, {
    "content-type": "application/json;charset=UTF-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

/** Answers an error as Proxmox VE does: reason phrase, message, faults by parameter. */
export function refuse(
  response: ServerResponse,
  status: number,
  reason: string,
  errors?: Readonly<Record<string, string>>,
): void {
  const body = JSON.stringify({ data: null, message: `${reason}\n`, ...(errors ? { errors } : {}) });
  response.writeHead(status, reason, {
    "content-type": "application/json;charset=UTF-8",
    connection: "close",
  });
  response.end(body);
}

/** Parameters of a form as pve-http-server decodes them: `;` separates like `&`, a plain `=` cuts the value off. */
export function decodeForm(form: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const pair of form.split(/[&;]/).filter((part) => part !== "")) {
    const [name = "", value = ""] = pair.split("=").map((part) =>
      Buffer.from(
        part
          .replaceAll("+", " ")
          .replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
        "latin1",
      ).toString("utf8"),
    );
    found[name] = [...(found[name] ?? []), value];
  }
  return found;
}
