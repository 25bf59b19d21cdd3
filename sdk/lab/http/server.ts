import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { FaultKind } from "../faults.ts";
import type { LabCertificate } from "./certificate.ts";
import { answer, type GateParts } from "./gate.ts";
import { bare, plain, type Reply, send } from "./respond.ts";

/** What the server needs besides the gate. */
export interface ServerParts extends GateParts {
  readonly certificate: LabCertificate;
  /** Milliseconds after which an idle connection is closed. */
  readonly keepAlive: number;
  /** Answers requests below `/lab/`; undefined where control is off. */
  readonly control: ((request: IncomingMessage) => Promise<Reply>) | undefined;
}

/** What the daemon reads of a request before its body, a long query included. */
const HEADER_LIMIT = 64 * 1024;

/** Starts listening; answers the server and its port. What serves a request is asked for with each. */
export async function listen(
  partsNow: () => ServerParts,
  host: string,
  port: number,
): Promise<{ server: Server; port: number }> {
  const { certificate, keepAlive } = partsNow();
  const { key, cert } = certificate;
  const limits = { maxHeaderSize: HEADER_LIMIT, keepAliveTimeout: keepAlive };
  const options = { key, cert, ...limits, noDelay: true, requireHostHeader: false };
  const server = createServer(options, (request, response) => {
    serve(partsNow(), request, response).catch(() => request.socket.destroy());
  });
  server.on("clientError", refuseUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  const address = server.address();
  return { server, port: isAddress(address) ? address.port : port };
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { lab, control } = parts;
  const url = request.url ?? "/";
  if (control !== undefined && url.startsWith("/lab/")) {
    await send(request, response, await control(request));
    return;
  }
  if (lab.state.nodes.get(lab.state.localNode)?.power !== "online") {
    request.socket.destroy();
    return;
  }
  const fault = lab.faults.takeRequest(request.method ?? "", url.replace(/^\/api2\/[a-z]+/, ""));
  if (fault === undefined) await send(request, response, await answer(parts, request));
  else await strike(parts, fault, request, response);
}

async function strike(
  parts: ServerParts,
  fault: FaultKind,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (fault.kind === "hung") return;
  if (fault.kind === "dropped-before") {
    request.socket.destroy();
    return;
  }
  if (fault.kind === "status") {
    request.resume();
    await send(request, response, bare(fault.status, fault.reason));
    return;
  }
  if (fault.kind === "ignored") {
    await send(request, response, await answer(parts, request, fault.task ?? "ignored"));
    return;
  }
  const reply = await answer(parts, request);
  if (fault.kind === "dropped-after") {
    request.socket.destroy();
    return;
  }
  await new Promise((resolve) => setTimeout(resolve, fault.ms));
  await send(request, response, reply);
}

/** What Node's own parser will not read, such as a method it never heard of. */
function refuseUnreadable(
  error: Error & { code?: string; rawPacket?: Buffer },
  socket: Socket | object,
): void {
  if (!("writable" in socket) || !("end" in socket) || socket.writable !== true) return;
  const { end } = socket;
  if (typeof end !== "function") return;
  const method = /^(\S+) \S+ HTTP\/1\.\d/.exec(error.rawPacket?.toString("latin1") ?? "")?.[1];
  const reply =
    error.code === "HPE_INVALID_METHOD" && method !== undefined
      ? bare(501, `method '${method}' not available`)
      : plain(400, "bad request");
  end.call(
    socket,
    `HTTP/1.1 ${reply.status} ${reply.reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
