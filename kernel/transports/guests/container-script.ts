import type { GuestPlace } from "../../../sdk/steps.ts";
import type { CommandResult, NodeCommand } from "../ssh/types.ts";
import type { GuestAccess } from "./types.ts";

/** Longest time for one file, milliseconds. */
export const FILE_TIMEOUT_MS = 3_600_000;

/** More than this is no first line. */
const LONGEST_WORD = 200;

/** What runs programs in a container. */
export type Inside = Pick<GuestAccess, "run">;

/** A script with its arguments. */
export function scriptArgv(script: string, args: readonly string[]): readonly string[] {
  return ["sh", "-c", script, "sh", ...args];
}

/** Runs a script whose first line of output is told apart from the rest, which goes to `onRest`. */
export async function runScript(
  inside: Inside,
  guest: GuestPlace,
  command: Omit<NodeCommand, "onOutput" | "timeoutMs">,
  onRest: (first: string, chunk: Uint8Array) => void | Promise<void>,
): Promise<{ readonly first: string; readonly result: CommandResult }> {
  let before = Buffer.alloc(0);
  let first: string | undefined;
  const onOutput: NodeCommand["onOutput"] = (chunk, from) => {
    if (from === "stderr") return undefined;
    if (first !== undefined) return onRest(first, chunk);
    before = Buffer.concat([before, chunk]);
    const end = before.indexOf(0x0a);
    if (end < 0 || end > LONGEST_WORD) return undefined;
    first = before.toString("utf8", 0, end);
    const rest = before.subarray(end + 1);
    return rest.length === 0 ? undefined : onRest(first, rest);
  };
  const result = await inside.run(guest, { ...command, onOutput, timeoutMs: FILE_TIMEOUT_MS });
  return { first: first ?? "", result };
}
