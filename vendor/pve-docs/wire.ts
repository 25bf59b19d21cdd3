import type { ParamSchema } from "./types.ts";

/**
 * Format names of the kind `pve-vmid-list`, or `string-alist` as before release 8: many values in one string.
 * (pve-common, src/PVE/JSONSchema.pm, check_format)
 */
export function isListFormat(format: unknown): format is string {
  return typeof format === "string" && /-a?list$/.test(format);
}

/** What keeps the values of a list apart; those of an `-alist` may hold anything but a NUL. */
function separatorOf(format: unknown): string {
  return typeof format === "string" && format.endsWith("-alist") ? "\0" : ",";
}

/**
 * Splits a list as Proxmox does: at commas, semicolons, NULs and white space.
 * (pve-common, src/PVE/Tools.pm, split_list)
 */
export function splitList(text: string): readonly string[] {
  return text.split(/[,;\0\s]+/u).filter((part) => part !== "");
}

/** A value as one of the wire's forms; undefined when left out. Objects stay as they are and fail the type check. */
export type WireValue = string | readonly WireValue[] | object;

function scalarToWire(value: unknown): string | object {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) return value;
  return String(value);
}

/** A caller's value as the API will see it under this schema. */
export function toWire(value: unknown, schema: ParamSchema | undefined): WireValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") {
    if (schema === undefined || schema.type === "boolean" || schema.type === undefined)
      return value ? "1" : "0";
    return String(value);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => toWire(item, schema?.items) ?? "");
    const joins = isListFormat(schema?.format) && schema?.type !== "array";
    return joins && items.every((item) => typeof item === "string")
      ? items.join(separatorOf(schema?.format))
      : items;
  }
  if (schema?.type === "array") {
    const scalar = scalarToWire(value);
    // Proxmox takes a lone value for an array of one, but not an empty string.
    return scalar === "" ? scalar : [scalar];
  }
  return scalarToWire(value);
}
