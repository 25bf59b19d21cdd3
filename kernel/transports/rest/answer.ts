import { promisify } from "node:util";
import type { Redactor } from "../../secrets/redact.ts";
import { RestFault } from "../types.ts";
import { codeOf } from "./error-code.ts";
import { AnswerTooLarge, MAX_ANSWER_BYTES, type WireAnswer } from "./exchange.ts";

const LONGEST_REASON = 1_000;

/**
 * Statuses of a gateway (a node passing the request on to another, or a reverse proxy) that got no
 * answer itself: whether the request was carried out is not known. 595 is not among them, as that is
 * a connection that could not be made (AnyEvent::HTTP, which pveproxy passes requests on with).
 */
const GATEWAY_UNKNOWN: ReadonlySet<number> = new Set([502, 504, 596, 597, 599]);

/** An answer with its body decompressed. */
export interface TextAnswer {
  readonly status: number;
  readonly reason: string;
  readonly type: string;
  readonly text: string;
}

/** How an answer is to be read. */
export interface ReadAnswerOptions {
  /** Whether the request could have had an effect. */
  readonly write: boolean;
  readonly redactor: Redactor;
  /** Hint of the fault where the answer is 401. */
  readonly signInHint: string;
}

/** Decompresses; Proxmox VE sends some answers as gzip even to who did not ask for it. */
export async function toText(answer: WireAnswer): Promise<TextAnswer> {
  const { status, reason, headers } = answer;
  const encoding = headers["content-encoding"]?.toLowerCase();
  const packed = encoding === "gzip" || encoding === "deflate";
  const body = packed ? await unpack(answer.body) : answer.body;
  return { status, reason, type: headers["content-type"] ?? "", text: body.toString("utf8") };
}

/** The `data` of an answer; throws its RestFault where it is an error. */
export function dataOf(answer: TextAnswer, options: ReadAnswerOptions): unknown {
  if (answer.status < 200 || answer.status > 299) throw errorAnswer(answer, options);
  if (answer.text.trim() === "") return null;
  const body = parse(answer.text);
  if (isRecord(body) && "data" in body) return body.data;
  if (body === undefined && answer.type.startsWith("text/plain")) return answer.text;
  throw new RestFault(
    options.write ? "unknown" : "no_answer",
    "the answer is not one of the Proxmox VE API",
    {
      status: answer.status,
      hint: "Check that PROXMOX_HOST and PROXMOX_API_PORT lead to a Proxmox VE node and not to something else.",
    },
  );
}

function errorAnswer(answer: TextAnswer, options: ReadAnswerOptions): RestFault {
  const { status } = answer;
  const body = parse(answer.text);
  const reason = options.redactor.text(message(answer, body)).slice(0, LONGEST_REASON);
  const errors = isRecord(body) ? parameterFaults(body.errors, options.redactor) : undefined;
  const unknown = options.write && GATEWAY_UNKNOWN.has(status);
  return new RestFault(unknown ? "unknown" : "answer", reason, {
    status,
    ...(errors ? { errors } : {}),
    ...(status === 401 ? { hint: options.signInHint } : {}),
  });
}

/** The message in JSON, else plain text, else the reason phrase; its first line that says anything. */
function message(answer: TextAnswer, body: unknown): string {
  const said = isRecord(body) ? body.message : undefined;
  const plain = body === undefined && !answer.text.trimStart().startsWith("<") ? answer.text : "";
  for (const text of [said, plain, answer.reason]) {
    const line = typeof text === "string" ? text.trim().split(/\r?\n/, 1)[0] : undefined;
    if (line) return line;
  }
  return `status ${answer.status} without a message`;
}

function parameterFaults(errors: unknown, redactor: Redactor): Record<string, string> | undefined {
  if (!isRecord(errors)) return undefined;
  const entries = Object.entries(errors).map(([name, text]) => [name, redactor.text(String(text).trim())]);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function unpack(body: Buffer): Promise<Buffer> {
  const { unzip } = await import("node:zlib");
  try {
    return await promisify(unzip)(body, { maxOutputLength: MAX_ANSWER_BYTES });
  } catch (error) {
    throw codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? new AnswerTooLarge() : error;
  }
}
