import { ToolError } from "../../../sdk/errors.ts";
import type { CommandLine } from "../../../sdk/steps.ts";
import { type CliCommand, cliCommand } from "../../../vendor/pve-docs/index.ts";

/** A parameter of all that follows `--`. */
const EXTRA = "extra-args";

/** The command of a step; planning has seen to it that there is one. */
export function commandOf({ command }: CommandLine): CliCommand {
  const found = cliCommand(command);
  if (found !== undefined) return found;
  throw new ToolError({
    code: "invalid_plan",
    message: `There is no command ${command}. Nothing was changed.`,
  });
}

/**
 * The arguments of a command, program first. `params` are those of the API method behind it; what the command sets
 * itself is left out. Throws ToolError `invalid_input` for what cannot be given by position.
 */
export function cliArguments(
  line: CommandLine,
  params: Readonly<Record<string, unknown>>,
): readonly string[] {
  const found = commandOf(line);
  const words = line.command.split(" ");
  if (found.verb !== undefined) return pvesh(words, line, params);
  const byPosition = found.rest === undefined ? found.args : [found.rest];
  const left = Object.entries(params).filter(
    ([name, value]) =>
      value !== undefined && !byPosition.includes(name) && !isFixed(found, line, name, value),
  );
  return [...words, ...positions(found, params), ...options(left), ...extra(found, params)];
}

/** `pvesh` takes the path, and what is not part of it as options. Its answer is asked for as JSON. */
function pvesh(
  words: readonly string[],
  { apiPath = { path: "/", params: [] } }: CommandLine,
  params: Readonly<Record<string, unknown>>,
): readonly string[] {
  const left = Object.entries(params).filter(
    ([name, value]) => value !== undefined && !apiPath.params.includes(name),
  );
  return [...words, apiPath.path, ...options(left), "--output-format=json"];
}

/** What the command sets itself, or knows because it runs there. */
function isFixed(found: CliCommand, { node }: CommandLine, name: string, value: unknown): boolean {
  return name in found.fixed || (name === "node" && value === node);
}

function positions(found: CliCommand, params: Readonly<Record<string, unknown>>): string[] {
  if (found.rest !== undefined) return list(params[found.rest]).map((value) => positional(found.rest, value));
  const names = found.args.filter((name) => name !== EXTRA);
  const given = names.map((name) => params[name]);
  const last = given.findLastIndex((value) => value !== undefined);
  return given.slice(0, last + 1).map((value, index) => {
    if (value === undefined) throw unfit(`${found.command} takes ${names[index]} before ${names[last]}`);
    return positional(names[index], value);
  });
}

/** Proxmox VE's tools would take a word with a leading dash for an option. */
function positional(name: string | undefined, value: unknown): string {
  const text = worded(value);
  if (text.startsWith("-")) throw unfit(`${name} cannot begin with a dash on the command line`);
  return text;
}

function options(left: readonly (readonly [string, unknown])[]): string[] {
  return left.flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((item) => `--${name}=${worded(item)}`) : [`--${name}=${worded(value)}`],
  );
}

function extra(found: CliCommand, params: Readonly<Record<string, unknown>>): string[] {
  const words = found.args.includes(EXTRA) ? list(params[EXTRA]) : [];
  return words.length === 0 ? [] : ["--", ...words.map(worded)];
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function worded(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

function unfit(why: string): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `${why}. Nothing was changed.`,
    next: "Give the parameters as the command takes them.",
  });
}
