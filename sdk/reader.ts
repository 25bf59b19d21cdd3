import type { SnippetFile, SnippetPlace } from "./snippet-steps.ts";
import type { ParamValue } from "./steps.ts";

/** Kinds of guest as the API spells them. */
export type GuestKind = "qemu" | "lxc";

/** A guest as `/cluster/resources` shows it. Sizes in bytes, uptime in seconds, cpu as a fraction of its cores. */
export interface Guest {
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly name: string;
  readonly node: string;
  readonly status: string;
  readonly template: boolean;
  readonly tags: readonly string[];
  readonly pool?: string;
  readonly lock?: string;
  readonly hastate?: string;
  readonly cpu?: number;
  readonly maxcpu?: number;
  readonly mem?: number;
  readonly maxmem?: number;
  readonly disk?: number;
  readonly maxdisk?: number;
  readonly uptime?: number;
}

/** A node as `/cluster/resources` shows it. */
export interface NodeSummary {
  readonly node: string;
  readonly status: "online" | "offline" | "unknown";
  readonly cpu?: number;
  readonly maxcpu?: number;
  readonly mem?: number;
  readonly maxmem?: number;
  readonly disk?: number;
  readonly maxdisk?: number;
  readonly uptime?: number;
  readonly level?: string;
}

/** A storage on one node as `/cluster/resources` shows it. */
export interface StorageSummary {
  readonly storage: string;
  readonly node: string;
  readonly status: string;
  readonly shared: boolean;
  readonly type?: string;
  readonly content: readonly string[];
  readonly disk?: number;
  readonly maxdisk?: number;
}

/** The whole cluster from one request, possibly some seconds old. */
export interface Inventory {
  readonly guests: readonly Guest[];
  readonly nodes: readonly NodeSummary[];
  readonly storages: readonly StorageSummary[];
  /** When it was read, milliseconds since the epoch. */
  readonly readAt: number;
}

/** The connected version, e.g. `{ release: "9.2", version: "9.2.11", major: 9 }`. */
export interface PveVersion {
  readonly release: string;
  readonly version: string;
  readonly major: number;
}

/** How a cluster can be reached besides plain calls of its API: a plan chooses its way when it is made. */
export interface Ways {
  /** Signed in as root@pam with its password, from whom the API takes what it refuses to every token. */
  readonly rootLogin: boolean;
  /** Commands and files on nodes can be reached: SSH is set up. */
  readonly ssh: boolean;
}

/** Path and query parameters of a read. */
export type ReadParams = Readonly<Record<string, ParamValue>>;

/**
 * The read-only client that `read` and `plan` get. It can reach only the
 * endpoints in the tool's `uses`, and of these only those without effect.
 * Every method throws a ToolError.
 */
export interface PveReader {
  /** Name of the cluster this call is for. */
  readonly cluster: string;
  /** Aborted when the call is cancelled or times out. */
  readonly signal: AbortSignal;
  readonly ways: Ways;
  /** GET; answers the `data` of the reply. `path` is a template, `params` fill it and the query. */
  get<T = unknown>(path: string, params?: ReadParams): Promise<T>;
  /** A POST that the catalog marks as a read by nature, such as an agent `get-*`. */
  post<T = unknown>(path: string, params?: ReadParams): Promise<T>;
  /**
   * What one of Proxmox VE's own commands on a node answers, by SSH; of text that is no JSON, the text. Only commands
   * that stand for a read of the API, whose use is such as `cli:qm config`, and only where the account holds what the API asks for it:
   * `forbidden` otherwise.
   */
  cli<T = unknown>(node: string, command: string, params?: ReadParams): Promise<T>;
  /**
   * A snippet by SSH to its node, at most 1 MiB of it; the use `file:snippets`. Fails with `not_found` where there is
   * none, and `denied` where the plugin has no grant for it.
   */
  snippet(place: SnippetPlace): Promise<SnippetFile>;
  /**
   * The guest with this VMID, or with this name where only one has it. A plan gets
   * its node looked up afresh. Fails with `not_found`, and `invalid_input` when a
   * name is ambiguous or the guest is of the other kind.
   */
  guest(kind: GuestKind | "any", ref: number | string): Promise<Guest>;
  /** One node, `not_found` where the cluster has none of that name. */
  node(name: string): Promise<NodeSummary>;
  /** Everything from one request, cached for some seconds. */
  inventory(): Promise<Inventory>;
  version(): Promise<PveVersion>;
}
