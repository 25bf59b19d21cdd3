import { ToolError } from "../../sdk/errors.ts";
import type { PveReader } from "../../sdk/reader.ts";
import { highestRisk, isWithin, type Risk } from "../../sdk/risk.ts";
import type { Detour, PlannedStep, RestStep } from "../../sdk/steps.ts";
import type { Catalog, Endpoint, EndpointPrivileges } from "../../vendor/pve-docs/types.ts";
import type { HostedTool } from "../host/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterAccess } from "../tokens.ts";
import { resolveCli } from "./cli-step.ts";
import { ConfigFiles, configReader, placeholders } from "./config-files.ts";
import { configDiff } from "./diff.ts";
import { missingEndpoint } from "./endpoints.ts";
import { accountOf, resolveInside } from "./inside-step.ts";
import { declaresUse } from "./reader.ts";
import { resolveSnippet } from "./snippet-step.ts";
import { checkParameters } from "./step-parameters.ts";
import { knownParams, refNames } from "./step-refs.ts";
import { checkStepShapes, type NamedStep, stepKey } from "./step-shapes.ts";
import { nameTargets, touchesGuests } from "./targets.ts";
import type { Plan, PlanStep } from "./types.ts";

/** What planning needs of the call. */
export interface PlanParts {
  readonly hosted: HostedTool;
  readonly cluster: ClusterAccess;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reader: PveReader;
  readonly subject: string;
  /** True where we are signed in as root@pam with its password, from whom Proxmox VE accepts everything. */
  readonly isRootLogin: boolean;
  /** The account that SSH signs in as; undefined where SSH is not set up. */
  readonly sshLogin: string | undefined;
  readonly redactor: Redactor;
}

/** Asks the tool for its steps, and checks each against the API of the connected version. */
export async function makePlan(parts: PlanParts): Promise<Plan> {
  const { hosted, cluster, reader } = parts;
  // The input was validated against the tool's own schema when it was resolved.
  const steps = checkStepShapes(hosted.tool, await hosted.tool.plan?.(parts.input as never, reader));
  // Until the version is known the catalog is the newest one, which is good enough for reads alone.
  if (cluster.knownVersion() === undefined) await reader.version();
  const catalog = await cluster.catalog();
  const checked: PlanStep[] = [];
  for (const step of steps) checked.push(await checkStep(step, catalog, parts));
  const planned = await withConfigs(checked, catalog, parts);
  const inventory = touchesGuests(planned) ? await reader.inventory() : undefined;
  return {
    tool: hosted.tool.name,
    cluster: cluster.name,
    subject: parts.subject,
    risk: highestRisk(planned.map(({ risk }) => risk)),
    steps: planned,
    ...nameTargets(planned, inventory?.guests ?? []),
  };
}

async function checkStep(named: NamedStep, catalog: Catalog, parts: PlanParts): Promise<PlanStep> {
  const { hosted } = parts;
  const { step, endpoint, ownRisk, privileges } = await resolveStep(named, catalog, parts);
  const key = stepKey(step);
  if (!declaresUse(hosted, key)) throw outsideUses(hosted, key);
  // On the node itself we are root.
  if (step.over === undefined && !parts.isRootLogin) refuseRootOnly(catalog, endpoint, step);
  const risk = ownRisk ?? stepRisk(catalog, endpoint, step);
  if (!isWithin(risk, hosted.tool.risk)) throw aboveRisk(hosted, key, risk);
  if (step.over === undefined || step.over.by === "cli") {
    checkParameters({ step, endpoint, catalog, input: parts.input, tool: hosted.tool.name });
  }
  const planned: PlannedStep = { ...step, risk };
  return { step: planned, endpoint, shownPath: shownPath(step), risk, privileges };
}

/** A step as the API call that it is, or that stands closest to it. */
interface ResolvedStep {
  readonly step: RestStep & { readonly id: string; readonly over?: Detour };
  readonly endpoint: Endpoint;
  /** The risk of what has no endpoint of its own: `escape` where nobody can tell what it does. */
  readonly ownRisk?: Risk;
  readonly privileges: EndpointPrivileges;
}

