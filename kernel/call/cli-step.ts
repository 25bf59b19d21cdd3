import { ToolError } from "../../sdk/errors.ts";
import type { CliStep, CommandLine, RestStep } from "../../sdk/steps.ts";
import { type CliCommand, cliCommand, cliCommands, LOCAL_NODE } from "../../vendor/pve-docs/index.ts";
import type { Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import { cliArguments } from "../transports/cli/arguments.ts";
import { nearest } from "./suggest.ts";

/** A command as a call of the API method behind it. */
export interface ResolvedCli {
  readonly step: RestStep & { readonly id: string; readonly over: CommandLine };
  readonly endpoint: Endpoint;
  /** No API method is behind it: nothing is known of what it does. */
  readonly isFree: boolean;
}

/** Parameters by which Proxmox VE's tools are told how to print. */
const PRINTING = ["output-format", "human-readable", "noborder", "noheader", "quiet"];

/** Finds the API method behind a command. Throws ToolError where there is no such command or it cannot be run so. */
export function resolveCli(step: CliStep & { readonly id: string }, catalog: Catalog): ResolvedCli {
  const command = cliCommand(step.command);
  if (command === undefined) throw unknownCommand(step.command);
  if (command.plain || command.daemon) throw notServed(step.command);
  const printing = PRINTING.find((name) => step.params[name] !== undefined);
  if (printing !== undefined) throw wrong(`${printing} is chosen by the server`, "Leave it out.");
  const resolved =
    command.verb === undefined ? byTable(step, command, catalog) : byPath(step, command, catalog);
  const missing = command.required.filter(
    (name) =>
      step.params[name] === undefined && resolved.step.params[name] === undefined && name !== "api_path",
  );
  if (missing.length > 0) throw wrong(`${step.command} needs ${missing.join(", ")}`, "Add it to params.");
  // Whether its arguments can be given at all shows before anything is sent.
  cliArguments(resolved.step.over, resolved.step.params);
  return resolved;
}

function byTable(
  step: CliStep & { readonly id: string },
  command: CliCommand,
  catalog: Catalog,
): ResolvedCli {
  const over = { by: "cli", node: step.node, command: step.command } as const;
  const found = command.endpoint === undefined ? undefined : catalog.endpoint(command.endpoint);
  if (command.endpoint !== undefined && found === undefined) {
    throw wrong(
      `Proxmox VE ${catalog.release} has no ${command.endpoint}`,
      "Use another way to the same end.",
    );
  }
  const endpoint = found ?? freeEndpoint(command);
  const fixed = Object.entries(command.fixed).map(([name, value]) => [
    name,
    value === LOCAL_NODE ? step.node : value,
  ]);
  const params = {
    ...(endpoint.path.includes("{node}") ? { node: step.node } : {}),
    ...step.params,
    ...Object.fromEntries(fixed),
  };
  return { step: asRest(step, endpoint, params, over), endpoint, isFree: found === undefined };
}

/** What is known of a command without an API method, in the form of an endpoint. */
function freeEndpoint({ command, parameters = {}, args }: CliCommand): Endpoint {
  const byPosition = args.filter((name) => parameters[name] === undefined);
  return {
    path: "/nodes/{node}",
    method: "POST",
    name: command,
    parameters: {
      ...Object.fromEntries(byPosition.map((name) => [name, { type: "string", optional: true }])),
      ...parameters,
      node: { type: "string", format: "pve-node" },
    },
    additionalProperties: false,
  };
}

/** `pvesh` names its method and path itself. */
function byPath(step: CliStep & { readonly id: string }, command: CliCommand, catalog: Catalog): ResolvedCli {
  const { api_path: path, ...rest } = step.params;
  if (typeof path !== "string") throw wrong(`${step.command} needs api_path`, "Such as /nodes/pve1/qemu.");
  const match = catalog.match(command.verb ?? "GET", path);
  if (match === undefined) {
    throw wrong(`The API has no ${command.verb} on ${path}`, "Search with proxmox_api_describe.");
  }
  const { endpoint, pathParams } = match;
  const twice = Object.keys(pathParams).filter((name) => rest[name] !== undefined);
  if (twice.length > 0) throw wrong(`${twice.join(", ")} is in the path already`, "Leave it out of params.");
  const apiPath = { path, params: Object.keys(pathParams) };
  const over = { by: "cli", node: step.node, command: step.command, apiPath } as const;
  return { step: asRest(step, endpoint, { ...rest, ...pathParams }, over), endpoint, isFree: false };
}

function asRest(
  { id, settle, note }: CliStep & { readonly id: string },
  { path, method }: Endpoint,
  params: RestStep["params"],
  over: CommandLine,
): ResolvedCli["step"] {
  const options = { ...(settle === undefined ? {} : { settle }), ...(note === undefined ? {} : { note }) };
  return { id, via: "rest", method, path, params, over, ...options };
}

function unknownCommand(command: string): ToolError {
  const near = nearest(
    command,
    cliCommands().map((known) => known.command),
  );
  return new ToolError({
    code: "not_found",
    message: `Proxmox VE has no command ${JSON.stringify(command.slice(0, 80))}.`,
    next: `${near.length > 0 ? `Near ones: ${near.join(", ")}. ` : ""}Give all words up to the arguments, such as qm set.`,
  });
}

function notServed(command: string): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `${command} controls a service of the node or is no command of Proxmox VE's own tables. Nothing was changed.`,
    next: "Use the tools and endpoints for services and tasks.",
  });
}

function wrong(why: string, next: string): ToolError {
  return new ToolError({ code: "invalid_input", message: `${why}. Nothing was changed.`, next });
}
