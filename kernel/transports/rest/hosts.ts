import type { Logger } from "../../log.ts";
import type { ClusterSettings, LimitSettings } from "../../settings/types.ts";
import { ExchangeFault, type ExchangeOptions, type WireAnswer, type WireRequest } from "./exchange.ts";
import { Host } from "./host.ts";

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
