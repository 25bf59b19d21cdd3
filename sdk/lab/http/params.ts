import type { WireValue } from "../frame/params.ts";
import { jsonFault } from "./json.ts";

/** Query and body values by name; repeated keys become an array, and a name without a value a null. */
export function decodeForm(text: string): Map<string, WireValue> {
  const found = new Map<string, WireValue>();
  // Nothing at the end is nothing, but nothing between two separators is a parameter without a name.
  for (const pair of text.replace(/[&;]+$/, "").split(/[&;]/)) {
    if (text === "" || /^[&;]+$/.test(text)) break;
    // A second `=` cuts the rest off.
    const [name = "", value] = pair.split("=");
    const key = decodePart(name);
    const before = found.get(key) ?? undefined;
    if (value === undefined) found.set(key, null);
    else if (before === undefined) found.set(key, decodePart(value));
    else found.set(key, Array.isArray(before) ? [...before, decodePart(value)] : [before, decodePart(value)]);
  }
  return found;
}

/** Percent-decoding as Proxmox VE does it: bytes, broken escapes left alone, read as UTF-8. */
function decodePart(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  return spaced.includes("%") ? decodePercent(spaced) : spaced;
}

/** Decodes every `%XX`, whatever bytes come out. */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

/** Where the daemon reads the fields of a body. */
const READER = "at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 1012.";

/** Fields of a JSON body; the error is the text that Proxmox VE gives up with. */
export function decodeJson(text: string): Map<string, WireValue> | { readonly error: string } {
  const fault = jsonFault(text);
  if (fault !== undefined) return { error: `${fault} ${READER}` };
  const value: unknown = JSON.parse(text);
  if (value === null) return new Map();
  if (typeof value === "string" || typeof value === "number") {
    const shown = String(value);
    const cut = shown.length > 32 ? `"${shown.slice(0, 32)}"...` : `"${shown}"`;
    return { error: `Can't use string (${cut}) as a HASH ref while "strict refs" in use ${READER}` };
  }
  if (typeof value !== "object" || Array.isArray(value)) return { error: `Not a HASH reference ${READER}` };
  const fields: [string, WireValue][] = Object.entries(value);
  return new Map(fields);
}
