import type { Grant } from "../../sdk/plugin.ts";
import { isWithin, lowestRisk, RISKS, type Risk } from "../../sdk/risk.ts";
import { type DefinedTool, useName } from "../../sdk/tool.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { COMMON_INPUT_NAMES } from "../call/common-inputs.ts";
import { type DetourUse, detourUse } from "./detour-uses.ts";

/** What a plugin may do, as far as checking its tools needs it. */
export interface ToolRules {
  readonly origin: "builtin" | "private";
  /** First word of its tools' names. */
  readonly prefix: string;
  readonly grants: readonly Grant[];
  /** Names that the kernel's own tools have. */
  readonly reserved: readonly string[];
}

/** The use that allows every endpoint; for built-in escape hatches alone. */
export const ANY_USE = "any";

const NAME = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/;
const LONGEST_NAME = 64;

/** Everything that is wrong with a plugin's tools, each fault naming its tool. Empty when all is well. */
export function toolFaults(tools: readonly DefinedTool[], rules: ToolRules, catalog: Catalog): string[] {
  const names = tools.map(({ name }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...(tools.length === 0 ? ["it offers no tool"] : []),
    ...[...twice].map((name) => `it offers ${name} twice`),
    ...tools.flatMap((tool) => faultsOf(tool, rules, catalog).map((fault) => `${shownName(tool)}: ${fault}`)),
  ];
}

function shownName(tool: DefinedTool): string {
  return typeof tool.name === "string" && tool.name !== "" ? tool.name : "a tool without a name";
}

function faultsOf(tool: DefinedTool, rules: ToolRules, catalog: Catalog): string[] {
  const shape = shapeFaults(tool);
  // The other checks read these fields and would only repeat that they are missing.
  if (shape.length > 0) return shape;
  return [...nameFaults(tool.name, rules), ...inputFaults(tool.input), ...useFaults(tool, rules, catalog)];
}

/** A plugin may be plain JavaScript, so nothing about a tool's fields is certain. */
function shapeFaults(tool: DefinedTool): string[] {
  const faults: string[] = [];
  for (const key of ["name", "title", "describe"] as const)
    if (typeof tool[key] !== "string" || tool[key].trim() === "") faults.push(`"${key}" must be a text`);
  if (!RISKS.includes(tool.risk)) faults.push(`"risk" must be one of ${RISKS.join(", ")}`);
  if (!Array.isArray(tool.uses) || !tool.uses.every(isUse)) faults.push(`"uses" must be a list of endpoints`);
  if (typeof tool.input !== "object" || tool.input === null) faults.push(`"input" must be a schema`);
  if (typeof tool.read === "function" && (typeof tool.result !== "object" || tool.result === null))
    faults.push(`a tool with "read" must have a "result", the schema of its answer's data`);
  if ((typeof tool.read === "function") === (typeof tool.plan === "function"))
    faults.push(`it must have either "read" or "plan"`);
  if (tool.handOver !== undefined && (typeof tool.handOver !== "function" || tool.plan === undefined))
    faults.push(`"handOver" must be a function, of a tool with "plan"`);
  if (typeof tool.read === "function" && tool.risk !== "read")
    faults.push(`a tool with "read" has the risk "read", not "${tool.risk}"`);
  return faults;
}

function isUse(use: unknown): boolean {
  if (typeof use === "string") return true;
  return typeof use === "object" && use !== null && "use" in use && typeof use.use === "string";
}

function nameFaults(name: string, { prefix, reserved }: ToolRules): string[] {
  const faults: string[] = [];
  if (!NAME.test(name) || name.length > LONGEST_NAME)
    faults.push(`a name is lower-case words joined by underscores, at most ${LONGEST_NAME} characters`);
  if (!name.startsWith(`${prefix}_`)) faults.push(`its name must begin with "${prefix}_"`);
  if (reserved.includes(name)) faults.push("this name belongs to a tool of the server itself");
  return faults;
}

function inputFaults(input: unknown): string[] {
  const schema = input as { type?: unknown; properties?: unknown };
  if (schema.type !== "object") return [`"input" must be an object schema`];
  const properties = schema.properties ?? {};
  if (typeof properties !== "object") return [`"input" must have an object of properties`];
  return COMMON_INPUT_NAMES.filter((name) => name in properties).map(
    (name) => `the input "${name}" is added by the server; choose another name`,
  );
}

function useFaults(tool: DefinedTool, rules: ToolRules, catalog: Catalog): string[] {
  const faults = tool.uses.map(useName).flatMap((use) => {
    if (use === ANY_USE) return anyFaults(rules);
    const detour = detourUse(use, catalog);
    if (detour !== undefined) return detourFaults(tool, use, detour, rules.grants);
    const endpoint = catalog.endpoint(use);
    if (endpoint === undefined) return [`uses ${use}, which Proxmox VE ${catalog.release} does not have`];
    return endpointFaults(tool, use, catalog.risk(endpoint), rules.grants);
  });
  const acts = tool.uses.some((use) => useName(use) === ANY_USE) || changingRisks(tool, catalog).length > 0;
  if (tool.plan !== undefined && !acts)
    faults.push(`it plans changes, but nothing in "uses" changes anything`);
  return faults;
}

function anyFaults({ origin, grants }: ToolRules): string[] {
  if (origin === "private") return [`the use "${ANY_USE}" is for built-in plugins; name the endpoints`];
  return missingGrants(["rest:read", "rest:write"], grants, `the use "${ANY_USE}"`);
}

function endpointFaults(tool: DefinedTool, use: string, risk: Risk, grants: readonly Grant[]): string[] {
  if (tool.read !== undefined && risk !== "read")
    return [`uses ${use}, which is no read; a change needs "plan"`];
  const faults = missingGrants([risk === "read" ? "rest:read" : "rest:write"], grants, use);
  if (!isWithin(risk, tool.risk))
    faults.push(`uses ${use}, whose risk is ${risk}, above its own risk ${tool.risk}`);
  return faults;
}

/** A command that may change something is no read; what a detour of a change tool may do is bounded by its risk. */
function detourFaults(
  tool: DefinedTool,
  use: string,
  { grant, risk, reads }: DetourUse,
  grants: readonly Grant[],
): string[] {
  if (tool.read !== undefined && risk !== "read" && reads !== true)
    return [`uses ${use}, which is no read; a change needs "plan"`];
  const faults = missingGrants([grant], grants, use);
  if (tool.read === undefined && !isWithin(risk, tool.risk))
    faults.push(`uses ${use}, whose risk is ${risk}, above its own risk ${tool.risk}`);
  return faults;
}

function missingGrants(needed: readonly Grant[], grants: readonly Grant[], use: string): string[] {
  return needed
    .filter((grant) => !grants.includes(grant))
    .map((grant) => `${use} takes the grant "${grant}"`);
}

/** The least risks of those uses that change something. */
function changingRisks(tool: DefinedTool, catalog: Catalog): Risk[] {
  if (tool.read !== undefined) return [];
  return tool.uses.flatMap((use) => {
    const endpoint = catalog.endpoint(useName(use));
    const risk = endpoint === undefined ? detourUse(useName(use), catalog)?.risk : catalog.risk(endpoint);
    return risk === undefined || risk === "read" ? [] : [risk];
  });
}

/** The lowest risk that a call of the tool can have: it decides at which access the tool is shown. */
export function lowestRiskOf(tool: DefinedTool, catalog: Catalog): Risk {
  if (tool.uses.some((use) => useName(use) === ANY_USE)) return "read";
  return lowestRisk(changingRisks(tool, catalog));
}
