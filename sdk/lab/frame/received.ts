import { paramSchema } from "../../../vendor/pve-docs/index.ts";
import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { WireValue } from "./params.ts";

/** Said of a parameter that there is none of. */
export const UNKNOWN =
  "property is not defined in schema and the schema does not allow additional properties";

/**
 * Turns parameters into what the API's code is given. What runs with privileges sits behind a second daemon, to which
 * the first passes all on as a form: everything becomes text, and lists of one or none are none. What has no value
 * counts as not given, and is taken out; its names are answered.
 */
export function receive(endpoint: Endpoint, params: Map<string, WireValue>): readonly string[] {
  const empty: string[] = [];
  for (const [name, value] of params) {
    const passed = endpoint.protected === true ? asForm(value) : value;
    if (passed !== undefined && passed !== null) {
      params.set(name, passed);
      continue;
    }
    params.delete(name);
    if (passed === null) empty.push(name);
  }
  return empty;
}

function asForm(value: WireValue): WireValue | undefined {
  if (!Array.isArray(value)) return asText(value);
  const items = value.map((item: WireValue) => asText(item)).filter((item) => item !== null);
  return items.length < 2 ? items[0] : items;
}

/** Perl's own words for what has no text of its own. */
function asText(value: WireValue): string | null {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "object") return `${Array.isArray(value) ? "ARRAY" : "HASH"}(0x5581e3a7c1d8)`;
  return String(value);
}

/** Faults by parameter as they are told: one without a name is told of as the root. */
export function told(
  endpoint: Endpoint,
  faults: readonly { readonly param: string; readonly message: string }[],
  empty: readonly string[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { param, message } of faults) found[nameOf(param)] = message;
  for (const name of empty) {
    const open = endpoint.additionalProperties !== false || paramSchema(endpoint, name) !== undefined;
    if (!open) found[nameOf(name)] = UNKNOWN;
  }
  return found;
}

function nameOf(param: string): string {
  return param === "" || param === "0" ? "_root" : param;
}
