import { ToolError } from "../../../sdk/errors.ts";
import { encodeText, type WireValues } from "./form.ts";

/**
 * Placeholders whose values may hold slashes. Proxmox VE decodes a path before it routes it, so an
 * encoded slash splits a segment like a plain one; only below storage content and IP sets does it take
 * the whole rest of the path as one value (pve-storage API2/Storage/Status.pm, pve-firewall
 * API2/Firewall: an empty `fragmentDelimiter`).
 */
const REST_OF_PATH = /\/(?:content\/\{volume\}|ipset\/\{name\}\/\{cidr\})$/;

/** A path with its placeholders filled in, and the values that were not used for it. */
export interface FilledPath {
  /** Percent-encoded, below `/api2/json`. */
  readonly path: string;
  readonly rest: WireValues;
}

/**
 * Fills a template such as `/nodes/{node}/qemu/{vmid}`. A value never changes which endpoint is
 * reached: one that would (empty, `..`, a slash, a control character) throws ToolError `invalid_input`.
 */
export function fillPath(template: string, values: WireValues): FilledPath {
  const used = new Set<string>();
  const last = REST_OF_PATH.test(template) ? template.lastIndexOf("{") : -1;
  const path = template.replaceAll(/\{([^{}]+)\}/g, (_, name: string, at: number) => {
    used.add(name);
    return segment(name, values[name], at === last);
  });
  const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !used.has(name)));
  return { path, rest };
}

function segment(
  name: string,
  value: string | readonly string[] | undefined,
  mayHoldSlashes: boolean,
): string {
  if (value === undefined || value === "") throw refuse(name, "is missing");
  if (typeof value !== "string") throw refuse(name, "takes one value, not a list");
  if (hasControlCharacter(value)) throw refuse(name, "holds a control character");
  const parts = value.split("/");
  if (parts.length > 1 && !mayHoldSlashes) throw refuse(name, "holds a slash");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    throw refuse(name, "would lead to another path");
  return encodeText(name, value);
}

function hasControlCharacter(value: string): boolean {
  return [...value].some((character) => character < " " || character === "\u007f");
}

function refuse(name: string, why: string): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `The value of \`${name}\` ${why}.`,
    next: `Give \`${name}\` as Proxmox VE spells it, without any path around it.`,
    details: { param: name },
  });
}