async function resolveStep(
  named: NamedStep,
  catalog: Catalog,
  { hosted, sshLogin, cluster, reader }: PlanParts,
): Promise<ResolvedStep> {
  switch (named.via) {
    case "cli": {
      const { isFree, step, endpoint } = resolveCli(named, catalog);
      const { sudo } = accountOf({ kind: "node", node: named.node }, sshLogin, true);
      const over = { ...step.over, sudo };
      const ownRisk = isFree ? { ownRisk: "escape" as const } : {};
      return { step: { ...step, over }, endpoint, privileges: ON_THE_NODE, ...ownRisk };
    }
    case "snippet": {
      // What looks at files of the storage has to be declared before it does.
      if (!declaresUse(hosted, "file:snippets")) throw outsideUses(hosted, "file:snippets");
      const where = { cluster, catalog, signal: reader.signal, login: sshLogin };
      return { ...(await resolveSnippet(named, where)), ownRisk: "write" };
    }
    case "rest": {
      const endpoint = await endpointOf(named, catalog, hosted);
      const privileges = catalog.privileges(endpoint, knownParams(named.params));
      return { step: named, endpoint, privileges };
    }
    default: {
      const { step, endpoint } = resolveInside(named, { catalog, login: sshLogin });
      const isByAgent = named.place.kind === "qemu";
      const privileges = isByAgent ? catalog.privileges(endpoint, knownParams(step.params)) : ON_THE_NODE;
      return { step, endpoint, ownRisk: "escape", privileges };
    }
  }
}

/** Nothing is asked of the API's users: what counts is root on the node. */
const ON_THE_NODE: EndpointPrivileges = { who: "world", alternatives: [], further: [], unread: false };

async function endpointOf(
  step: NamedStep & RestStep,
  catalog: Catalog,
  hosted: HostedTool,
): Promise<Endpoint> {
  const key = stepKey(step);
  if (!declaresUse(hosted, key)) throw outsideUses(hosted, key);
  const endpoint = catalog.endpoint(key);
  if (!endpoint) throw await missingEndpoint(key, catalog);
  return endpoint;
}

/** A parameter that is known only later counts as set, so that it cannot hide a higher risk. */
function stepRisk(catalog: Catalog, endpoint: Endpoint, step: RestStep): Risk {
  const known = knownParams(step.params);
  const later = refNames(step.params).map((name) => [name, "1"]);
  if (later.length === 0) return catalog.risk(endpoint, known);
  return highestRisk([
    catalog.risk(endpoint, known),
    catalog.risk(endpoint, { ...known, ...Object.fromEntries(later) }),
  ]);
}

async function withConfigs(
  steps: readonly PlanStep[],
  catalog: Catalog,
  parts: PlanParts,
): Promise<readonly PlanStep[]> {
  const files = new ConfigFiles(parts.cluster, parts.reader.signal);
  const planned: PlanStep[] = [];
  for (const [index, checked] of steps.entries()) {
    const reader = configReader(catalog, checked.endpoint);
    planned.push(
      reader ? await withConfig(checked, reader, index > 0, { files, redactor: parts.redactor }) : checked,
    );
  }
  return planned;
}

async function withConfig(
  checked: PlanStep,
  endpoint: Endpoint,
  mayBeNew: boolean,
  { files, redactor }: { files: ConfigFiles; redactor: Redactor },
): Promise<PlanStep> {
  const { step, shownPath } = checked;
  const known = knownParams(step.params);
  const inPath = placeholders(step.path);
  if (inPath.some((name) => known[name] === undefined)) return checked;
  const params = Object.fromEntries(inPath.map((name) => [name, known[name]]));
  const config = await files.read({ endpoint, params, shownPath }, mayBeNew);
  if (!config) return checked;
  const change = Object.fromEntries(Object.entries(known).filter(([name]) => !inPath.includes(name)));
  const diff = configDiff({ method: step.method, params: change, values: config.values }, redactor);
  return { ...checked, config, diff };
}

/** The path with placeholders filled in; what is known only later reads as `{vmid from s1}`. */
function shownPath(step: RestStep): string {
  return step.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = step.params[name];
    if (typeof value === "object" && "$from" in value) return `{${name} from ${value.$from}}`;
    return value === undefined ? `{${name}}` : String(value);
  });
}

function outsideUses(hosted: HostedTool, key: string): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${hosted.tool.name} planned ${key}, which is not among its declared uses. Nothing was changed.`,
    next: `The author of the plugin ${hosted.plugin} has to add "${key}" to the tool's uses.`,
  });
}

function aboveRisk(hosted: HostedTool, key: string, risk: Risk): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${hosted.tool.name} planned ${key}, which is ${risk}, but declares ${hosted.tool.risk}. Nothing was changed.`,
    next: `The author of the plugin ${hosted.plugin} has to declare the tool's risk as ${risk}.`,
  });
}

function refuseRootOnly(catalog: Catalog, endpoint: Endpoint, step: RestStep): void {
  const faults = catalog.rootOnly(endpoint, knownParams(step.params));
  if (faults.length === 0) return;
  throw new ToolError({
    code: "unsupported",
    message:
      "Proxmox VE accepts this only from root@pam signed in with its password, or on the node's command line: " +
      `${faults.map(({ param, message }) => `${param} (${message.trim()})`).join("; ")}. Nothing was changed.`,
    next:
      "Leave these out, or have the operator set PROXMOX_USERNAME=root@pam with PROXMOX_PASSWORD instead of " +
      "an API token, or do it on the node itself.",
    details: { faults },
  });
}
