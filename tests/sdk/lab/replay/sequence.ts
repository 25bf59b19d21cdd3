import { readFileSync } from "node:fs";

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

/** Reads a sequence of `tests/fixtures/pve-wire/`, or of another folder. */
export function loadSequence(
  name: string,
  folder: URL = new URL("../../../fixtures/pve-wire/", import.meta.url),
): Sequence {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Sequence;
}
