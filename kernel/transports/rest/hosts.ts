import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import type { Dispatcher } from "undici";
import type { Logger } from "../../log.ts";
import type { ClusterSettings, LimitSettings } from "../../settings/types.ts";
import { SecureConnector } from "./certificate.ts";
import {
  ExchangeFault,
  type ExchangeOptions,
  exchange,
  type WireAnswer,
  type WireRequest,
} from "./exchange.ts";
import { Slots } from "./slots.ts";

/**
 * Idle connections are closed before pveproxy closes them after 5 s (`timeout`, pve-http-server), so that
 * no request meets a connection that is just being closed.
 */
const KEEP_ALIVE_MS = 3_000;

/** The file named by PROXMOX_TLS_CA_FILE could not be read. */
export class CaFileFault extends Error {
  override readonly name = "CaFileFault";
}

interface Pool {
  readonly dispatcher: Dispatcher;
  readonly connector: SecureConnector;
}

/** One host of a cluster: a pool of kept connections, opened on first use. */
export class Host {
  /** `pve1:8006`, for messages. */
  readonly name: string;
  readonly #cluster: ClusterSettings;
  readonly #limits: LimitSettings;
  readonly #slots: Slots;
  #pool: Promise<Pool> | undefined;

  constructor(host: string, cluster: ClusterSettings, limits: LimitSettings) {
    this.name = `${isIPv6(host) ? `[${host}]` : host}:${cluster.port}`;
    this.#cluster = cluster;
    this.#limits = limits;
    this.#slots = new Slots(limits.maxConnections);
  }

  /** Sends one request, once. Rejects with an {@link ExchangeFault}. */
  async send(request: WireRequest, options: ExchangeOptions): Promise<WireAnswer> {
    const { release, pool } = await this.#ready(options.signal);
    const running = exchange(pool.dispatcher, request, options);
    // A connection that is still being opened for somebody who left takes up its slot until that ends.
    void running.ended.then(release);
    return running.answer;
  }

  /** Breaks all connections. */
  async destroy(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined);
    if (pool === undefined) return;
    pool.connector.close();
    await pool.dispatcher.destroy();
  }

  async #ready(signal: AbortSignal) {
    try {
      const release = await this.#slots.acquire(signal);
      try {
        const pool = await this.#opened();
        signal.throwIfAborted();
        return { release, pool };
      } catch (error) {
        release();
        throw error;
      }
    } catch (error) {
      throw new ExchangeFault(false, error);
    }
  }

  #opened(): Promise<Pool> {
    this.#pool ??= this.#open().catch((error: unknown) => {
      this.#pool = undefined;
      throw error;
    });
    return this.#pool;
  }

  async #open(): Promise<Pool> {
    const { caFile, ...tls } = this.#cluster.tls;
    // Loaded on the first request: a server that is only listed needs no HTTP client.
    const [undici, ca] = await Promise.all([import("undici"), caFile ? readCa(caFile) : undefined]);
    const connector = new SecureConnector({ ...tls, ...(ca ? { ca } : {}) }, this.#limits.connectTimeoutMs);
    const dispatcher = new undici.Pool(`https://${this.name}`, {
      connect: connector.connect,
      connections: this.#limits.maxConnections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    });
    return { dispatcher, connector };
  }
}

async function readCa(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CaFileFault(path, { cause });
  }
}

/** The hosts of one cluster, the one that answered last in front. */
export class Hosts {
  #hosts: readonly Host[];
  readonly #logger: Logger;

  constructor(cluster: ClusterSettings, limits: LimitSettings, logger: Logger) {
    this.#logger = logger;
    this.#hosts = cluster.hosts.map((host) => new Host(host, cluster, limits));
  }

  /** Sends to the first host that can be reached; it stays the first one. Rejects with a {@link HostFault}. */
  async send(request: WireRequest, options: ExchangeOptions): Promise<WireAnswer> {
    let first: HostFault | undefined;
    for (const host of this.#hosts) {
      try {
        const answer = await host.send(request, options);
        this.#prefer(host);
        return answer;
      } catch (error) {
        const fault = new HostFault(host.name, error);
        if (fault.sent || options.signal.aborted) throw fault;
        first ??= fault;
      }
    }
    throw first ?? new HostFault("no host", new ExchangeFault(false, new Error("no host is configured")));
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.destroy()));
  }

  #prefer(host: Host): void {
    if (this.#hosts[0] === host) return;
    this.#logger.warn(`${this.#hosts[0]?.name} cannot be reached; ${host.name} is asked from now on.`);
    this.#hosts = [host, ...this.#hosts.filter((other) => other !== host)];
  }
}

/** What went wrong at which host. */
export class HostFault extends Error {
  override readonly name = "HostFault";
  readonly host: string;
  /** Whether bytes of the request may have left. */
  readonly sent: boolean;

  constructor(host: string, error: unknown) {
    super("request failed", { cause: error instanceof ExchangeFault ? error.cause : error });
    this.host = host;
    this.sent = !(error instanceof ExchangeFault) || error.sent;
  }
}
