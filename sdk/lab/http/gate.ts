import type { IncomingMessage } from "node:http";
import type { Tickets } from "../access/tickets.ts";
import type { Caller } from "../access/types.ts";
import { LabError } from "../errors.ts";
import type { WireValue } from "../frame/params.ts";
import { NodeUnreachable, type Outcome, type Pipeline } from "../frame/pipeline.ts";
import type { LabCore } from "../types.ts";
import { identify } from "./credentials.ts";
import { isUpload, readUpload } from "./multipart-upload.ts";
import { decodeForm, decodeJson, decodePercent } from "./params.ts";
import { bare, failure, plain, type Reply, success } from "./respond.ts";

/** Longer bodies are refused. */
const BODY_LIMIT = 512 * 1024;
const METHODS = new Set(["GET", "POST", "PUT", "DELETE"]);

/** What the gate needs. */
export interface GateParts {
  readonly lab: LabCore;
  readonly pipeline: Pipeline;
  readonly tickets: Tickets;
  /** Milliseconds by which a refusal of credentials is delayed; 3000 in real life. */
  readonly refusalDelay: number;
  readonly seen: (call: LabCall) => void;
}

/** A call that reached the API, and what came of it. */
export interface LabCall {
  /** `"POST /nodes/{node}/qemu"`; undefined where there is no such endpoint. */
  readonly key: string | undefined;
  /** Path, query and body parameters as they came. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Who asked: `root@pam!test`; undefined where no credentials are needed. */
  readonly caller: string | undefined;
  /** Message of the fault, where it was refused. */
  readonly refusal: string | undefined;
}

/**
 * Takes an HTTP request through what stands before the API itself, in the daemon's own order. `ignoredAs`: checked
 * and answered, but not done; a task that it answers has this type.
 */
export async function answer(parts: GateParts, request: IncomingMessage, ignoredAs?: string): Promise<Reply> {
  const method = request.method ?? "";
  if (!METHODS.has(method)) return bare(501, `method '${method}' not available`);
  const encoding = request.headers["transfer-encoding"];
  if (encoding === "chunked") return plain(501, "chunked transfer encoding not supported");
  if (encoding !== undefined) return plain(501, `Unknown transfer encoding '${encoding}'`);
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = decodePercent(mark < 0 ? url : url.slice(0, mark));
  if (!path.startsWith("/api2")) return plain(500, `no such file '${path}'\n`);
  const [, format, rest] = /^\/api2\/+([a-z][a-z0-9]+)(\/.*)?$/s.exec(path) ?? [];
  if (format === undefined) return plain(501, "no such uri");
  const relative = rest ?? "/";
  const { lab, tickets } = parts;
  const who = identify(method, relative, request.headers, lab.state.access, tickets, lab.clock.seconds());
  if ("refused" in who) {
    await delay(parts.refusalDelay);
    return bare(401, who.refused);
  }
  const query = mark < 0 ? "" : url.slice(mark + 1);
  const uploads = isUpload(method, relative, request);
  const params = uploads ? await readUpload(lab, request, query) : await readParams(request, method, query);
  if (!(params instanceof Map)) return params;
  if (format !== "json" && format !== "extjs") {
    return plain(501, `no formatter for uri ${relative}, ${format}`);
  }
  const ignored = ignoredAs === undefined ? {} : { ignoredAs };
  const reply = await respond(parts, format, { method, path: relative, params, ...who, ...ignored });
  if (!uploads) return reply;
  lab.uploads.delete(String(params.get("tmpfilename")));
  // Who may not upload is refused by the daemon itself, which then has no formatter at hand.
  return { ...(reply.status === 403 ? bare(403, reply.reason) : reply), close: true };
}

async function respond(
  parts: GateParts,
  format: "json" | "extjs",
  call: {
    readonly method: string;
    readonly path: string;
    readonly params: ReadonlyMap<string, WireValue>;
    readonly caller: Caller | undefined;
    readonly byToken: boolean;
    readonly ignoredAs?: string;
  },
): Promise<Reply> {
  let outcome: Outcome;
  try {
    outcome = await parts.pipeline.run(parts.lab, call);
  } catch (error) {
    if (error instanceof NodeUnreachable) return bare(595, "No route to host");
    const fault = new LabError(500, `the lab failed: ${error instanceof Error ? error.message : "unknown"}`);
    return failure(format, fault, { endpoint: undefined, release: parts.lab.release });
  }
  const { endpoint, data, fault } = outcome;
  parts.seen({
    key: endpoint && `${endpoint.method} ${endpoint.path}`,
    params: { ...Object.fromEntries(call.params), ...Object.fromEntries(outcome.pathParams) },
    caller: call.caller?.id,
    refusal: fault?.message,
  });
  if (fault === undefined) return success(format, data);
  if (fault.status === 401) await delay(parts.refusalDelay);
  // A carriage return in the status line is more than the proxy in front takes.
  if (/^[^\n]*\r/.test(fault.message)) return bare(400, "Bad Request");
  if (/[\u0100-\uffff]/.test(fault.message)) {
    // The daemon's writer takes bytes alone: such a message breaks the connection to its worker.
    await delay(parts.refusalDelay);
    return bare(596, "Broken pipe");
  }
  return failure(format, fault, { endpoint, release: parts.lab.release });
}

/** Query and body parameters; a {@link Reply} where the body is refused. The query wins. */
async function readParams(
  request: IncomingMessage,
  method: string,
  query: string,
): Promise<Map<string, WireValue> | Reply> {
  const body = await readBody(request, method);
  if (typeof body !== "string") return body;
  const type = contentType(request);
  let params = new Map<string, WireValue>();
  if (method === "POST" || method === "PUT") {
    const decoded = type === "application/json" ? decodeJson(body) : decodeForm(body);
    if (!(decoded instanceof Map)) return plain(500, `${decoded.error}\n`);
    params = decoded;
  }
  if (query !== "") for (const [name, value] of decodeForm(query)) params.set(name, value);
  params.delete("_dc");
  return params;
}

async function readBody(request: IncomingMessage, method: string): Promise<string | Reply> {
  const length = Number(request.headers["content-length"] ?? 0);
  if (length === 0) return "";
  if (method !== "PUT" && method !== "POST") return plain(501, `Unexpected content for method '${method}'`);
  if (length > BODY_LIMIT) return plain(501, "for data too large");
  const type = contentType(request);
  if (type !== "" && type !== "application/x-www-form-urlencoded" && type !== "application/json") {
    return plain(506, `upload 'Content-Type '${request.headers["content-type"]}' not implemented`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function contentType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(/\s*[;,]/)[0] ?? "";
}

async function delay(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
