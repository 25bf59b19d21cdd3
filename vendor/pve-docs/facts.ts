import type { Endpoint } from "./types.ts";

/** The API of one version as facts, without prose. */
export interface ApiFacts {
  /** Full version the facts were taken from: `9.2.3`. */
  readonly pveVersion: string;
  /** Where they were taken from. */
  readonly source: string;
  readonly endpoints: readonly Endpoint[];
}

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Facts as stored: values that occur more than once live in `shared`, and
 * `"$12"` stands for `shared[12]`.
 */
export interface CompactFacts {
  readonly release: string;
  readonly pveVersion: string;
  readonly source: string;
  readonly shared: readonly Json[];
  /** `[path, method, everything else]`. */
  readonly endpoints: readonly (readonly [string, string, Json])[];
}
