import { type GuestSystem, PROGRAMS, type ProgramOutput } from "./programs.ts";
import { type Command, parseScript } from "./script.ts";

/** What became of a process that the guest agent started. */
export interface ProcessResult {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  readonly signal?: number;
  /** Milliseconds that it runs. */
  readonly ms: number;
}

/** Name of a program, undefined where the guest has no such file. */
function programOf(path: string): string | undefined {
  const match = /^(?:\/(?:usr\/)?s?bin\/)?([^/]+)$/.exec(path);
  const name = match?.[1];
  if (name === undefined || name === "exit") return undefined;
  return Object.hasOwn(PROGRAMS, name) || isShell(name) ? name : undefined;
}

function isShell(name: string): boolean {
  return name === "sh" || name === "bash" || name === "dash";
}

/** Runs a command the way the agent does, without a shell; undefined where there is no such program. */
export function runProcess(
  system: GuestSystem,
  pid: number,
  [path = "", ...args]: readonly string[],
  stdin: string,
): ProcessResult | undefined {
  const name = programOf(path);
  if (name === undefined) return undefined;
  if (!isShell(name)) return result(PROGRAMS[name]?.({ args, stdin, system, pid }) ?? {});
  const script = args[0] === "-c" || args[0] === "-lc" ? (args[1] ?? "") : stdin;
  return runScript(system, pid, script, stdin);
}

function result(output: ProgramOutput): ProcessResult {
  return {
    out: output.out ?? "",
    err: output.err ?? "",
    code: output.code ?? 0,
    ms: output.ms ?? 0,
    ...(output.signal === undefined ? {} : { signal: output.signal }),
  };
}

function runScript(system: GuestSystem, pid: number, script: string, stdin: string): ProcessResult {
  const variables: Readonly<Record<string, string>> = { $: String(pid), HOME: "/root", USER: "root" };
  const pipelines = parseScript(script, (name) => variables[name] ?? "");
  const total = { out: "", err: "", code: 0, ms: 0 };
  for (const { when, commands } of pipelines) {
    if (when === "ok" && total.code !== 0) continue;
    if (when === "failed" && total.code === 0) continue;
    let input = stdin;
    for (const [index, command] of commands.entries()) {
      const ended = runCommand(system, pid, command, input);
      total.err += ended.err;
      total.code = ended.code ?? 0;
      total.ms += ended.ms ?? 0;
      if (index < commands.length - 1) input = ended.out;
      else total.out += ended.out;
      if (ended.signal !== undefined) return { ...total, signal: ended.signal };
      if (ended.exits === true) return total;
    }
  }
  return total;
}

type Ended = ProgramOutput & { readonly out: string; readonly err: string };

function runCommand(system: GuestSystem, pid: number, command: Command, stdin: string): Ended {
  const [path = "true", ...args] = command.words;
  const name = path === "exit" ? path : programOf(path);
  const source = command.redirects.find((redirect) => redirect.fd === 0);
  const input = source === undefined ? stdin : (system.files.get(source.to) ?? "");
  const ended =
    name === undefined
      ? { err: `sh: 1: ${path}: not found\n`, code: 127 }
      : isShell(name)
        ? runProcess(system, pid, command.words, input)
        : PROGRAMS[name]?.({ args, stdin: input, system, pid });
  return redirected(system, command, { ...ended, out: ended?.out ?? "", err: ended?.err ?? "" });
}

function redirected(system: GuestSystem, command: Command, ended: Ended): Ended {
  let { out, err } = ended;
  for (const { fd, to, append } of command.redirects) {
    if (fd === 0) continue;
    const text = fd === 1 ? out : err;
    if (fd === 1) out = "";
    else err = "";
    if (to === "&2") err += text;
    else if (to === "&1") out += text;
    else if (to !== "/dev/null") system.files.set(to, append ? (system.files.get(to) ?? "") + text : text);
  }
  return { ...ended, out, err };
}
