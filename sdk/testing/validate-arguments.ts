import { parseArgs } from "node:util";
import type { MutationChoice } from "./mutation/mutate-plugins.ts";

/** How the command is used. */
export const USAGE = `proxmox-mcp validate [OPTION…] [PLUGIN…]

Runs the scenarios of plugins against the lab, through a real MCP client, and
writes what passed to each plugin's evidence.json.

  PLUGIN             folder of a private plugin, or id of a built-in one (all
                     of these where none is named)
  --check            write nothing; fail where evidence is missing or stale
  --verbose          show what the server wrote to stderr where a scenario fails
  --live             run against the real cluster that the environment names,
                     with ENABLE_LIVE_PROXMOX_TESTS=1 (docs/live-testing.md)
  --settings FILE    with --live: settings of the cluster as NAME=value lines
  --mutate           run each scenario with each fault that its tool could have:
                     a step left out, a parameter dropped or changed, a field of
                     the answer blank; what still passes must be listed in the
                     plugin's weak-scenarios.json, and nothing else may be
  --mutate-sample N  only about so many faults, chosen by
  --seed S           any text
  --shrink           with --mutate: take off the list what is no longer weak; a
                     plugin without a list gets one
`;

/** What the command is asked to do. */
export interface ValidateArguments {
  readonly plugins: readonly string[];
  readonly check: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly live: boolean;
  /** File with settings of the real cluster; they come from the environment where it is left out. */
  readonly settings: string | undefined;
  readonly mutate: MutationChoice | undefined;
}

const FLAG = { type: "boolean", default: false } as const;
const TEXT = { type: "string" } as const;

const OPTIONS = {
  check: FLAG,
  verbose: FLAG,
  help: FLAG,
  live: FLAG,
  settings: TEXT,
  mutate: FLAG,
  "mutate-sample": TEXT,
  seed: TEXT,
  shrink: FLAG,
} as const;

/** Undefined for options that do not exist or do not go together. */
export function parseArguments(argv: readonly string[]): ValidateArguments | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
    });
    const { check, verbose, help, live, settings, seed, shrink } = values;
    const count = values["mutate-sample"];
    const isMutation = values.mutate || count !== undefined;
    const isWrong =
      (settings !== undefined && !live) ||
      ((seed !== undefined || shrink) && !isMutation) ||
      (isMutation && (live || check)) ||
      (count !== undefined && !/^[1-9]\d{0,5}$/.test(count));
    if (isWrong) return undefined;
    const part = count === undefined ? undefined : { count: Number(count), seed: seed ?? "" };
    const mutate = isMutation ? { part, shrink } : undefined;
    return { check, verbose, help, live, settings, mutate, plugins: positionals };
  } catch {
    return undefined;
  }
}
