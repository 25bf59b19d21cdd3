import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { LabError } from "../errors.ts";
import { LabAnswer } from "../frame/answer.ts";
import type { LabRelease } from "../release.ts";

const compress = promisify(gzip);
const GZIP_FROM = 1024;
/** After this many answers Proxmox VE closes a connection. */
const ANSWERS_PER_CONNECTION = 100;

const answered = new WeakMap<object, number>();

/** An answer ready to be written. */
export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly body: string;
  readonly type: string;
  readonly gzip?: boolean;
  /** Closes the connection after a good answer as well. */
  readonly close?: boolean;
}

/** Text of a fault that arose outside the API's own code. */
export function plain(status: number, text: string): Reply {
  return { status, reason: firstLine(text), body: text, type: "text/plain" };
}

/** A status and nothing else. */
export function bare(status: number, reason: string): Reply {
  return { status, reason, body: "", type: "text/plain" };
}

/** `format` is what stands after `/api2/`. */
export function success(format: "json" | "extjs", data: unknown): Reply {
  const answer = data instanceof LabAnswer ? data : new LabAnswer({ data });
  if (answer.text !== undefined) {
    return { status: 200, reason: "OK", body: answer.text, type: "text/plain", gzip: answer.gzip };
  }
  const members = { data: answer.data, ...answer.extra, ...(format === "extjs" ? { success: 1 } : {}) };
  return { status: 200, reason: "OK", body: JSON.stringify(members), type: JSON_TYPE, gzip: answer.gzip };
}

/** A fault as the API answers it; `extjs` hides it behind a 200. */
export function failure(
  format: "json" | "extjs",
  fault: LabError,
  { endpoint, release }: { readonly endpoint: Endpoint | undefined; readonly release: LabRelease },
): Reply {
  const message = fault.newline ? `${fault.message}\n` : fault.message;
  const members = {
    data: null,
    ...(format === "json" && !release.tellsMessage ? {} : { message }),
    ...(fault.errors === undefined ? {} : { errors: fault.errors }),
  };
  if (format === "json") {
    return {
      status: fault.status,
      reason: firstLine(message),
      body: JSON.stringify(members),
      type: JSON_TYPE,
    };
  }
  // What a privileged worker answered went through HTTP once more, and its status became text.
  const status = endpoint?.protected === true ? String(fault.status) : fault.status;
  const body = JSON.stringify({ ...members, success: 0, status });
  return { status: 200, reason: "OK", body, type: JSON_TYPE };
}

const JSON_TYPE = "application/json;charset=UTF-8";

/** Writes an answer. A fault closes the connection, as does the hundredth answer. */
export async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const { status, reason, type } = reply;
  const content = Buffer.from(reply.body);
  const accepts = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  const zip = reply.gzip === true || (accepts && content.length > GZIP_FROM);
  const body = zip ? await compress(content) : content;
  const count = (answered.get(request.socket) ?? 0) + 1;
  answered.set(request.socket, count);
  const wanted = reply.close !== true && request.headers.connection !== "close";
  const keep = status < 400 && count < ANSWERS_PER_CONNECTION && wanted;
  response.writeHead(status, statusText(reason), {
    "Cache-Control": "max-age=0",
    Connection: keep ? "Keep-Alive" : "close",
    Pragma: "no-cache",
    Server: "pve-api-daemon/3.0",
    "Content-Length": body.length,
    ...(body.length > 0 ? { "Content-Type": type } : {}),
    ...(zip ? { "Content-Encoding": "gzip" } : {}),
  });
  response.end(body);
}

/** What a status line can hold: one byte a letter, none of them a control character. */
function statusText(reason: string): string {
  const bytes = /[\u0100-\uffff]/.test(reason) ? Buffer.from(reason).toString("latin1") : reason;
  return bytes.replace(/(?!\t)\p{Cc}/gu, "?");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
