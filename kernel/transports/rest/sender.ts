import { setTimeout as sleep } from "node:timers/promises";
import type { Redactor } from "../../secrets/redact.ts";
import type { Credentials } from "../../settings/types.ts";
import { Left, leaving } from "../leaving.ts";
import { RestFault } from "../types.ts";
import { type TextAnswer, toText } from "./answer.ts";
import type { ExchangeOptions, WireRequest } from "./exchange.ts";
import { connectionFault, leftReason, mayPass } from "./faults.ts";
import type { Hosts } from "./hosts.ts";
import { createSession, type Session } from "./session.ts";

/** Statuses after which a read is tried again: a node or daemon that is just not there. */
const PASSING: ReadonlySet<number> = new Set([502, 503, 595, 596]);

const READ_ATTEMPTS = 3;
const WRITE_ATTEMPTS = 2;

/** What a {@link Sender} needs. */
export interface SenderParts {
  readonly hosts: Hosts;
  readonly credentials: Credentials;
  readonly redactor: Redactor;
  /** Total time of a sign-in, in milliseconds. */
  readonly signInTimeoutMs: number;
  /** Longest wait before the second attempt, in milliseconds; doubled for the third. */
  readonly firstWaitMs: number;
  readonly now?: () => number;
}

/** How one request is sent. */
export interface Sending extends ExchangeOptions {
  /** A write goes out again only after a connection that could not be made, or the answer 401. */
  readonly write: boolean;
  /** Called with each complete answer. */
  readonly onAnswer?: () => void;
  /** Called with each connection fault, also one that is followed by another attempt. */
  readonly onFault?: (fault: RestFault) => void;
}

type Outcome = { readonly answer: TextAnswer } | { readonly fault: RestFault };

/** Signs requests and sends them to a cluster, again where that is safe and of use. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #session: Session;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    const { credentials, redactor, now } = parts;
    this.#session = createSession(credentials, redactor, (request) => this.#signIn(request), now);
  }

  /** What the operator should check when Proxmox VE answers 401. */
  get signInHint(): string {
    return this.#session.hint;
  }

  /** The answer, whatever its status; throws RestFault where there is none. */
  async send(request: WireRequest, sending: Sending): Promise<TextAnswer> {
    const headers = await this.#headers(request, sending.signal);
    const answer = await this.#repeat(signed(request, headers), sending);
    if (answer.status !== 401 || sending.signal.aborted) return answer;
    if (!(await this.#session.renew(headers, sending.signal).catch(notSignedIn))) return answer;
    return await this.#repeat(signed(request, await this.#headers(request, sending.signal)), sending);
  }

  #headers(request: WireRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return this.#session.headers(request.method, signal).catch(notSignedIn);
  }

  async #signIn(request: WireRequest): Promise<TextAnswer> {
    const time = leaving(undefined, this.#parts.signInTimeoutMs);
    try {
      return await this.#repeat(request, { write: false, signal: time.signal });
    } finally {
      time.dispose();
    }
  }

  async #repeat(request: WireRequest, sending: Sending): Promise<TextAnswer> {
    const attempts = sending.write ? WRITE_ATTEMPTS : READ_ATTEMPTS;
    for (let used = 1; ; used += 1) {
      const { final, ...outcome } = await this.#attempt(request, sending);
      if (final || used >= attempts || !(await this.#wait(used, sending.signal))) return unwrap(outcome);
    }
  }

  async #attempt(request: WireRequest, sending: Sending): Promise<Outcome & { readonly final: boolean }> {
    try {
      const answer = await toText(await this.#parts.hosts.send(request, sending));
      sending.onAnswer?.();
      return { answer, final: sending.write || !PASSING.has(answer.status) };
    } catch (error) {
      const fault = connectionFault(error, sending.write, this.#parts.redactor);
      sending.onFault?.(fault);
      return { fault, final: fault.kind === "unknown" || !mayPass(error) };
    }
  }

  /** Waits a random part of the time, so that many do not come back at once; false when the signal ended it. */
  async #wait(used: number, signal: AbortSignal): Promise<boolean> {
    const longest = this.#parts.firstWaitMs * 2 ** (used - 1);
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }
}

function signed(request: WireRequest, headers: Readonly<Record<string, string>>): WireRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}

/** A fault of signing in says that the request itself did not go out, unless it is about the credentials. */
function notSignedIn(error: unknown): never {
  if (error instanceof Left) throw new RestFault("not_sent", leftReason(error));
  if (!(error instanceof RestFault) || error.status === 401) throw error;
  const { reason, hint } = error;
  throw new RestFault("not_sent", `signing in: ${reason}`, hint === undefined ? {} : { hint });
}

function unwrap(outcome: Outcome): TextAnswer {
  if ("fault" in outcome) throw outcome.fault;
  return outcome.answer;
}
