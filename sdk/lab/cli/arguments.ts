import { type CliCommand, cliCommand, LOCAL_NODE } from "../../../vendor/pve-docs/index.ts";
import type { WireValue } from "../frame/params.ts";

/** A command line as a tool of Proxmox VE reads it. */
export interface ReadCommand {
  readonly command: CliCommand;
  readonly params: Map<string, WireValue>;
}

/** Finds the command that the first words name, and reads its arguments; undefined where there is none. */
export function readCommand(argv: readonly string[], node: string): ReadCommand | undefined {
  for (let words = argv.length; words > 0; words -= 1) {
    const command = cliCommand(argv.slice(0, words).join(" "));
    if (command === undefined) continue;
    return { command, params: paramsOf(command, argv.slice(words), node) };
  }
  return undefined;
}

function paramsOf(command: CliCommand, words: readonly string[], node: string): Map<string, WireValue> {
  const params = new Map<string, WireValue>();
  const positions: string[] = [];
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  for (let at = 0; at < own.length; at += 1) {
    const word = own[at] ?? "";
    const [, name, value] = /^--?([a-z][\w-]*)(?:=([\s\S]*))?$/i.exec(word) ?? [];
    if (name === undefined) positions.push(word);
    else if (value !== undefined) add(params, name, value);
    else {
      at += 1;
      add(params, name, own[at] ?? "1");
    }
  }
  if (command.rest !== undefined) params.set(command.rest, positions.join(","));
  else for (const [index, word] of positions.entries()) params.set(command.args[index] ?? "", word);
  if (end >= 0) params.set("extra-args", words.slice(end + 1));
  for (const [name, value] of Object.entries(command.fixed)) {
    params.set(name, value === LOCAL_NODE ? node : value);
  }
  return params;
}

/** An option that is given again adds to a list. */
function add(params: Map<string, WireValue>, name: string, value: string): void {
  const before = params.get(name);
  if (before === undefined) params.set(name, value);
  else params.set(name, Array.isArray(before) ? [...before, value] : [before, value]);
}
