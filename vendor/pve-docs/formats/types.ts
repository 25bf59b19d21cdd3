import type { ParamSchema } from "../types.ts";

/** Judges one value: Proxmox's message without its line feed, or undefined when the value is good. */
export type FormatCheck = (value: string) => string | undefined;

/** A named format whose rule we know. */
export type NamedFormat =
  | { readonly origin: string; readonly check: FormatCheck }
  /** A property string; `validate` judges the parsed fields. */
  | {
      readonly origin: string;
      readonly fields: Readonly<Record<string, ParamSchema>>;
      readonly validate?: (fields: Readonly<Record<string, string>>) => string | undefined;
    };

/** Formats by name. */
export type FormatTable = Readonly<Record<string, NamedFormat>>;

/** A check that a pattern decides. `message` may use the value. */
export function byPattern(pattern: RegExp, message: string | ((value: string) => string)): FormatCheck {
  return (value) => {
    if (pattern.test(value)) return undefined;
    return typeof message === "string" ? message : message(value);
  };
}
