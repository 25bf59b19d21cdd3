import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataFolder } from "./catalog.js";
import { isApiMethod } from "./match.js";
/** Stands in {@link CliCommand.fixed} for the name of the node that the command runs on. */
export const LOCAL_NODE = "<localnode>";
let loaded;
let origin = "";
function fixedOf({ fixed = {} }) {
  return Object.fromEntries(
    Object.entries(fixed).filter((entry) => typeof entry[1] === "string" || typeof entry[1] === "number"),
  );
}
function expand(command, stored) {
  const { args = [], required = [], rest, endpoint, parameters, options, verb } = stored;
  return {
    command,
    family: command.split(" ", 1)[0] ?? command,
    args,
    ...(rest === undefined ? {} : { rest }),
    fixed: fixedOf(stored),
    required,
    // Our own build step wrote these; a test holds every endpoint to the catalog.
    ...(endpoint === undefined ? {} : { endpoint: endpoint }),
    ...(parameters === undefined ? {} : { parameters: parameters }),
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
function aliasTarget(command, alias) {
  return command.replace(/ [^ ]+$/, ` ${alias}`);
}
function load() {
  if (loaded !== undefined) return loaded;
  // Our own build step wrote this file.
  const stored = JSON.parse(readFileSync(join(dataFolder(), "cli.json"), "utf8"));
  origin = stored.source;
  const made = new Map();
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
export function cliCommands() {
  return [...load().values()];
}
/** The command of these words, `"qm disk move"`; an alias has what it stands for. Undefined where there is none. */
export function cliCommand(command) {
  return load().get(command);
}
/** Where the facts were taken from. */
export function cliSource() {
  load();
  return origin;
}
