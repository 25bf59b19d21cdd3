import type { CallParams, Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import type { GuestAccess } from "./guests/types.ts";
import type { NodeAccess } from "./ssh/types.ts";

/** A file that goes with an upload. */
export interface RestFile {
  /** Bytes. */
  readonly size: number;
  /** Its content from the beginning; called once for each attempt. */
  read(): AsyncIterable<Uint8Array>;
}

/** One request; path placeholders are among `params`, encoding is the transport's work. */
export interface RestRequest {
  readonly endpoint: Endpoint;
  readonly params: CallParams;
  readonly signal?: AbortSignal;
  /** Total time for this request, of an upload the time without progress; the setting's where left out. */
  readonly timeoutMs?: number;
  /** Sent as multipart, as the endpoint of uploads takes it. */
  readonly file?: RestFile;
}

/** How a request failed. */
export type RestFaultKind =
  /** An answer with an error status. */
  | "answer"
  /** No byte of the request left: host down, refused, TLS fault. Sending again is safe. */
  | "not_sent"
  /** A read was cancelled or timed out, or the connection broke while reading. */
  | "no_answer"
  /** A write went out and its answer was not seen (yet), or came from a gateway that lost it. */
  | "unknown";

/** Thrown by {@link RestTransport}; never carries a secret. */
export class RestFault extends Error {
  readonly kind: RestFaultKind;
  /** HTTP status of an `answer`, and of an `unknown` where a gateway answered that it got no answer itself. */
  readonly status: number | undefined;
  /** First line of Proxmox's message, or what went wrong on the way. */
  readonly reason: string;
  /** Proxmox's `errors` by parameter. */
  readonly errors: Readonly<Record<string, string>> | undefined;
  /** For `unknown`: settles when the answer comes after all; resolves with `data` or rejects with a RestFault. */
  readonly late: Promise<unknown> | undefined;
  /** What the operator can do about it, for TLS and connection faults. */
  readonly hint: string | undefined;

  constructor(
    kind: RestFaultKind,
    reason: string,
    parts: {
      status?: number;
      errors?: Readonly<Record<string, string>>;
      late?: Promise<unknown>;
      hint?: string;
      cause?: unknown;
    } = {},
  ) {
    super(reason, { cause: parts.cause });
    this.name = "RestFault";
    this.kind = kind;
    this.reason = reason;
    this.status = parts.status;
    this.errors = parts.errors;
    this.late = parts.late;
    this.hint = parts.hint;
  }
}

/**
 * REST of one cluster. Both methods answer the reply's `data` and throw {@link RestFault}, or ToolError
 * `invalid_input` for a value that cannot be sent as it is, such as `../x` in a path.
 */
export interface RestTransport {
  /** A request without effect: retried, shared with identical ones in flight, aborted by its signal. */
  read<T = unknown>(request: RestRequest): Promise<T>;
  /** A request with effect: sent once; never aborted once on the wire. */
  write<T = unknown>(request: RestRequest): Promise<T>;
  /** Closes all connections; waits for writes on the wire. */
  close(): Promise<void>;
}

/** A configured cluster with what is needed to talk to it. */
export interface Cluster {
  readonly name: string;
  readonly rest: RestTransport;
  /** Commands and files on the nodes, by SSH. */
  readonly ssh: NodeAccess;
  /** Commands and files inside the guests. */
  readonly guests: GuestAccess;
  /** The catalog that fits the connected version best; the newest while the version is unknown. */
  catalog(): Promise<Catalog>;
  /** Connected version; asked once, again after a failure. */
  version(): Promise<{ release: string; version: string; major: number }>;
  /** The version if already known, without asking. */
  knownVersion(): { release: string; version: string; major: number } | undefined;
}
