import { isListFormat, splitList } from "../wire.ts";
import { accessFormats } from "./access.ts";
import { commonFormats } from "./common.ts";
import { cpuFormats } from "./cpu.ts";
import { guestFormats } from "./guests.ts";
import { networkFormats } from "./network.ts";
import { scheduleFormats } from "./schedules.ts";
import { storageFormats } from "./storage.ts";
import type { FormatTable, NamedFormat, ReleaseCheck } from "./types.ts";

/** All named formats whose rule we wrote, each with the file it was read in. */
export const NAMED_FORMATS: FormatTable = {
  ...commonFormats,
  ...accessFormats,
  ...networkFormats,
  ...storageFormats,
  ...guestFormats,
  ...scheduleFormats,
  ...cpuFormats,
};

function named(name: string): NamedFormat | undefined {
  return Object.hasOwn(NAMED_FORMATS, name) ? NAMED_FORMATS[name] : undefined;
}

function listOf(check: ReleaseCheck): ReleaseCheck {
  return (value, release) => {
    for (const item of splitList(value)) {
      const fault = check(item, release);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** An optional format takes what Perl holds for false. */
function unlessFalse(check: ReleaseCheck): ReleaseCheck {
  return (value, release) => (value === "" || value === "0" ? undefined : check(value, release));
}

/**
 * The rule of a named format, `-list` and `-opt` included; undefined where we
 * have not written it, and such values are accepted.
 */
export function namedFormat(name: string): NamedFormat | undefined {
  const exactName = named(name);
  if (exactName !== undefined) return exactName;
  const base = named(name.replace(/-(?:a?list|opt)$/, ""));
  if (base === undefined || "fields" in base) return undefined;
  const wrap = isListFormat(name) ? listOf : unlessFalse;
  const { origin, check, exact } = base;
  return {
    origin,
    ...(check === undefined ? {} : { check: (value: string) => wrap(check)(value, "") }),
    ...(exact === undefined ? {} : { exact: wrap(exact) }),
  };
}
