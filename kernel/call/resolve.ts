import { ToolError } from "../../sdk/errors.ts";
import type { HostedTool, KernelTool } from "../host/types.ts";
import type { Settings } from "../settings/types.ts";
import type { ClusterAccess, Clusters } from "../tokens.ts";
import { type CommonInputs, defaultOf, splitCommonInputs } from "./common-inputs.ts";
import { acceptsInteger, describeSchema } from "./describe-schema.ts";
import { describeFaults, type InputFault, UNKNOWN_ARGUMENT } from "./input-faults.ts";
import {
  asSchema,
  isPlainObject,
  type JsonSchema,
  propertiesOf,
  propertyNames,
  requiredOf,
} from "./json-schema.ts";
import type { SchemaChecks } from "./schema-checks.ts";
import { nearest } from "./suggest.ts";

/** Inputs that name a guest: models often give these integers as text. */
const GUEST_REFS: ReadonlySet<string> = new Set(["vmid", "newid", "guest"]);

/** A plugin's tool with everything its call needs. */
export interface ResolvedCall {
  readonly hosted: HostedTool;
  readonly cluster: ClusterAccess;
  /** The tool's own inputs, validated and with defaults filled in. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly common: CommonInputs;
}

/** What resolving needs. */
export interface ResolveParts {
  readonly settings: Settings;
  readonly clusters: Clusters;
  readonly checks: SchemaChecks;
}

/** The error for a name that no tool has. */
export function unknownTool(name: string, known: readonly string[]): ToolError {
  const near = nearest(name, known);
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return new ToolError({
    code: "not_found",
    message: `There is no tool ${JSON.stringify(shown)}.`,
    next:
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : "List the tools, or call proxmox_capabilities for the hidden ones.",
    ...(near.length > 0 ? { details: { nearest: near } } : {}),
  });
}

/** Refuses a hidden tool, answering why it is hidden and what would show it. */
export function refuseHidden(hosted: HostedTool): void {
  if (!hosted.hidden) return;
  throw new ToolError({
    code: "denied",
    message: `${hosted.tool.name} is not available here: ${hosted.hidden.why}.`.replace(/\.\.$/, "."),
    next: hosted.hidden.show,
  });
}

/** Validates the arguments of a plugin's tool, finds the cluster and fills in defaults. */
export async function resolve(hosted: HostedTool, args: unknown, parts: ResolveParts): Promise<ResolvedCall> {
  const own = ownInputs(hosted);
  const given = await validated(hosted.tool.name, hosted.inputSchema, args, parts.checks);
  const cluster = parts.clusters.get(typeof given.cluster === "string" ? given.cluster : undefined);
  const { own: input, common } =
    hosted.tool.plan === undefined
      ? splitRead(given)
      : splitCommonInputs(given, parts.settings.limits.taskTimeoutMs);
  const filled = fillDefaults(own, input, cluster.name, parts.settings);
  const missing = own.required.filter((field) => filled[field] === undefined);
  if (missing.length > 0) {
    const faults = missing.map((field) => ({
      field,
      message: `is missing; expects ${describeSchema(asSchema(own.properties[field]))}`,
    }));
    throw invalidInput(hosted.tool.name, faults, hosted.inputSchema);
  }
  return { hosted, cluster, input: filled, common };
}

/** Validates the arguments of a kernel tool. */
export function resolveKernelTool(
  tool: KernelTool,
  args: unknown,
  checks: SchemaChecks,
): Promise<Readonly<Record<string, unknown>>> {
  return validated(tool.name, tool.inputSchema, args, checks);
}

async function validated(
  tool: string,
  schema: JsonSchema,
  args: unknown,
  checks: SchemaChecks,
): Promise<Readonly<Record<string, unknown>>> {
  const given = withIntegerRefs(args ?? {}, schema);
  const faults = await checks.faults(schema, given);
  if (faults.length > 0 || !isPlainObject(given)) throw invalidInput(tool, faults, schema);
  return given;
}

function invalidInput(tool: string, faults: readonly InputFault[], schema: JsonSchema): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `${tool} cannot take these arguments. ${describeFaults(faults)}.`,
    next: `Correct them and call again.${expectedNames(tool, faults, schema)}`,
    details: { faults },
  });
}

/** The arguments there are, told where one was given that is not among them. */
function expectedNames(tool: string, faults: readonly InputFault[], schema: JsonSchema): string {
  if (!faults.some(({ message }) => message.startsWith(UNKNOWN_ARGUMENT))) return "";
  const names = propertyNames(schema);
  return names.length > 0 ? ` ${tool} takes: ${names.join(", ")}.` : ` ${tool} takes no arguments.`;
}

/** A copy in which references to guests given as digits are integers; the same object where none are. */
function withIntegerRefs(args: unknown, schema: JsonSchema): unknown {
  if (!isPlainObject(args)) return args;
  let copy: Record<string, unknown> | undefined;
  for (const name of GUEST_REFS) {
    const value = args[name];
    if (typeof value !== "string" || !/^\d{1,9}$/.test(value)) continue;
    if (!acceptsInteger(asSchema(asSchema(schema.properties)[name]))) continue;
    copy ??= { ...args };
    copy[name] = Number(value);
  }
  return copy ?? args;
}

interface OwnInputs {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  /** Properties with a default of their own or one from the settings. */
  readonly defaulted: readonly string[];
}

const known = new WeakMap<HostedTool, OwnInputs>();

/** What the tool's author declared, looked through once a tool. */
function ownInputs(hosted: HostedTool): OwnInputs {
  const cached = known.get(hosted);
  if (cached) return cached;
  const schema = asSchema(hosted.tool.input);
  const properties = propertiesOf(schema);
  const names = Object.keys(properties);
  const own = {
    properties,
    required: requiredOf(schema),
    defaulted: names.filter((name) => "default" in asSchema(properties[name]) || hasMark(properties[name])),
  };
  known.set(hosted, own);
  return own;
}

function hasMark(property: JsonSchema | undefined): boolean {
  return typeof property?.["x-default"] === "string";
}

function fillDefaults(
  own: OwnInputs,
  input: Readonly<Record<string, unknown>>,
  clusterName: string,
  settings: Settings,
): Readonly<Record<string, unknown>> {
  if (own.defaulted.every((name) => input[name] !== undefined)) return input;
  const defaults = settings.clusters.find(({ name }) => name === clusterName)?.defaults;
  const filled: Record<string, unknown> = { ...input };
  for (const name of own.defaulted) {
    if (filled[name] !== undefined) continue;
    const property = asSchema(own.properties[name]);
    const value = (defaults && defaultOf(property, defaults)) ?? property.default;
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}

/** A read has no common inputs but the cluster. */
function splitRead(given: Readonly<Record<string, unknown>>): {
  own: Readonly<Record<string, unknown>>;
  common: CommonInputs;
} {
  if (!("cluster" in given)) return { own: given, common: READ_COMMON };
  const { cluster: _cluster, ...own } = given;
  return { own, common: READ_COMMON };
}

const READ_COMMON: CommonInputs = {
  dryRun: false,
  snapshotFirst: false,
  wait: { mode: "wait", timeoutMs: 0, pollIntervalMs: 0 },
};
