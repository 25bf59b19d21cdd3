import type { CallParams, Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { Logger } from "../../log.ts";
import type { Redactor } from "../../secrets/redact.ts";
import type { ClusterSettings, LimitSettings } from "../../settings/types.ts";
import { Flights } from "../flights.ts";
import { type Leaving, Left, leaving, orLeave } from "../leaving.ts";
import { RestFault, type RestRequest, type RestTransport } from "../types.ts";
import { dataOf, type TextAnswer } from "./answer.ts";
import type { WireRequest } from "./exchange.ts";
import { leftReason } from "./faults.ts";
import type { WireValues } from "./form.ts";
import { Hosts } from "./hosts.ts";
import { uploadRequest } from "./multipart.ts";
import { namingSettings } from "./name-settings.ts";
import { requestOf } from "./requests.ts";
import { Sender } from "./sender.ts";
import { WriteWay } from "./write-way.ts";

const FIRST_WAIT_MS = 250;
const CLOSE_WAIT_MS = 10_000;

/** What a {@link UndiciTransport} needs. Durations in milliseconds. */
export interface TransportParts {
  readonly cluster: ClusterSettings;
  readonly limits: LimitSettings;
  readonly redactor: Redactor;
  readonly logger: Logger;
  /** Typed parameters as the wire takes them, by the catalog of this cluster. */
  readonly encode: (endpoint: Endpoint, params: CallParams) => Promise<WireValues>;
  /** Longest wait before the second attempt. */
  readonly firstWaitMs?: number;
  /** How long closing waits for writes on the wire. */
  readonly closeWaitMs?: number;
  /** How long a host that could not be reached is left alone. */
  readonly returnAfterMs?: number;
  readonly now?: () => number;
}

/** REST of one cluster over undici, which is loaded with the first request. */
export class UndiciTransport implements RestTransport {
  readonly #parts: TransportParts;
  readonly #hosts: Hosts;
  readonly #sender: Sender;
  readonly #reads = new Flights<TextAnswer>();
  readonly #writes = new Set<Promise<unknown>>();
  readonly #callers = new Set<Leaving>();
  #closed = false;
  #unshared = 0;

  constructor(parts: TransportParts) {
    const { cluster, limits, redactor, logger, now, firstWaitMs = FIRST_WAIT_MS } = parts;
    this.#parts = parts;
    this.#hosts = new Hosts({ cluster, limits, logger, returnAfterMs: parts.returnAfterMs, now });
    this.#sender = new Sender({
      hosts: this.#hosts,
      credentials: cluster.credentials,
      redactor,
      signInTimeoutMs: limits.requestTimeoutMs,
      firstWaitMs,
      ...(now ? { now } : {}),
    });
  }

  /** Throws ToolError `invalid_input` as well, where a value cannot be sent as it is. */
  async read<T = unknown>(request: RestRequest): Promise<T> {
    const wire = await this.#prepare(request);
    const data = this.#waiting(request, async (caller, timeoutMs) =>
      this.#data(await this.#readWire(wire, caller, timeoutMs), false),
    );
    // What the endpoint answers is for the caller to know. Each caller gets data of its own.
    return (await namingSettings(this.#parts.cluster.prefix, data)) as T;
  }

  /** Throws ToolError `invalid_input` as well, where a value cannot be sent as it is. */
  async write<T = unknown>(request: RestRequest): Promise<T> {
    const wire = await this.#prepare(request);
    const data = this.#waiting(request, (caller, timeoutMs, progressed) =>
      this.#writeWire(wire, caller, timeoutMs, progressed),
    );
    return (await namingSettings(this.#parts.cluster.prefix, data)) as T;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const caller of this.#callers) caller.leave("closed");
    const wait = leaving(undefined, this.#parts.closeWaitMs ?? CLOSE_WAIT_MS);
    await orLeave(Promise.allSettled(this.#writes), wait.signal).catch(() => undefined);
    wait.dispose();
    await this.#hosts.destroy();
  }

  async #prepare({ endpoint, params, file }: RestRequest): Promise<WireRequest> {
    const values = await this.#parts.encode(endpoint, params);
    return file === undefined ? requestOf(endpoint, values) : uploadRequest(endpoint, values, file);
  }

  /** Runs with a signal that joins the caller's own, its timeout and the closing of the transport. */
  async #waiting<T>(
    request: RestRequest,
    work: (caller: AbortSignal, timeoutMs: number, progressed: () => void) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = request.timeoutMs ?? this.#parts.limits.requestTimeoutMs;
    const caller = leaving(request.signal, timeoutMs);
    this.#callers.add(caller);
    if (this.#closed) caller.leave("closed");
    try {
      return await work(caller.signal, timeoutMs, caller.progressed);
    } finally {
      this.#callers.delete(caller);
      caller.dispose();
    }
  }

  async #readWire(wire: WireRequest, caller: AbortSignal, timeoutMs: number): Promise<TextAnswer> {
    // A POST that is a read, such as an agent's ping, asks for an answer of its own.
    const key = wire.method === "GET" ? wire.path : `unshared ${++this.#unshared}`;
    let last: RestFault | undefined;
    const onFault = (fault: RestFault) => {
      last = fault;
    };
    try {
      return await this.#reads.join(key, caller, (signal) =>
        this.#sender.send(wire, { write: false, signal, onFault }),
      );
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      const before = last ? ` (${last.reason})` : "";
      const hint = last?.hint;
      throw new RestFault(
        "no_answer",
        leftReason(error, timeoutMs) + before,
        hint === undefined ? {} : { hint },
      );
    }
  }

  async #writeWire(
    wire: WireRequest,
    caller: AbortSignal,
    timeoutMs: number,
    progressed: () => void,
  ): Promise<unknown> {
    const way = new WriteWay();
    const outcome = this.#sendWrite(wire, way, progressed);
    try {
      return await orLeave(outcome, caller);
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      way.leave(error);
      // Where nothing is out, leaving has ended the write, and its fault says so.
      if (!way.onWire) return await outcome;
      const awaited = typeof wire.body === "function" ? "progress of the upload" : "answer";
      throw new RestFault("unknown", leftReason(error, timeoutMs, awaited), { late: outcome });
    }
  }

  #sendWrite(wire: WireRequest, way: WriteWay, progressed: () => void): Promise<unknown> {
    const { signal } = way;
    const onProgress = () => {
      way.progressed();
      progressed();
    };
    const onSend = () => {
      way.sent();
      // A read begun before shows a state that is about to be outdated.
      this.#reads.forget();
    };
    const outcome = this.#sender
      .send(wire, { write: true, signal, onSend, onProgress, onAnswer: way.answered })
      .then((answer) => this.#data(answer, true))
      .finally(() => {
        way.answered();
        this.#reads.forget();
        this.#writes.delete(outcome);
      });
    this.#writes.add(outcome);
    // Nobody may be waiting for it any more.
    outcome.catch(() => undefined);
    return outcome;
  }

  #data(answer: TextAnswer, write: boolean): unknown {
    const { redactor } = this.#parts;
    return dataOf(answer, { write, redactor, signInHint: this.#sender.signInHint });
  }
}
