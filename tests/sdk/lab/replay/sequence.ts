import { readdirSync, readFileSync } from "node:fs";

/** One exchange of a recorded sequence, or a hook (an entry that is no request). */
export interface Exchange {
  readonly hook?: "settle" | "lock" | "guest-agent";
  readonly vmid?: number;
  readonly lock?: string;
  readonly as?: string;
  readonly method?: string;
  readonly path?: string;
  readonly prefix?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly bodyRepeat?: { readonly prefix: string; readonly char: string; readonly count: number };
  readonly headers?: Readonly<Record<string, string>>;
  readonly csrf?: "missing" | "wrong";
  readonly wait?: number;
  readonly status?: number;
  readonly reason?: string;
  readonly json?: unknown;
  readonly text?: string;
  readonly type?: string;
  readonly capture?: Readonly<Record<string, string>>;
  readonly until?: Readonly<Record<string, unknown>>;
  readonly unordered?: boolean;
  readonly progressDropped?: boolean;
  readonly unstable?: boolean;
  readonly env?: boolean;
}

/** A recorded sequence; every one starts from the baseline. */
export interface Sequence {
  readonly sequence: string;
  readonly about: string;
  readonly exchanges: readonly Exchange[];
}

const FOLDER = new URL("../../../fixtures/pve-wire/", import.meta.url);

/** Lists that Proxmox VE makes from hashes: their order means nothing. */
const HASHED =
  /^\/(?:storage|nodes\/[^/]+\/(?:storage|aplinfo|(?:qemu|lxc)\/[^/]+\/(?:pending|cloudinit|snapshot)))$/;

/** Names of all recorded sequences. */
export function sequenceNames(): readonly string[] {
  return readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ""));
}

/** Reads a recorded sequence; what is in no order is marked so. */
export function loadSequence(name: string): Sequence {
  const sequence = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Sequence;
  const exchanges = sequence.exchanges.map((exchange) =>
    HASHED.test(exchange.path ?? "") ? { ...exchange, unordered: true } : exchange,
  );
  return { ...sequence, exchanges };
}
