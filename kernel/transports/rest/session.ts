import type { Redactor } from "../../secrets/redact.ts";
import type { Credentials } from "../../settings/types.ts";
import { orLeave } from "../leaving.ts";
import { RestFault } from "../types.ts";
import { dataOf, isRecord, type TextAnswer } from "./answer.ts";
import type { WireRequest } from "./exchange.ts";
import { signInRequest } from "./requests.ts";

/** A ticket lives two hours (pve-access-control); it is renewed well before. */
const RENEW_AFTER_MS = 90 * 60_000;

/** Signs requests. */
export interface Session {
  /** What the operator should check when Proxmox VE answers 401. */
  readonly hint: string;
  /** Headers for one request, signing in first where that is needed; throws RestFault. */
  headers(method: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * After a 401 to a request with these headers: signs in anew. False when nothing can be renewed,
   * so that sending again is of no use.
   */
  renew(used: Readonly<Record<string, string>>, signal: AbortSignal): Promise<boolean>;
}

/** Sends a request as it is, again where the connection fails; throws RestFault. */
export type SendUnsigned = (request: WireRequest) => Promise<TextAnswer>;

/** The session for these credentials; their secrets become known to the redactor. */
export function createSession(
  credentials: Credentials,
  redactor: Redactor,
  send: SendUnsigned,
  now: () => number = Date.now,
): Session {
  if (credentials.kind === "password") return new TicketSession(credentials, redactor, send, now);
  const { user, realm, tokenId, secret } = credentials;
  redactor.know(secret.reveal());
  const headers = { authorization: `PVEAPIToken=${user}@${realm}!${tokenId}=${secret.reveal()}` };
  return {
    hint:
      `Check the API token ${user}@${realm}!${tokenId}: PROXMOX_API_TOKEN_USER is the user without realm, _ID the ` +
      "token's name without the user, _SECRET its UUID; the realm must be right, and neither user nor token " +
      "expired, disabled or deleted.",
    headers: async () => headers,
    renew: async () => false,
  };
}

interface Ticket {
  readonly cookie: string;
  readonly csrf: string;
  readonly madeAt: number;
}

class TicketSession implements Session {
  readonly hint: string;
  readonly #credentials: Extract<Credentials, { kind: "password" }>;
  readonly #redactor: Redactor;
  readonly #send: SendUnsigned;
  readonly #now: () => number;
  #ticket: Ticket | undefined;
  #signingIn: Promise<Ticket> | undefined;

  constructor(
    credentials: Extract<Credentials, { kind: "password" }>,
    redactor: Redactor,
    send: SendUnsigned,
    now: () => number,
  ) {
    this.#credentials = credentials;
    this.#redactor = redactor;
    this.#send = send;
    this.#now = now;
    this.hint =
      `Check PROXMOX_USERNAME (${credentials.username}, with its realm as in root@pam) and PROXMOX_PASSWORD, and ` +
      "that the account is enabled and not expired.";
    redactor.know(credentials.password.reveal());
  }

  async headers(method: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const held = this.#ticket;
    const fresh = held !== undefined && this.#now() - held.madeAt < RENEW_AFTER_MS;
    const ticket = fresh ? held : await this.#signIn(signal);
    return {
      cookie: ticket.cookie,
      ...(method === "GET" ? {} : { csrfpreventiontoken: ticket.csrf }),
    };
  }

  async renew(used: Readonly<Record<string, string>>, signal: AbortSignal): Promise<boolean> {
    const renewedMeanwhile = this.#ticket !== undefined && this.#ticket.cookie !== used.cookie;
    if (!renewedMeanwhile) await this.#signIn(signal);
    return true;
  }

  /** One sign-in at a time, whoever needs it; it goes on for the others when one leaves. */
  #signIn(signal: AbortSignal): Promise<Ticket> {
    this.#signingIn ??= this.#ask().finally(() => {
      this.#signingIn = undefined;
    });
    return orLeave(this.#signingIn, signal);
  }

  async #ask(): Promise<Ticket> {
    const { username, password } = this.#credentials;
    const answer = await this.#send(signInRequest(username, password.reveal()));
    const data = dataOf(answer, { write: false, redactor: this.#redactor, signInHint: this.hint });
    this.#ticket = this.#read(data);
    return this.#ticket;
  }

  #read(data: unknown): Ticket {
    const { ticket, CSRFPreventionToken: csrf } = isRecord(data) ? data : {};
    if (typeof ticket !== "string") throw this.#refused("the sign-in was answered without a ticket");
    this.#redactor.know(ticket);
    if (ticket.startsWith("PVE:!tfa!") || typeof csrf !== "string") {
      throw this.#refused("the account asks for a second factor");
    }
    this.#redactor.know(csrf);
    return { cookie: `PVEAuthCookie=${ticket}`, csrf, madeAt: this.#now() };
  }

  #refused(reason: string): RestFault {
    return new RestFault("answer", reason, {
      status: 401,
      hint: `${this.hint} An API token works where a password alone does not.`,
    });
  }
}
