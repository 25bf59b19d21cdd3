import { parseArgs } from "node:util";
import { LAB_RELEASES, type ReleaseName } from "../lab/release.ts";
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
  --pve RELEASE      run the lab as Proxmox VE 9.2 (default), 8.4 or 7.4; what
                     such a release cannot do is skipped by name
  --sample N         run only so many scenarios, and write no evidence
  --least-privilege  run each scenario of a changing tool with exactly the
                     privileges that its calls take, and each call without each
                     of them: that is refused, naming what is missing, or is
                     listed with its reason in the plugin's least-privilege.json
  --mutate           run each scenario with each fault that its tool could have:
                     a step left out, a parameter dropped or changed, a field of
                     the answer blank; what still passes must be listed in the
                     plugin's weak-scenarios.json, and nothing else may be
  --shrink           with --mutate: take off the list what is no longer weak
  --accept REASON    with --mutate: put on the list what still passes and why no
                     scenario can notice it. A list only shrinks: this is for
                     what is new, and for whoever reviews it
  --mutate-sample N, --least-privilege-sample N
                     only so many faults, or scenarios
  --seed S           any text, by which samples are chosen
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
  /** Release that the lab runs as; its own choice where left out. */
  readonly pve: ReleaseName | undefined;
  /** Only some of the scenarios, without evidence. */
  readonly sample: Part;
  readonly mutate: MutationChoice | undefined;
  readonly leastPrivilege: { readonly part: Part } | undefined;
}

/** So many, chosen by the seed; all where left out. */
type Part = { readonly count: number; readonly seed: string } | undefined;

const FLAG = { type: "boolean", default: false } as const;
const TEXT = { type: "string" } as const;

const OPTIONS = {
  check: FLAG,
  verbose: FLAG,
  help: FLAG,
  live: FLAG,
  settings: TEXT,
  pve: TEXT,
  "least-privilege": FLAG,
  "least-privilege-sample": TEXT,
  mutate: FLAG,
  "mutate-sample": TEXT,
  sample: TEXT,
  seed: TEXT,
  shrink: FLAG,
  accept: TEXT,
} as const;

/** Undefined for options that do not exist or do not go together. */
export function parseArguments(argv: readonly string[]): ValidateArguments | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
    });
    const { check, verbose, help, live, settings, seed, shrink, accept } = values;
    const [mutants, scenarios] = [values["mutate-sample"], values["least-privilege-sample"]];
    const isSample = values.sample !== undefined;
    const isMutation = values.mutate || mutants !== undefined;
    const isLeast = values["least-privilege"] || scenarios !== undefined;
    const pve = LAB_RELEASES.find((release) => release === values.pve);
    const isWrong =
      (settings !== undefined && !live) ||
      (values.pve !== undefined && (pve === undefined || live || isMutation || isLeast)) ||
      (seed !== undefined && !isMutation && !isLeast && !isSample) ||
      (isSample && (isMutation || isLeast || live || check)) ||
      ((shrink || accept !== undefined) && !isMutation) ||
      accept?.trim() === "" ||
      ((isMutation || isLeast) && (live || check)) ||
      (isMutation && isLeast) ||
      ![mutants, scenarios, values.sample].every(isCount);
    if (isWrong) return undefined;
    const part = (count: string | undefined): Part =>
      count === undefined ? undefined : { count: Number(count), seed: seed ?? "" };
    return {
      ...{ check, verbose, help, live, settings, pve, plugins: positionals },
      sample: part(values.sample),
      mutate: isMutation ? { part: part(mutants), shrink, accept } : undefined,
      leastPrivilege: isLeast ? { part: part(scenarios) } : undefined,
    };
  } catch {
    return undefined;
  }
}

function isCount(text: string | undefined): boolean {
  return text === undefined || /^[1-9]\d{0,5}$/.test(text);
}
