import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataFolder } from "./catalog.ts";
import type { StoredCli, StoredCommand } from "./cli-facts.ts";
import { isApiMethod } from "./match.ts";
import type { ApiMethod, EndpointKey, ParamSchema } from "./types.ts";

/** Stands in {@link CliCommand.fixed} for the name of the node that the command runs on. */
export const LOCAL_NODE = "<localnode>";

/** One command of the tools on a node: `qm disk move`, `vzdump`. */
export interface CliCommand {
  /** All words up to the arguments. */
  readonly command: string;
  /** The program. */
  readonly family: string;
  /** Parameters given by position, in order; `extra-args` is all that follows `--`. */
  readonly args: readonly string[];
  /** The parameter that takes all positions as a list (`vzdump 100 101`). */
  readonly rest?: string;
  /** Parameters that the command sets itself; {@link LOCAL_NODE} stands for the node it runs on. */
  readonly fixed: Readonly<Record<string, string | number>>;
  /** Parameters that must be given, by position or as an option. */
  readonly required: readonly string[];
  /** The API method behind it, which its parameters are those of. */
  readonly endpoint?: EndpointKey;
  /** Parameters of a command without an API method. */
  readonly parameters?: Readonly<Record<string, ParamSchema>>;
  /** Names of the options of a program that is not made of API methods, without dashes. */
  readonly options?: readonly string[];
  /** In full words the command that this is another name of; everything else is then that command's. */
  readonly alias?: string;
  /** `pvesh`: the method it calls on the path that it is given. */
  readonly verb?: ApiMethod;
  /** No API method is behind it. */
  readonly private: boolean;
  /** Controls a service of the node. */
  readonly daemon: boolean;
  /** A program of its own, outside Proxmox's command tables. */
  readonly plain: boolean;
  /** The API method starts a task. */
  readonly task: boolean;
  /** The command ends when its task has ended; without it, it prints the UPID. */
  readonly waits: boolean;
}

let loaded: ReadonlyMap<string, CliCommand> | undefined;
let origin = "";

function fixedOf({ fixed = {} }: StoredCommand): CliCommand["fixed"] {
  return Object.fromEntries(
    Object.entries(fixed).filter(
      (entry): entry is [string, string | number] =>
        typeof entry[1] === "string" || typeof entry[1] === "number",
    ),
  );
}

function expand(command: string, stored: StoredCommand): CliCommand {
  const { args = [], required = [], rest, endpoint, parameters, options, verb } = stored;
  return {
    command,
    family: command.split(" ", 1)[0] ?? command,
    args,
    ...(rest === undefined ? {} : { rest }),
    fixed: fixedOf(stored),
    required,
    // Our own build step wrote these; a test holds every endpoint to the catalog.
    ...(endpoint === undefined ? {} : { endpoint: endpoint as EndpointKey }),
    ...(parameters === undefined
      ? {}
      : { parameters: parameters as unknown as Readonly<Record<string, ParamSchema>> }),
    ...(options === undefined ? {} : { options }),
    ...(verb !== undefined && isApiMethod(verb) ? { verb } : {}),
    private: stored.private === true,
    daemon: stored.daemon === true,
    plain: stored.plain === true,
    task: stored.task === true,
    waits: stored.waits === true,
  };
}

/** An alias takes the place of the last word. (pve-common, src/PVE/CLIHandler.pm, resolve_cmd) */
function aliasTarget(command: string, alias: string): string {
  return command.replace(/ [^ ]+$/, ` ${alias}`);
}

function load(): ReadonlyMap<string, CliCommand> {
  if (loaded !== undefined) return loaded;
  // Our own build step wrote this file.
  const stored: StoredCli = JSON.parse(readFileSync(join(dataFolder(), "cli.json"), "utf8"));
  origin = stored.source;
  const made = new Map<string, CliCommand>();
  for (const [command, own] of Object.entries(stored.commands)) {
    const alias = own.alias === undefined ? undefined : aliasTarget(command, own.alias);
    const target = alias === undefined ? own : stored.commands[alias];
    if (target === undefined) throw new Error(`${command} stands for ${alias}, which does not exist`);
    made.set(command, { ...expand(command, target), ...(alias === undefined ? {} : { alias }) });
  }
  loaded = made;
  return made;
}

/** All commands in order, aliases among them. */
export function cliCommands(): readonly CliCommand[] {
  return [...load().values()];
}

/** The command of these words, `"qm disk move"`; an alias has what it stands for. Undefined where there is none. */
export function cliCommand(command: string): CliCommand | undefined {
  return load().get(command);
}

/** Where the facts were taken from. */
export function cliSource(): string {
  load();
  return origin;
}
