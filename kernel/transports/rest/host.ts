import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import type { Client } from "undici";
import type { ClusterSettings, HostSettings, LimitSettings } from "../../settings/types.ts";
import type { SecureConnector } from "./connector.ts";
import {
  ExchangeFault,
  type ExchangeOptions,
  exchange,
  type WireAnswer,
  type WireRequest,
} from "./exchange.ts";
import { type Lane, Lanes } from "./lanes.ts";

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
  readonly connector: SecureConnector;
  readonly lanes: Lanes<Client>;
}

/**
 * One host of a cluster: a pool of kept connections, opened on first use. Each connection is an undici
 * client that is given one request at a time; undici's own pool would open a second connection for a
 * request that comes right after an answer, and lose count of connections that failed.
 */
export class Host {
  /** `pve1:8006`, for messages. */
  readonly name: string;
  readonly #host: HostSettings;
  readonly #cluster: ClusterSettings;
  readonly #limits: LimitSettings;
  #pool: Promise<Pool> | undefined;

  constructor(host: HostSettings, cluster: ClusterSettings, limits: LimitSettings) {
    this.name = `${isIPv6(host.host) ? `[${host.host}]` : host.host}:${host.port}`;
    this.#host = host;
    this.#cluster = cluster;
    this.#limits = limits;
  }

  /** Sends one request, once. Rejects with an {@link ExchangeFault}. */
  async send(request: WireRequest, options: ExchangeOptions): Promise<WireAnswer> {
    const lane = await this.#lane(options.signal);
    const running = exchange(lane.item, request, options);
    // A connection that is still being opened for somebody who left stays taken until that ends.
    void running.ended.then(lane.release);
    return running.answer;
  }

  /** Resolves when a connection could be opened whose certificate is accepted; it is not kept. */
  async reach(): Promise<void> {
    const { connector } = await this.#opened();
    await connector.reach(this.#host.host, this.#host.port);
  }

  /** Breaks all connections. */
  async destroy(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined);
    if (pool === undefined) return;
    pool.connector.close();
    await Promise.all(pool.lanes.items.map((client) => client.destroy()));
  }

  async #lane(signal: AbortSignal): Promise<Lane<Client>> {
    try {
      return await (await this.#opened()).lanes.take(signal);
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
    // Loaded on the first request: a server whose tools are only listed needs no HTTP client and no TLS.
    const [{ Client }, { SecureConnector }, ca] = await Promise.all([
      import("./undici.ts"),
      import("./connector.ts"),
      caFile ? readCa(caFile) : undefined,
    ]);
    const checks = { ...tls, fingerprints: this.#host.fingerprints, ...(ca ? { ca } : {}) };
    const connector = new SecureConnector(checks, this.#limits.connectTimeoutMs);
    const connection = () =>
      new Client(`https://${this.name}`, {
        connect: connector.connect,
        pipelining: 1,
        keepAliveTimeout: KEEP_ALIVE_MS,
        keepAliveMaxTimeout: KEEP_ALIVE_MS,
      });
    return { connector, lanes: new Lanes(this.#limits.maxConnections, connection) };
  }
}

async function readCa(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CaFileFault(path, { cause });
  }
}
