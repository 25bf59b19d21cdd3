import { PROGRAMS } from "./programs.ts";
import { Shell } from "./shell.ts";
import type { Steps } from "./shell-expand.ts";
import { Collected, ScriptEnd } from "./shell-io.ts";
import type { GuestSystem, ProgramOutput } from "./system.ts";

/** What a process runs in. */
export interface Place {
  readonly system: GuestSystem;
  readonly pid: number;
  readonly variables: ReadonlyMap<string, string>;
}

const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "dash"]);

/** Programs that become another one. */
const STARTERS: ReadonlySet<string> = new Set(["setsid", "env", "nice", "nohup"]);

/** Name of a program, undefined where the guest has no such file. */
export function programOf(path: string): string | undefined {
  const name = /^(?:\/(?:usr\/)?s?bin\/)?([^/]+)$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  return PROGRAMS.has(name) || SHELLS.has(name) || STARTERS.has(name) ? name : undefined;
}

/** Runs a program that is there, the way the agent does, without a shell. */
export function* runProgram(
  place: Place,
  [path = "", ...args]: readonly string[],
  stdin: string,
): Steps<ProgramOutput> {
  const name = programOf(path) ?? "";
  if (SHELLS.has(name)) return yield* runShell(place, args, stdin);
  if (STARTERS.has(name)) return yield* become(place, name, args, stdin);
  const ended = PROGRAMS.get(name)?.({ args, stdin, system: place.system, pid: place.pid }) ?? { code: 127 };
  if (ended.ms !== undefined) yield ended.ms;
  return ended;
}

function* become(place: Place, name: string, args: readonly string[], stdin: string): Steps<ProgramOutput> {
  if (name === "setsid") place.system.processes.lead(place.pid);
  const at = args.findIndex((arg) => !arg.startsWith("-") && !/^\w+=/.test(arg));
  const words = at < 0 ? [] : args.slice(at);
  const [path] = words;
  if (path === undefined || programOf(path) === undefined)
    return { err: `${name}: failed to execute ${path}: No such file or directory\n`, code: 127 };
  const set = args.slice(0, at).flatMap((arg): [string, string][] => {
    const [, variable, value] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    return variable === undefined || value === undefined ? [] : [[variable, value]];
  });
  return yield* runProgram({ ...place, variables: new Map([...place.variables, ...set]) }, words, stdin);
}

function* runShell(place: Place, args: readonly string[], stdin: string): Steps<ProgramOutput> {
  const at = args.findIndex((arg) => /^-\w*c\w*$/.test(arg));
  const file = at < 0 ? args.find((arg) => !arg.startsWith("-")) : undefined;
  const script = at >= 0 ? (args[at + 1] ?? "") : (place.system.files.get(file ?? "") ?? stdin);
  const shell = new Shell({
    ...place,
    variables: new Map([...place.variables, ["0", args[at + 2] ?? "sh"]]),
    arguments: at >= 0 ? args.slice(at + 3) : [],
    isProgram: (path) => programOf(path) !== undefined,
    program: (words, input) => runProgram(place, words, input),
  });
  const out = new Collected();
  const err = new Collected();
  const ended: { code?: number; signal?: number } = {};
  try {
    ended.code = yield* shell.run(script, { stdin, out, err });
  } catch (error) {
    if (!(error instanceof ScriptEnd) || error.signal === undefined) throw error;
    ended.signal = error.signal;
  }
  return { out: out.text, err: err.text, ...ended };
}
