import { Agent, request } from "node:https";
import type { Lab } from "../../../sdk/lab/index.ts";

/** An answer; `data` and `errors` where the body is JSON. Status 0: the connection was closed. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly data: unknown;
  readonly errors: unknown;
}

/** What to send besides method and path (below `/api2/json` unless it starts with `//`). */
export interface Ask {
  readonly as?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const agents = new WeakMap<Lab, Agent>();

/** Sends one request to a lab as its root token, or another of its tokens. */
export async function ask(lab: Lab, method: string, path: string, parts: Ask = {}): Promise<Answer> {
  const agent = agents.get(lab) ?? new Agent({ keepAlive: true, ca: lab.caPem });
  agents.set(lab, agent);
  const { as = "root", body, signal } = parts;
  const form = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const token = as === "none" ? {} : { authorization: lab.tokens[as]?.header ?? "" };
  const headers = { ...form, ...length, ...token, ...parts.headers };
  const target = path.startsWith("//") ? path.slice(1) : `/api2/json${path}`;
  return new Promise((resolve) => {
    const closed = () =>
      resolve({ status: 0, reason: "", headers: {}, body: "", data: undefined, errors: undefined });
    const options = { host: lab.host, port: lab.port, method, path: target, headers, agent };
    const sent = request(signal === undefined ? options : { ...options, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", closed);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const { statusCode = 0, statusMessage = "" } = response;
        const json = parse(text);
        resolve({
          status: statusCode,
          reason: statusMessage,
          headers: response.headers,
          body: text,
          data: json.data,
          errors: json.errors,
        });
      });
    });
    sent.on("error", closed);
    sent.end(body);
  });
}

/** The data of a GET that is expected to succeed. */
export async function read<T>(lab: Lab, path: string): Promise<T> {
  const { status, reason, data } = await ask(lab, "GET", path);
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${reason}`);
  return data as T;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
