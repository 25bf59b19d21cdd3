import { Agent, request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { ScenarioFailure } from "./expect.ts";

/** How to reach a cluster's API. */
export interface ClusterAddress {
  readonly host: string;
  readonly port: number;
  /** Full token as the API takes it: `user@realm!id=secret`. */
  readonly token: string;
  /** SHA-256 of its certificate, upper-case hex pairs with colons; of several any may match. */
  readonly fingerprint: string | readonly string[];
}

/** An answer of the API. */
export interface RawAnswer {
  readonly status: number;
  readonly reason: string;
  readonly data: unknown;
}

/** Headers of a request that say who asks. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** So often a cluster is found idle before what is waited for counts as not coming: longer than a server pauses. */
const IDLE_READS = 30;

/** How far time goes between two looks at what a cluster does by the minute. */
const LONG_STEP_MS = 10_000;

/** What a reader is told, and asks, besides the cluster itself. */
export interface ReaderOptions {
  /** Told of every read that succeeded. */
  readonly onRead?: () => void;
  /** Whether nothing is going to change by itself: then waiting for what does not come ends early. */
  readonly isIdle?: () => boolean;
  /** Lets milliseconds go by; a simulated cluster need not be waited for. */
  readonly pass?: (ms: number) => unknown;
}

/**
 * Reads a cluster's state past the server under test. It shares no code with the server's
 * catalog and transport nor with the lab, so that no mistake of theirs can hide here.
 */
export class ClusterReader {
  readonly #address: ClusterAddress;
  readonly #agent: Agent;
  readonly #onRead: () => void;
  readonly #isIdle: () => boolean;
  readonly #pass: (ms: number) => unknown;

  constructor(
    address: ClusterAddress,
    { onRead = () => undefined, isIdle = () => false, pass = delay }: ReaderOptions = {},
  ) {
    this.#isIdle = isIdle;
    this.#pass = pass;
    this.#address = address;
    // The certificate is checked against its fingerprint instead of an authority, which a resumed session does not show.
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 2,
      maxCachedSessions: 0,
      rejectUnauthorized: false,
    });
    this.#onRead = onRead;
  }

  /** The `data` of a GET on a concrete path below `/api2/json`, such as `/nodes/pve1/qemu/100/config`. */
  async get<T = unknown>(path: string): Promise<T> {
    const { status, reason, data } = await this.raw(path);
    if (status !== 200) throw new ScenarioFailure(`GET ${path} on the cluster answered ${status} ${reason}`);
    this.#onRead();
    // The author of a scenario states the shape; its assertions fail where it is another.
    return data as T;
  }

  /** True when the path answers with an error, as a guest's does that is gone. */
  async isGone(path: string): Promise<boolean> {
    const { status } = await this.raw(path);
    this.#onRead();
    return status !== 200;
  }

  /** Reads until `holds`, for effects that a task has after the answer. Fails after `timeoutMs`. */
  async until<T = unknown>(
    path: string,
    holds: (data: T) => boolean,
    what: string,
    timeoutMs = 15_000,
  ): Promise<T> {
    const end = Date.now() + timeoutMs;
    let idle = 0;
    for (;;) {
      idle = this.#isIdle() ? idle + 1 : 0;
      const data = await this.get<T>(path);
      if (holds(data)) return data;
      if (Date.now() > end || idle > IDLE_READS)
        throw new ScenarioFailure(`${what}: not so after ${timeoutMs} ms: ${JSON.stringify(data)}`);
      await delay(50);
    }
  }

  /** Reads until `holds`, for what a cluster does by the minute. Fails after so many minutes of the cluster. */
  async inMinutes<T = unknown>(
    path: string,
    holds: (data: T) => boolean,
    what: string,
    minutes: number,
  ): Promise<T> {
    for (let passed = 0; ; passed += LONG_STEP_MS) {
      const data = await this.get<T>(path);
      if (holds(data)) return data;
      if (passed >= minutes * 60_000)
        throw new ScenarioFailure(`${what}: not so after ${minutes} minutes: ${JSON.stringify(data)}`);
      await this.#pass(LONG_STEP_MS);
    }
  }

  /** A GET whatever it answers. */
  raw(path: string): Promise<RawAnswer> {
    return this.exchange("GET", path);
  }

  /** Whether the cluster takes this password for the user, where a second factor may be asked for next. */
  async signsIn(userid: string, password: string): Promise<boolean> {
    const session = await this.signIn(userid, password);
    this.#onRead();
    return session !== undefined;
  }

  /** Headers with which requests are the user's own; undefined where the cluster refuses the password. */
  protected async signIn(userid: string, password: string): Promise<RequestHeaders | undefined> {
    const form = new URLSearchParams({ username: userid, password }).toString();
    const { status, reason, data } = await this.exchange("POST", "/access/ticket", form, {});
    if (status === 401) return undefined;
    // The API documents both.
    const { ticket, CSRFPreventionToken } = (data ?? {}) as Readonly<Record<string, string | undefined>>;
    if (status !== 200 || ticket === undefined || CSRFPreventionToken === undefined)
      throw new ScenarioFailure(`signing in as ${userid} answered ${status} ${reason}`);
    return {
      cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`,
      csrfpreventiontoken: CSRFPreventionToken,
    };
  }

  /** One request whatever it answers, with the token unless other headers say who asks. */
  protected exchange(
    method: string,
    path: string,
    form = "",
    headers: RequestHeaders = { authorization: `PVEAPIToken=${this.#address.token}` },
  ): Promise<RawAnswer> {
    const { host, port, fingerprint } = this.#address;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host,
          port,
          method,
          path: `/api2/json${path}`,
          // A write that fails may have been done: it never goes out on a connection that the other side may just close.
          agent:
            method === "GET" ? this.#agent : new Agent({ maxCachedSessions: 0, rejectUnauthorized: false }),
          headers: {
            ...headers,
            ...(form && { "content-type": "application/x-www-form-urlencoded" }),
          },
          timeout: 30_000,
        },
        (answer) => {
          const { socket } = answer;
          const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : "";
          if (![fingerprint].flat().includes(shown)) {
            outgoing.destroy(new Error("the cluster's certificate is not the expected one"));
            return;
          }
          let body = "";
          answer.setEncoding("utf8");
          answer.on("data", (part: string) => {
            body += part;
          });
          answer.on("error", reject);
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              reason: answer.statusMessage ?? "",
              data: dataOf(body),
            }),
          );
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
      outgoing.on("error", (error) => {
        // The other side may close an idle connection just as it is used again; a read is simply repeated.
        if (method === "GET" && outgoing.reusedSocket && "code" in error && error.code === "ECONNRESET")
          this.raw(path).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(form);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function dataOf(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null && "data" in parsed ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
