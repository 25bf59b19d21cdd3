/** Values as they came: text from forms and queries, anything flat from JSON. */
export type WireValue = string | number | boolean | null | readonly unknown[] | object;

/** The checked parameters of one request, read by kind. */
export class LabParams {
  readonly #values: ReadonlyMap<string, WireValue>;

  constructor(values: ReadonlyMap<string, WireValue>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The names that were given, path placeholders included. */
  names(): readonly string[] {
    return [...this.#values.keys()];
  }

  raw(name: string): WireValue | undefined {
    return this.#values.get(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value)) return value.map(String).join(",");
    if (typeof value === "boolean") return value ? "1" : "0";
    return String(value);
  }

  /** A required parameter: the check has seen to it that it is there. */
  need(name: string): string {
    return this.text(name) ?? "";
  }

  integer(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined || text === "" ? undefined : Number(text);
  }

  flag(name: string, fallback = false): boolean {
    const text = this.text(name);
    return text === undefined ? fallback : text !== "" && text !== "0" && text !== "false";
  }

  /** Items of a list, separated by comma, semicolon, space or repetition. */
  list(name: string): readonly string[] {
    return splitList(this.text(name) ?? "");
  }

  /** Items of a true array. */
  array(name: string): readonly string[] {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value.map(String) : [String(value)];
  }
}

/** Splits a list the way Proxmox VE does. */
export function splitList(text: string): readonly string[] {
  return text.split(/[,;\s\0]+/).filter((item) => item !== "");
}
