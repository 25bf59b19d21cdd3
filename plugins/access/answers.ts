import { type PveReader, ToolError } from "../../sdk/index.ts";

/** A flag as the API answers it: 0 and 1, as text or not, or truly a boolean; `otherwise` where it is left out. */
export function isOn(value: unknown, otherwise = false): boolean {
  return value === undefined || value === null ? otherwise : value === true || Number(value) === 1;
}

/** When an account or token ends, seconds since the epoch; undefined for one that never does. */
export function ending(expire: unknown): number | undefined {
  const seconds = Number(expire ?? 0);
  return seconds > 0 ? seconds : undefined;
}

/** Entries of a list that the API writes into one text. */
export function entriesOf(text: unknown): readonly string[] {
  return String(text ?? "")
    .split(",")
    .filter((entry) => entry !== "");
}

/** What a list endpoint shows of the key that names its entries. */
export async function namesAt(path: string, key: string, pve: PveReader): Promise<readonly string[]> {
  const all = await pve.get<readonly Readonly<Record<string, unknown>>[]>(path);
  return all.map((entry) => String(entry[key]));
}

/** Fails with `conflict` where the name is taken, as far as our account may see. */
export function refuseTaken(what: string, name: string, taken: readonly string[]): void {
  if (!taken.includes(name)) return;
  throw new ToolError({
    code: "conflict",
    message: `The ${what} ${name} exists already.`,
    next: "Choose another name, or change the one there is.",
  });
}

/** Fails with `invalid_input` where nothing but what names the object is given. */
export function needChange(changes: Readonly<Record<string, unknown>>): void {
  if (Object.values(changes).some((value) => value !== undefined)) return;
  throw new ToolError({
    code: "invalid_input",
    message: "No change is given.",
    next: "Give at least one option to set.",
  });
}
