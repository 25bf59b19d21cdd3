import type { ParamValue } from "../../sdk/steps.ts";
import type { Redactor } from "../secrets/redact.ts";
import { sameValue } from "./digests.ts";
import type { DiffEntry } from "./types.ts";

/** Parameters of a config change that say how to change, not what: they are no keys of the file. */
const CONTROL: ReadonlySet<string> = new Set([
  "background_delay",
  "delete",
  "digest",
  "force",
  "import-working-storage",
  "revert",
  "skiplock",
]);

/**
 * The keys that a config change sets or removes, with what they were and will be, in the order they are
 * given. Keys that stay as they are are left out; values of secret keys are masked.
 */
export function configDiff(
  change: {
    readonly method: string;
    /** Parameters without the ones in the path. */
    readonly params: Readonly<Record<string, ParamValue>>;
    /** The file as it is. */
    readonly values: Readonly<Record<string, unknown>>;
  },
  redactor: Redactor,
): readonly DiffEntry[] {
  const { method, params, values } = change;
  const entry = (key: string, after: ParamValue): DiffEntry => ({
    key,
    before: shown(key, asText(key, values[key]), redactor),
    after: shown(key, asText(key, after), redactor),
  });
  if (method === "DELETE") {
    return Object.keys(values)
      .filter((key) => key !== "digest")
      .map((key) => entry(key, undefined));
  }
  const set = Object.entries(params).filter(
    ([key, value]) =>
      value !== undefined && !CONTROL.has(key) && !sameValue(asText(key, values[key]), asText(key, value)),
  );
  const removed = listed(params.delete).filter((key) => values[key] !== undefined);
  return [...set.map(([key, value]) => entry(key, value)), ...removed.map((key) => entry(key, undefined))];
}

function listed(value: ParamValue): string[] {
  if (value === undefined) return [];
  const parts = Array.isArray(value) ? value.map(String) : String(value).split(/[,; ]+/);
  return parts.filter((part) => part !== "");
}

function asText(key: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (Array.isArray(value)) return value.map(String).join(",");
  if (typeof value === "object") return JSON.stringify(value);
  return key === "sshkeys" ? decoded(String(value)) : String(value);
}

/** Proxmox VE keeps SSH keys percent-encoded in the file. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value).trim();
  } catch {
    return value.trim();
  }
}

function shown(key: string, value: string | undefined, redactor: Redactor): string | undefined {
  if (value === undefined) return undefined;
  const masked = redactor.value({ [key]: value });
  const part: unknown = typeof masked === "object" && masked !== null ? Reflect.get(masked, key) : masked;
  return String(part);
}
