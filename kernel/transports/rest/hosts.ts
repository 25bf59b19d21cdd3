import type { Logger } from "../../log.ts";
import type { ClusterSettings, LimitSettings } from "../../settings/types.ts";
import { ExchangeFault, type ExchangeOptions, type WireAnswer, type WireRequest } from "./exchange.ts";
import { reasonOf } from "./faults.ts";
import { Host } from "./host.ts";
import { HostFault } from "./host-fault.ts";

/** How long a host that could not be reached is left alone. */
const RETURN_AFTER_MS = 60_000;

/** What {@link Hosts} need. */
export interface HostsParts {
  readonly cluster: ClusterSettings;
  readonly limits: LimitSettings;
  readonly logger: Logger;
  /** {@link RETURN_AFTER_MS} where left out. */
  readonly returnAfterMs?: number | undefined;
  readonly now?: (() => number) | undefined;
}

/**
 * The hosts of one cluster. One of them is asked: the first of the operator's list, until it cannot be
 * reached; then the next one, while the earlier ones are looked at again from time to time.
 */
export class Hosts {
  readonly #hosts: readonly Host[];
  readonly #logger: Logger;
  readonly #returnAfterMs: number;
  readonly #now: () => number;
  #asked = 0;
  #lookedAt = 0;
  #looking = false;

  constructor({ cluster, limits, logger, returnAfterMs = RETURN_AFTER_MS, now = Date.now }: HostsParts) {
    this.#logger = logger;
    this.#returnAfterMs = returnAfterMs;
    this.#now = now;
    this.#hosts = cluster.hosts.map((host) => new Host(host, cluster, limits));
  }

  /** Sends to the first host that can be reached; it stays the one that is asked. Rejects with a {@link HostFault}. */
  async send(request: WireRequest, options: ExchangeOptions): Promise<WireAnswer> {
    this.#lookBack();
    const faults: HostFault[] = [];
    for (const index of this.#order()) {
      const host = this.#hosts[index];
      if (host === undefined) continue;
      try {
        const answer = await host.send(request, options);
        this.#ask(index, faults[0]);
        return answer;
      } catch (error) {
        const fault = new HostFault(host.name, error);
        if (fault.sent || options.signal.aborted) throw fault;
        faults.push(fault);
      }
    }
    const [first, ...others] = faults;
    const cause = first?.cause ?? new Error("no host is configured");
    throw new HostFault(first?.host ?? "no host", new ExchangeFault(false, cause), others);
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.destroy()));
  }

  #order(): readonly number[] {
    const others = [...this.#hosts.keys()].filter((index) => index !== this.#asked);
    return [this.#asked, ...others];
  }

  #ask(index: number, fault: HostFault | undefined): void {
    // Without a fault the request began before another one found a better host.
    if (this.#asked === index || fault === undefined) return;
    const name = this.#hosts[index]?.name;
    this.#logger.warn(
      `${fault.host} cannot be reached (${reasonOf(fault.cause)}); ${name} is asked from now on.`,
    );
    this.#asked = index;
    this.#lookedAt = this.#now();
  }

  /** Beside the requests, so that none of them waits for a host that is still away. */
  #lookBack(): void {
    if (this.#asked === 0 || this.#looking || this.#now() - this.#lookedAt < this.#returnAfterMs) return;
    this.#looking = true;
    void this.#firstReachable(this.#asked).then((index) => {
      this.#looking = false;
      this.#lookedAt = this.#now();
      if (index === undefined || index >= this.#asked) return;
      this.#asked = index;
      this.#logger.info(`${this.#hosts[index]?.name} can be reached again and is asked from now on.`);
    });
  }

  async #firstReachable(before: number): Promise<number | undefined> {
    for (const [index, host] of this.#hosts.slice(0, before).entries()) {
      const isThere = await host.reach().then(
        () => true,
        () => false,
      );
      if (isThere) return index;
    }
    return undefined;
  }
}
