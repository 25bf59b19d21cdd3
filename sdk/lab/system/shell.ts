import { BUILTINS, type ShellState } from "./shell-builtins.ts";
import { expandText, expandWord, type Scope, type Steps } from "./shell-expand.ts";
import { Collected, openInput, openOutput, RedirectFault, ScriptEnd, type Streams } from "./shell-io.ts";
import { type Part, SyntaxFault } from "./shell-lex.ts";
import { type Command, type List, type Pipeline, parseScript, type Redirect } from "./shell-parse.ts";
import type { GuestSystem, ProgramOutput } from "./system.ts";

/** What a {@link Shell} runs in. */
export interface ShellParts {
  readonly system: GuestSystem;
  readonly pid: number;
  readonly arguments: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
  readonly isProgram: (path: string) => boolean;
  /** Runs a program that is there. */
  readonly program: (words: readonly string[], stdin: string) => Steps<ProgramOutput>;
}

/** A POSIX shell as far as a simulated guest has one. */
export class Shell implements Scope, ShellState {
  readonly parts: ShellParts;
  readonly variables: Map<string, string>;
  words: readonly string[];
  keepsFiles = false;
  mask = 0o022;
  code = 0;
  atEnd: string | undefined;
  /** Exit code of the last command whose output became part of a word. */
  #substituted = 0;

  constructor(parts: ShellParts) {
    this.parts = parts;
    this.words = parts.arguments;
    this.variables = new Map(parts.variables);
  }

  value(name: string): string | undefined {
    if (name === "$") return String(this.parts.pid);
    if (name === "?") return String(this.code);
    if (name === "#") return String(this.words.length);
    return /^[1-9]$/.test(name) ? this.words[Number(name) - 1] : this.variables.get(name);
  }

  arguments(): readonly string[] {
    return this.words;
  }

  isProgram(name: string): boolean {
    return this.parts.isProgram(name);
  }

  *output(script: string): Steps<string> {
    const out = new Collected();
    const inner = this.#apart();
    this.#substituted = yield* inner.run(script, { stdin: "", out, err: new Collected() });
    return out.text.replace(/\n+$/, "");
  }

  /** A shell with a state of its own, the same as this one's now. */
  #apart(): Shell {
    const shell = new Shell({ ...this.parts, arguments: this.words, variables: this.variables });
    shell.keepsFiles = this.keepsFiles;
    shell.mask = this.mask;
    shell.code = this.code;
    return shell;
  }

  /** Runs a list whose `exit` ends it alone. */
  *#alone(list: List, streams: Streams): Steps<number> {
    try {
      return yield* this.#list(list, streams);
    } catch (error) {
      if (error instanceof ScriptEnd && error.signal === undefined) return error.code;
      throw error;
    }
  }

  /** Runs a script to its end, `exit` included; its exit code. A signal is thrown on. */
  *run(script: string, streams: Streams): Steps<number> {
    const code = yield* this.#through(script, streams);
    const { atEnd } = this;
    this.atEnd = undefined;
    if (atEnd !== undefined) yield* this.#through(atEnd, streams);
    return code;
  }

  *#through(script: string, streams: Streams): Steps<number> {
    try {
      return yield* this.#list(parseScript(script), streams);
    } catch (error) {
      if (error instanceof SyntaxFault) {
        streams.err.write(`sh: 1: Syntax error: ${error.message}\n`);
        return 2;
      }
      if (error instanceof ScriptEnd && error.signal === undefined) return error.code;
      throw error;
    }
  }

  *#list(list: List, streams: Streams): Steps<number> {
    for (const pipeline of list) {
      if (pipeline.when === "ok" && this.code !== 0) continue;
      if (pipeline.when === "failed" && this.code === 0) continue;
      const code = yield* this.#pipeline(pipeline, streams);
      this.code = pipeline.inverted ? Number(code === 0) : code;
    }
    return this.code;
  }

  *#pipeline({ commands }: Pipeline, streams: Streams): Steps<number> {
    const [first] = commands;
    if (commands.length === 1 && first !== undefined) return yield* this.#command(first, streams);
    let { stdin } = streams;
    let code = 0;
    for (const [index, command] of commands.entries()) {
      const out = new Collected();
      const isLast = index === commands.length - 1;
      code = yield* this.#apart().#alone(alone(command), {
        stdin,
        out: isLast ? streams.out : out,
        err: streams.err,
      });
      stdin = out.text;
    }
    return code;
  }

  *#command(command: Command, streams: Streams): Steps<number> {
    try {
      const redirected = yield* this.#redirected(command.redirects, streams);
      if (command.kind === "simple") return yield* this.#simple(command.words, redirected);
      if (command.kind === "subshell") return yield* this.#apart().#alone(command.list, redirected);
      if (command.kind !== "if") return yield* this.#list(command.list, redirected);
      const passed = (yield* this.#list(command.test, redirected)) === 0;
      this.code = 0;
      return yield* this.#list(passed ? command.then : command.otherwise, redirected);
    } catch (error) {
      if (!(error instanceof RedirectFault)) throw error;
      streams.err.write(`sh: 1: ${error.message}\n`);
      return 2;
    }
  }

  *#redirected(redirects: readonly Redirect[], streams: Streams): Steps<Streams> {
    let now = streams;
    const { files } = this.parts.system;
    for (const { fd, to, append } of redirects) {
      if ("fd" in to) {
        const sink = to.fd === 1 ? now.out : now.err;
        now = fd === 1 ? { ...now, out: sink } : { ...now, err: sink };
        continue;
      }
      const path = yield* expandText(to, this);
      if (fd === 0) now = { ...now, stdin: openInput(files, path) };
      else {
        const mode = 0o666 & ~this.mask;
        const sink = openOutput(files, path, { append, keeps: this.keepsFiles, mode });
        now = fd === 1 ? { ...now, out: sink } : { ...now, err: sink };
      }
    }
    return now;
  }

  *#simple(words: readonly (readonly Part[])[], streams: Streams): Steps<number> {
    let at = 0;
    this.#substituted = 0;
    for (const word of words) {
      const assignment = assignmentIn(word);
      if (assignment === undefined) break;
      this.variables.set(assignment.name, yield* expandText(assignment.value, this));
      at += 1;
    }
    if (at === words.length && at > 0) return this.#substituted;
    const expanded: string[] = [];
    for (const word of words.slice(at)) expanded.push(...(yield* expandWord(word, this)));
    return expanded.length === 0 ? 0 : yield* this.execute(expanded, streams);
  }

  /** Runs a builtin or a program. */
  *execute(words: readonly string[], streams: Streams): Steps<number> {
    const [name = "", ...args] = words;
    const builtin = BUILTINS.get(name);
    if (builtin !== undefined) return yield* builtin(this, args, streams);
    if (!this.isProgram(name)) {
      streams.err.write(`sh: 1: ${name}: not found\n`);
      return 127;
    }
    const { out = "", err = "", code = 0, signal } = yield* this.parts.program(words, streams.stdin);
    streams.out.write(out);
    streams.err.write(err);
    if (signal !== undefined) throw new ScriptEnd(128 + signal, signal);
    return code;
  }
}

function assignmentIn(word: readonly Part[]): { name: string; value: readonly Part[] } | undefined {
  const [first, ...others] = word;
  if (first?.kind !== "text" || first.quoted) return undefined;
  const [, name, text = ""] = /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text) ?? [];
  return name === undefined ? undefined : { name, value: [{ ...first, text }, ...others] };
}

function alone(command: Command): List {
  return [{ when: "always", inverted: false, commands: [command] }];
}
