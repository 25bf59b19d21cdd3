import type { ToolAnswer } from "../../../sdk/testing/index.ts";

/** An object of the API. */
export type Line = Readonly<Record<string, unknown>>;

/** Secrets that an answer hands over; none where it hands over nothing. */
export function secretsOf({ data }: ToolAnswer): Readonly<Record<string, string>> {
  // The client has held the data against the schema of what change tools answer.
  return (data as { readonly secrets?: Readonly<Record<string, string>> }).secrets ?? {};
}

/** Entries of a list in one text, sorted. */
export function sorted(text: unknown): readonly string[] {
  return String(text ?? "")
    .split(/,\s*/)
    .filter((entry) => entry !== "")
    .sort();
}
