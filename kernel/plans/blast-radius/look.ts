import { isToolError } from "../../../sdk/errors.ts";
import type { Inventory } from "../../../sdk/reader.ts";
import type { Catalog } from "../../../vendor/pve-docs/types.ts";
import { isPlainObject } from "../../call/json-schema.ts";
import { fromUpstream } from "../../call/upstream-errors.ts";
import type { Held } from "../../privileges/held.ts";
import type { ClusterAccess } from "../../tokens.ts";
import { RestFault } from "../../transports/types.ts";

/** Requests of one blast radius, together. */
const MOST_REQUESTS = 40;
/** How long all of it may take, milliseconds. */
const LOOK_MS = 6_000;

/** A row of a list that Proxmox VE answers. */
export type Row = Readonly<Record<string, unknown>>;

/** What a look came to: rows, that this release has no such thing, or why nothing could be seen. */
export type Seen<T> =
  | { readonly kind: "seen"; readonly value: T }
  | { readonly kind: "absent" }
  | { readonly kind: "unseen"; readonly why: string };

/** The looks at one plan's surroundings: each endpoint is asked once, all within one bound of time and number. */
export class Look {
  readonly #access: ClusterAccess;
  readonly #catalog: Catalog;
  readonly #held: Promise<Held | undefined>;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<string, Promise<Seen<unknown>>>();
  #inventory: Promise<Seen<Inventory>> | undefined;

  constructor(parts: {
    access: ClusterAccess;
    catalog: Catalog;
    held: Promise<Held | undefined>;
    signal: AbortSignal;
  }) {
    this.#access = parts.access;
    this.#catalog = parts.catalog;
    this.#held = parts.held;
    this.#signal = AbortSignal.any([parts.signal, AbortSignal.timeout(LOOK_MS)]);
  }

  /** The list that a GET answers. */
  async rows(path: string, params: Row = {}): Promise<Seen<readonly Row[]>> {
    const seen = await this.value(path, params);
    if (seen.kind !== "seen") return seen;
    return Array.isArray(seen.value)
      ? { kind: "seen", value: seen.value.filter(isPlainObject) }
      : { kind: "unseen", why: `GET ${path} answered no list` };
  }

  /** What a GET answers. */
  value(path: string, params: Row = {}): Promise<Seen<unknown>> {
    const key = `${path} ${JSON.stringify(params)}`;
    let asked = this.#asked.get(key);
    if (asked === undefined) {
      const isTooMany = this.#asked.size >= MOST_REQUESTS;
      asked = isTooMany ? Promise.resolve(TOO_MANY) : this.#ask(path, params);
      this.#asked.set(key, asked);
    }
    return asked;
  }

  /** Guests, nodes and storages. */
  inventory(): Promise<Seen<Inventory>> {
    this.#inventory ??= this.#access.inventory
      .read({ signal: this.#signal })
      .then((value): Seen<Inventory> => ({ kind: "seen", value }))
      .catch(
        (error: unknown): Seen<Inventory> => ({ kind: "unseen", why: this.#why(error, "the inventory") }),
      );
    return this.#inventory;
  }

  /**
   * Why a list of all objects of a kind may leave some out: the account lacks each of these privileges on the path
   * above them, and Proxmox VE does not say so. Undefined where it sees all.
   */
  async hidden(
    ways: readonly (readonly [privilege: string, path: string])[],
    what: string,
  ): Promise<string | undefined> {
    const held = await this.#held;
    if (held === undefined) return `${what} that the account may not see: its permissions could not be read`;
    // Held on `/vms` alone, without propagating, shows no guest.
    const covered = (path: string) => (path.lastIndexOf("/") === 0 ? `${path}/all` : path);
    if (ways.some(([privilege, path]) => held.holds(privilege, covered(path)))) return undefined;
    const needed = ways.map(([privilege, path]) => `${privilege} on ${path}`).join(" or ");
    return `${what} that the account may not see: it lacks ${needed}`;
  }

  async #ask(path: string, params: Row): Promise<Seen<unknown>> {
    const endpoint = this.#catalog.endpoint(`GET ${path}`);
    if (endpoint === undefined) return { kind: "absent" };
    try {
      return {
        kind: "seen",
        value: await this.#access.rest.read({ endpoint, params, signal: this.#signal, timeoutMs: LOOK_MS }),
      };
    } catch (error) {
      return { kind: "unseen", why: this.#why(error, `GET ${filled(path, params)}`) };
    }
  }

  #why(error: unknown, what: string): string {
    if (this.#signal.aborted) return `${what}: no answer within ${LOOK_MS / 1000} s`;
    if (error instanceof RestFault && error.kind === "answer") {
      return `${what}: ${error.status} ${error.reason}`.trim();
    }
    const known = fromUpstream(error, { what });
    return isToolError(known) ? known.message : `${what} failed`;
  }
}

const TOO_MANY = { kind: "unseen", why: `more than ${MOST_REQUESTS} requests would be needed` } as const;

function filled(path: string, params: Row): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => String(params[name] ?? name));
}
