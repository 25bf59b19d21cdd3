import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, type Server, request as secureRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { loadCatalog } from "../../vendor/pve-docs/index.ts";
import type { TestCertificate } from "../helpers/certificates.ts";

/** A request that came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Below `/api2/json`, without the query. */
  readonly path: string;
  /** Whether it can change something, by method and endpoint. */
  readonly isWrite: boolean;
  /** It reached the cluster. */
  forwarded: boolean;
}

/** What happens to a request at one moment of its way: it goes on, the connection is cut, or cut after half of the answer. */
export type Verdict = "pass" | "cut" | "half";

/** Judges a request when it has arrived, and again when the cluster has answered it. */
export type Judge = (request: WireRequest, moment: "arrived" | "answered") => Verdict | Promise<Verdict>;

/** Where the wire leads. */
export interface Cluster {
  readonly host: string;
  readonly port: number;
}

const BASE = "/api2/json";

/** A wire between the server and the cluster, on which every request is seen and any can be cut. */
export class Wire {
  readonly requests: WireRequest[] = [];
  judge: Judge = () => "pass";
  readonly #server: Server;
  readonly #cluster: Cluster;
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  readonly #catalog = loadCatalog();

  private constructor(cluster: Cluster, certificate: TestCertificate) {
    this.#cluster = cluster;
    this.#server = createServer({ key: certificate.key, cert: certificate.cert }, (incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
  }

  /** Listens on a free port of the loopback interface. */
  static async open(cluster: Cluster, certificate: TestCertificate): Promise<Wire> {
    const wire = new Wire(cluster, certificate);
    wire.#server.listen(0, "127.0.0.1");
    await once(wire.#server, "listening");
    return wire;
  }

  get port(): number {
    // A server that listens on a port has an address of this kind.
    return (this.#server.address() as AddressInfo).port;
  }

  /** The requests so far that can have changed something. */
  get writes(): readonly WireRequest[] {
    return this.requests.filter(({ isWrite }) => isWrite);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
    this.#agent.destroy();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url = "" } = incoming;
    const path = (url.split("?", 1)[0] ?? "").slice(BASE.length);
    const seen: WireRequest = { method, path, isWrite: this.#isWrite(method, path), forwarded: false };
    this.requests.push(seen);
    const body = await collected(incoming);
    if ((await this.judge(seen, "arrived")) !== "pass") return void incoming.socket.destroy();
    const answer = await this.#forwarded(incoming, body, seen);
    const verdict = await this.judge(seen, "answered");
    if (verdict === "cut") return void incoming.socket.destroy();
    outgoing.writeHead(answer.status, answer.reason, answer.headers);
    if (verdict === "pass") return void outgoing.end(answer.body);
    outgoing.write(answer.body.subarray(0, answer.body.length >> 1), () => incoming.socket.destroy());
  }

  async #forwarded(incoming: IncomingMessage, body: Buffer, seen: WireRequest) {
    const { host, port } = this.#cluster;
    const { method, url, headers } = incoming;
    const onward = secureRequest({ host, port, method, path: url, headers, agent: this.#agent });
    seen.forwarded = true;
    onward.end(body);
    const [answer] = (await once(onward, "response")) as [IncomingMessage];
    return {
      status: answer.statusCode ?? 0,
      reason: answer.statusMessage ?? "",
      // As they came: names and values in turn.
      headers: answer.rawHeaders,
      body: await collected(answer),
    };
  }

  #isWrite(method: string, path: string): boolean {
    if (method === "GET") return false;
    const match = this.#catalog.match(method, decodeURIComponent(path));
    return match === undefined || this.#catalog.risk(match.endpoint, {}) !== "read";
  }
}

async function collected(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** A request by name: ids of tasks, and times in the names of backups, differ from run to run. */
export function nameOf(request: Pick<WireRequest, "method" | "path"> | undefined): string {
  if (request === undefined) return "nothing";
  const path = request.path
    .replace(/UPID%3A[^/]*/, "{upid}")
    .replace(/\d{4}_\d{2}_\d{2}-\d{2}_\d{2}_\d{2}/, "{time}");
  return `${request.method} ${path}`;
}
