import { ToolError } from "../../../sdk/errors.ts";

/** Parameters as the wire takes them; a list is sent as repeated keys. */
export type WireValues = Readonly<Record<string, string | readonly string[]>>;

/**
 * `key=value` pairs for a query or a form body. Everything but letters, digits and `-_.!~*'()` is
 * percent-encoded: Proxmox VE splits at `;` as well as `&`, and cuts a value at a plain `=`
 * (pve-http-server APIServer/AnyEvent.pm). Empty when there is nothing to send.
 */
export function encodeForm(values: WireValues): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    for (const item of typeof value === "string" ? [value] : value) {
      pairs.push(`${encodeURIComponent(name)}=${encodeText(name, item)}`);
    }
  }
  return pairs.join("&");
}

/** Percent-encodes one value; throws ToolError `invalid_input` for half a surrogate pair. */
export function encodeText(name: string, value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    throw new ToolError({
      code: "invalid_input",
      message: `The value of \`${name}\` is not valid text: it has half of a surrogate pair.`,
      next: `Give \`${name}\` as whole characters.`,
      details: { param: name },
    });
  }
}
