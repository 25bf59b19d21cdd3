import type { DefinedTool } from "../../sdk/tool.ts";
import type { ClusterSettings, DefaultsSettings, Settings } from "../settings/types.ts";
import { asSchema, type JsonSchema, propertiesOf, requiredOf } from "./json-schema.ts";
import { offersSnapshot } from "./snapshot-offer.ts";
import type { WaitOptions } from "./types.ts";

/** Names that the kernel adds to tools; a tool must not declare them itself. */
export const COMMON_INPUT_NAMES = [
  "cluster",
  "dryRun",
  "snapshotFirst",
  "waitMode",
  "timeoutMs",
  "pollIntervalMs",
] as const;

/** Whether a tool only looks, plans a change, or one of a guest that can be snapshotted before. */
export type ToolKind = "read" | "change" | "guest_change";

/** The kind of a tool, which says which inputs the kernel adds. */
export function kindOf(tool: DefinedTool): ToolKind {
  if (tool.plan === undefined) return "read";
  return offersSnapshot(tool) ? "guest_change" : "change";
}

/** Marks a property whose default comes from the cluster's settings. */
export const DEFAULT_MARKER = "x-default";

/** How often a task is looked at where the call does not say. */
export const DEFAULT_POLL_INTERVAL_MS = 1_000;

/** Common inputs that the server's instructions tell once, instead of every tool in the list. */
export const UNLISTED_INPUTS: ReadonlySet<string> = new Set([
  "snapshotFirst",
  "waitMode",
  "timeoutMs",
  "pollIntervalMs",
]);

const CHANGE_INPUTS: Readonly<Record<string, JsonSchema>> = {
  dryRun: { type: "boolean" },
  waitMode: { type: "string", enum: ["auto", "wait", "deferred"] },
  timeoutMs: { type: "integer", minimum: 1_000, maximum: 86_400_000 },
  pollIntervalMs: { type: "integer", minimum: 200, maximum: 60_000 },
};

const GUEST_CHANGE_INPUTS: Readonly<Record<string, JsonSchema>> = {
  ...CHANGE_INPUTS,
  snapshotFirst: {
    type: "boolean",
    description: "For changes of a guest: take a snapshot of it first, or do nothing",
  },
};

const INPUTS_OF: Readonly<Record<ToolKind, Readonly<Record<string, JsonSchema>>>> = {
  read: {},
  change: CHANGE_INPUTS,
  guest_change: GUEST_CHANGE_INPUTS,
};

/** What of {@link Settings} shapes a tool's inputs. */
export type InputSettings = Pick<Settings, "clusters">;

/**
 * The schema that a tool's calls are validated with: the author's, plus the common inputs, with the
 * operator's defaults shown and all `x-` marks gone. Unknown arguments are refused unless the
 * author says otherwise.
 */
export function withCommonInputs(
  inputSchema: object,
  kind: ToolKind,
  settings: InputSettings,
): Readonly<Record<string, unknown>> {
  const own = asSchema(inputSchema);
  const properties: Record<string, unknown> = {};
  const defaulted = new Set<string>();
  for (const [name, property] of Object.entries(propertiesOf(own))) {
    const shown = asSchema(withoutMarks(property));
    const values = settings.clusters.map((cluster) => defaultOf(property, cluster.defaults));
    if (values.length > 0 && values.every((value) => value !== undefined)) defaulted.add(name);
    const same = new Set(values).size === 1 ? values[0] : undefined;
    properties[name] = same === undefined ? shown : { ...shown, default: same };
  }
  if (settings.clusters.length > 1) properties.cluster = clusterInput(settings.clusters);
  Object.assign(properties, INPUTS_OF[kind]);
  const several = settings.clusters.length > 1 ? ["cluster"] : [];
  const required = [...requiredOf(own).filter((name) => !defaulted.has(name)), ...several];
  const { required: _required, ...rest } = asSchema(withoutMarks({ ...own, properties: undefined }));
  return {
    additionalProperties: false,
    ...rest,
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
}

/** The operator's default for a property marked with `x-default`; undefined where there is none. */
export function defaultOf(property: JsonSchema, defaults: DefaultsSettings): string | undefined {
  switch (property[DEFAULT_MARKER]) {
    case "node":
      return defaults.node;
    case "bridge":
      return defaults.bridge;
    case "vmStorage":
      return defaults.vmStorage;
    case "snippetStorage":
      return defaults.snippetStorage;
    default:
      return undefined;
  }
}

/** The common inputs of one call, apart from the tool's own. */
export interface CommonInputs {
  readonly dryRun: boolean;
  /** A snapshot of the guest comes before anything else. */
  readonly snapshotFirst: boolean;
  readonly wait: WaitOptions;
}

/** Takes the common inputs out of validated arguments. */
export function splitCommonInputs(
  args: Readonly<Record<string, unknown>>,
  taskTimeoutMs: number,
): { own: Record<string, unknown>; common: CommonInputs } {
  const { cluster: _cluster, dryRun, snapshotFirst, waitMode, timeoutMs, pollIntervalMs, ...own } = args;
  const wait = waitOptions({ waitMode, timeoutMs, pollIntervalMs }, taskTimeoutMs);
  return { own, common: { dryRun: dryRun === true, snapshotFirst: snapshotFirst === true, wait } };
}

/** How long a call waits, from its validated arguments. */
export function waitOptions(
  { waitMode, timeoutMs, pollIntervalMs }: Readonly<Record<string, unknown>>,
  taskTimeoutMs: number,
): WaitOptions {
  return {
    mode: waitMode === "wait" || waitMode === "deferred" ? waitMode : "auto",
    timeoutMs: typeof timeoutMs === "number" ? timeoutMs : taskTimeoutMs,
    pollIntervalMs: typeof pollIntervalMs === "number" ? pollIntervalMs : DEFAULT_POLL_INTERVAL_MS,
  };
}

function clusterInput(clusters: readonly ClusterSettings[]): JsonSchema {
  return { type: "string", enum: clusters.map(({ name }) => name), description: "Which cluster" };
}

/** A copy without the marks that are between a tool and the kernel. */
function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, part]) => !name.startsWith("x-") && part !== undefined)
      .map(([name, part]) => [name, withoutMarks(part)]),
  );
}
