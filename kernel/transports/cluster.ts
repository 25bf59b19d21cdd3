import type { PveVersion } from "../../sdk/reader.ts";
import { catalogFor, loadCatalog } from "../../vendor/pve-docs/index.ts";
import type { Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import { ResourceInventory } from "../inventory/inventory.ts";
import type { ClusterInventory } from "../inventory/types.ts";
import type { Logger } from "../log.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterSettings, LimitSettings } from "../settings/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { lazyGuests } from "./guests/lazy.ts";
import type { GuestAccess } from "./guests/types.ts";
import { isRecord } from "./rest/answer.ts";
import { namingSettings } from "./rest/name-settings.ts";
import { UndiciTransport } from "./rest/transport.ts";
import { lazySsh } from "./ssh/lazy.ts";
import type { NodeAccess } from "./ssh/types.ts";
import { RestFault, type RestTransport } from "./types.ts";

const VERSION: Endpoint = { path: "/version", method: "GET", name: "version", parameters: {} };

/** What a {@link ConfiguredCluster} needs. */
export interface ClusterParts {
  readonly settings: ClusterSettings;
  readonly limits: LimitSettings;
  readonly redactor: Redactor;
  readonly logger: Logger;
}

/** One cluster of the settings. Nothing is connected before the first request. */
export class ConfiguredCluster implements ClusterAccess {
  readonly name: string;
  readonly rest: RestTransport;
  readonly ssh: NodeAccess;
  readonly guests: GuestAccess;
  readonly inventory: ClusterInventory;
  readonly #prefix: string;
  #version: PveVersion | undefined;
  #asking: Promise<PveVersion> | undefined;

  constructor({ settings, limits, redactor, logger }: ClusterParts) {
    this.name = settings.name;
    this.#prefix = settings.prefix;
    this.rest = new UndiciTransport({
      cluster: settings,
      limits,
      redactor,
      logger,
      encode: async (endpoint, params) => (await this.catalog()).encode(endpoint, params),
    });
    this.ssh = lazySsh(settings, limits.connectTimeoutMs, this.rest);
    this.guests = lazyGuests(this);
    this.inventory = new ResourceInventory({
      cluster: settings.name,
      rest: this.rest,
      cacheMs: limits.inventoryCacheMs,
    });
  }

  async catalog(): Promise<Catalog> {
    return this.#version ? catalogFor(this.#version.version) : loadCatalog();
  }

  async version(): Promise<PveVersion> {
    if (this.#version) return this.#version;
    this.#asking ??= this.#askVersion().finally(() => {
      this.#asking = undefined;
    });
    return await this.#asking;
  }

  knownVersion(): PveVersion | undefined {
    return this.#version;
  }

  async #askVersion(): Promise<PveVersion> {
    const asked = this.rest.read({ endpoint: VERSION, params: {} }).then(toVersion);
    this.#version = await namingSettings(this.#prefix, asked);
    return this.#version;
  }
}

/** `{ version: "9.2.11", release: "9.2" }` as Proxmox VE answers it; `7.4-3` in older ones. */
function toVersion(data: unknown): PveVersion {
  const version = isRecord(data) ? data.version : undefined;
  const [, major, minor] = (typeof version === "string" && /^(\d+)\.(\d+)/.exec(version)) || [];
  if (typeof version !== "string" || major === undefined) {
    throw new RestFault("no_answer", "GET /version was answered without a version", {
      hint: "Check that PROXMOX_HOST and PROXMOX_API_PORT lead to a Proxmox VE node.",
    });
  }
  return { version, release: `${major}.${minor}`, major: Number(major) };
}
