import type { ParamSchema } from "../types.ts";

/** Judges one value: Proxmox's message without its line feed, or undefined when the value is good. */
export type FormatCheck = (value: string) => string | undefined;

/** The same of what one release takes. */
export type ReleaseCheck = (value: string, release: string) => string | undefined;

/** Judges the fields of a property string that has been read. */
export type FieldsCheck = (fields: Readonly<Record<string, string>>) => string | undefined;

/**
 * A named format whose rule we know. `exact` is about what differs from one minor
 * version to the next (lists that grow): callers are not held to it, for the node may
 * be newer than our facts; the simulated cluster is.
 */
export type NamedFormat =
  | { readonly origin: string; readonly check?: FormatCheck; readonly exact?: ReleaseCheck }
  /** A property string. */
  | {
      readonly origin: string;
      /** Callers may use other keys as well, for the same reason. */
      readonly fields: Readonly<Record<string, ParamSchema>>;
      readonly validate?: FieldsCheck;
      readonly exact?: FieldsCheck;
    };

/** Formats by name. */
export type FormatTable = Readonly<Record<string, NamedFormat>>;

/** A check by a test. `message` may use the value. */
export function when(
  good: (value: string) => boolean,
  message: string | ((value: string) => string),
): FormatCheck {
  return (value) => {
    if (good(value)) return undefined;
    return typeof message === "string" ? message : message(value);
  };
}

/** A check that a pattern decides. */
export function byPattern(pattern: RegExp, message: string | ((value: string) => string)): FormatCheck {
  return when((value) => pattern.test(value), message);
}

/** A table of checks that were read in one file. */
export function readIn(origin: string, checks: Readonly<Record<string, FormatCheck>>): FormatTable {
  return Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, { origin, check }]));
}
