import { isListFormat, splitList } from "../wire.ts";
import { commonFormats } from "./common.ts";
import type { FormatCheck, FormatTable, NamedFormat } from "./types.ts";

/** All named formats whose rule we wrote, each with the file it was read in. */
export const NAMED_FORMATS: FormatTable = { ...commonFormats };

function named(name: string): NamedFormat | undefined {
  return Object.hasOwn(NAMED_FORMATS, name) ? NAMED_FORMATS[name] : undefined;
}

function listOf(check: FormatCheck): FormatCheck {
  return (value) => {
    for (const item of splitList(value)) {
      const fault = check(item);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/**
 * The rule of a named format, `-list` and `-opt` included; undefined where we
 * have not written it, and such values are accepted.
 */
export function namedFormat(name: string): NamedFormat | undefined {
  const exact = named(name);
  if (exact !== undefined) return exact;
  const base = named(name.replace(/-(?:list|opt)$/, ""));
  if (base === undefined || !("check" in base)) return undefined;
  if (isListFormat(name)) return { origin: base.origin, check: listOf(base.check) };
  // An optional format takes what Perl holds for false.
  const { check } = base;
  return {
    origin: base.origin,
    check: (value) => (value === "" || value === "0" ? undefined : check(value)),
  };
}
