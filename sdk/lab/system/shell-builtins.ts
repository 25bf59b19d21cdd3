import type { Steps } from "./shell-expand.ts";
import { ScriptEnd, type Streams } from "./shell-io.ts";
import { SIGNALS } from "./signals.ts";
import type { GuestSystem } from "./system.ts";

/** The shell that a builtin works on. */
export interface ShellState {
  readonly parts: { readonly system: GuestSystem; readonly pid: number };
  readonly variables: Map<string, string>;
  /** `$1`, `$2`, … */
  words: readonly string[];
  /** Whether `>` leaves files alone that are there. */
  keepsFiles: boolean;
  mask: number;
  /** Exit code of what ran last. */
  readonly code: number;
  /** What is run at the end of the script. */
  atEnd: string | undefined;
  isProgram(name: string): boolean;
  execute(words: readonly string[], streams: Streams): Steps<number>;
}

type Builtin = (shell: ShellState, args: readonly string[], streams: Streams) => Steps<number>;

/** Commands of the shell itself. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [":", plain(() => 0)],
  ["cd", plain(() => 0)],
  ["wait", plain(() => 0)],
  [
    "exit",
    plain((shell, [code]) => {
      throw new ScriptEnd(code === undefined ? shell.code : Number(code) % 256 || 0);
    }),
  ],
  [
    "shift",
    plain((shell) => {
      shell.words = shell.words.slice(1);
      return 0;
    }),
  ],
  [
    "umask",
    plain((shell, [mask = "022"]) => {
      shell.mask = Number.parseInt(mask, 8);
      return 0;
    }),
  ],
  ["set", plain(set)],
  ["export", plain(assign)],
  ["trap", plain(trap)],
  ["exec", exec],
  ["command", command],
]);

function plain(work: (shell: ShellState, args: readonly string[]) => number): Builtin {
  // biome-ignore lint/correctness/useYield: it takes no time, as others do.
  return function* run(shell, args) {
    return work(shell, args);
  };
}

function set(shell: ShellState, args: readonly string[]): number {
  for (const [index, arg] of args.entries()) {
    if (!/^[-+]/.test(arg) || arg === "--") {
      shell.words = args.slice(arg === "--" ? index + 1 : index);
      break;
    }
    if (arg.includes("C")) shell.keepsFiles = arg.startsWith("-");
  }
  return 0;
}

function assign(shell: ShellState, args: readonly string[]): number {
  for (const arg of args) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(arg) ?? [];
    if (name !== undefined && value !== undefined) shell.variables.set(name, value);
  }
  return 0;
}

/** What is to be done at a signal is not: only deafness to one has an effect, and what is done at the end. */
function trap(shell: ShellState, [action, ...names]: readonly string[]): number {
  const { system, pid } = shell.parts;
  if (names.includes("EXIT")) shell.atEnd = action;
  if (action !== "") return 0;
  for (const name of names) system.processes.ignore(pid, SIGNALS[name] ?? Number(name));
  return 0;
}

function* exec(shell: ShellState, args: readonly string[], streams: Streams): Steps<number> {
  const [name] = args;
  if (name === undefined) return 0;
  if (!shell.isProgram(name)) {
    streams.err.write(`sh: 1: exec: ${name}: not found\n`);
    throw new ScriptEnd(127);
  }
  throw new ScriptEnd(yield* shell.execute(args, streams));
}

function* command(shell: ShellState, args: readonly string[], streams: Streams): Steps<number> {
  const [option, name = ""] = args;
  if (option !== "-v") return yield* shell.execute(args, streams);
  if (BUILTINS.has(name)) streams.out.write(`${name}\n`);
  else if (shell.isProgram(name)) streams.out.write(name.includes("/") ? `${name}\n` : `/usr/bin/${name}\n`);
  else return 127;
  return 0;
}
