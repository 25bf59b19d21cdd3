import { createHash } from "node:crypto";
import { isToolError } from "../../sdk/errors.ts";
import type { CallParams, Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import { canonicalJson, toJson } from "../audit/canonical.ts";
import { placeholders } from "../call/config-files.ts";
import { isPlainObject } from "../call/json-schema.ts";
import { knownParams } from "../call/step-refs.ts";
import type { Plan, PlanStep } from "../call/types.ts";
import { fromUpstream } from "../call/upstream-errors.ts";
import type { ClusterAccess } from "../tokens.ts";
import { isGuestPath } from "./subjects.ts";
import type { SeenEntry } from "./types.ts";

/** Paths whose answer says how something runs, not how it is set. */
const RUNNING = /^\/nodes\/\{node\}(?:\/(?:status|time|tasks\/\{upid\}|disks\/[a-z]+))?$/;

/** Fields that change by themselves. */
const VOLATILE: ReadonlySet<string> = new Set([
  ...["cpu", "mem", "disk", "diskread", "diskwrite", "netin", "netout", "uptime", "pid", "status", "state"],
  ...[
    "used",
    "used_fraction",
    "avail",
    "available",
    "free",
    "size",
    "maxdisk",
    "active",
    "exists",
    "scan",
    "frag",
  ],
  ...["next-run", "last-run", "last-run-state", "last-run-starttime", "last-run-endtime", "lastlogin"],
  ...["pressurecpufull", "pressurecpusome", "pressureiofull", "pressureiosome", "memhost"],
  ...["pressurememoryfull", "pressurememorysome", "bytes_used", "percent_used", "autoscale_status", "health"],
]);

/** An object that a step changes and that can be read, but has no digest. */
export interface ContentPlace {
  readonly endpoint: Endpoint;
  readonly params: CallParams;
  readonly shownPath: string;
  readonly aclPath?: string;
  /** It is made by the step: not being there is how it should be. */
  readonly mayBeAbsent: boolean;
}

/** What of a plan's objects is compared by content: each path once. */
export function contentPlaces(plan: Plan, catalog: Catalog): readonly ContentPlace[] {
  const found = new Map<string, ContentPlace>();
  for (const step of plan.steps) {
    const place = placeOf(step, catalog);
    if (place && !found.has(place.shownPath)) found.set(place.shownPath, place);
  }
  return [...found.values()];
}

function placeOf({ step, risk, config, shownPath }: PlanStep, catalog: Catalog): ContentPlace | undefined {
  const { path, method } = step;
  if (risk === "read" || config !== undefined || RUNNING.test(path)) return undefined;
  // The path of a step past the API is only the place where it acts; what it acts on is looked at there.
  if (step.over !== undefined && step.over.by !== "cli") return undefined;
  // The digest of a guest's configuration covers the guest and its snapshots.
  if (isGuestPath(path) && !path.includes("/firewall/")) return undefined;
  const isObject = path.endsWith("}");
  if (method === "POST" && !isObject) return undefined;
  const endpoint = catalog.endpoint(`GET ${path}`);
  if (endpoint === undefined) return undefined;
  const known = knownParams(step.params);
  const inPath = placeholders(path);
  if (inPath.some((name) => known[name] === undefined)) return undefined;
  const isPool = Object.hasOwn(endpoint.parameters, "poolid");
  const asked = Object.entries(known).filter(
    ([name]) => inPath.includes(name) || (isPool && name === "poolid"),
  );
  return {
    endpoint,
    params: Object.fromEntries(asked),
    shownPath,
    mayBeAbsent: method === "POST",
    ...(path === "/access/acl" && typeof known.path === "string" ? { aclPath: known.path } : {}),
  };
}

/** Reads an object and says what it holds; what cannot be read is said. Never rejects. */
export async function contentEntry(
  { shownPath, mayBeAbsent, ...read }: ContentPlace,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<SeenEntry> {
  try {
    const values = await readContent(read, access, signal);
    return { entry: { kind: "content", path: shownPath, sha256: contentDigest(values) }, read, values };
  } catch (error) {
    if (mayBeAbsent && isAbsent(error))
      return { entry: { kind: "content", path: shownPath, sha256: "absent" }, read };
    const why = isToolError(error) ? error.message : "it could not be read";
    return { entry: { kind: "unread", what: shownPath, why } };
  }
}

/** The lasting part of what an object's endpoint answers. Throws ToolError. */
export async function readContent(
  { endpoint, params, aclPath }: Pick<ContentPlace, "endpoint" | "params" | "aclPath">,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const content = lasting(await access.rest.read({ endpoint, params, signal }));
    if (aclPath === undefined || !Array.isArray(content)) return content;
    return content.filter((entry) => isPlainObject(entry) && entry.path === aclPath);
  } catch (error) {
    throw fromUpstream(error, { what: `GET ${endpoint.path}`, signal });
  }
}

/** True where an error says that there is no such object; Proxmox VE has no one status for it. */
export function isAbsent(error: unknown): boolean {
  return isToolError(error) && ["not_found", "invalid_input", "upstream"].includes(error.code);
}

/** SHA-256 of a content, whatever the order of its keys. */
export function contentDigest(values: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(toJson(values)))
    .digest("hex");
}

function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lasting);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !VOLATILE.has(name))
      .map(([name, part]) => [name, lasting(part)]),
  );
}
