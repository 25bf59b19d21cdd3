import type { WireValue } from "../frame/params.ts";

/** Query and body values by name; repeated keys become an array. */
export function decodeForm(text: string): Map<string, WireValue> {
  const found = new Map<string, WireValue>();
  for (const pair of text.split(/[&;]/)) {
    // A second `=` cuts the rest off, and a name without a value counts as not given.
    const [name, value] = pair.split("=");
    if (name === undefined || name === "" || value === undefined) continue;
    const key = decodePart(name);
    const before = found.get(key);
    const now = decodePart(value);
    if (before === undefined) found.set(key, now);
    else found.set(key, Array.isArray(before) ? [...before, now] : [before, now]);
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

/** Fields of a JSON body; the error is the text that Proxmox VE's JSON reader gives up with. */
export function decodeJson(text: string): Map<string, WireValue> | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: `malformed JSON string, neither tag, array, object, number, string or atom` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { error: "Not a HASH reference" };
  }
  const fields: [string, WireValue][] = Object.entries(value);
  return new Map(fields);
}
