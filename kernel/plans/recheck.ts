import { isToolError, ToolError } from "../../sdk/errors.ts";
import { atPlace } from "../../sdk/places.ts";
import type { Guest, Inventory } from "../../sdk/reader.ts";
import { readConfig } from "../call/config-files.ts";
import { changedKeys } from "../call/digests.ts";
import { isPlainObject } from "../call/json-schema.ts";
import { guestLabel } from "../call/targets.ts";
import { fromUpstream } from "../call/upstream-errors.ts";
import type { ClusterAccess } from "../tokens.ts";
import { contentDigest, isAbsent, readContent } from "./content.ts";
import { presentFiles } from "./node-steps/present.ts";
import type { FingerprintEntry, SeenEntry } from "./types.ts";

/** What looking again takes. */
export interface RecheckParts {
  readonly tool: string;
  readonly access: ClusterAccess;
  readonly signal: AbortSignal;
  /** What the caller can do about a conflict: repeat the call, or plan again. */
  readonly next: string;
  /** Whether the same call can succeed then. */
  readonly retry: boolean;
}

/**
 * Looks at everything of a fingerprint again. Throws `conflict`, naming each thing that is no longer as it was,
 * and what reading throws: what cannot be looked at is not taken to be unchanged.
 */
export async function recheck(seen: readonly SeenEntry[], parts: RecheckParts): Promise<void> {
  const { access, signal } = parts;
  const ofInventory = seen.some(({ entry }) => ["guest", "free", "node"].includes(entry.kind));
  const inventory = ofInventory ? await readInventory(access, signal) : undefined;
  const changes = await Promise.all(seen.map((one) => changesOf(one, inventory, parts)));
  const all = changes.flat();
  if (all.length === 0) return;
  throw new ToolError({
    code: "conflict",
    message: `What ${parts.tool} was planned for has changed since: ${all.join("; ")}. Nothing was changed.`,
    next: parts.next,
    retry: parts.retry,
    details: { changes: all },
  });
}

async function readInventory(access: ClusterAccess, signal: AbortSignal): Promise<Inventory> {
  try {
    return await access.inventory.read({ fresh: true, signal });
  } catch (error) {
    throw fromUpstream(error, { what: "Reading the inventory", signal });
  }
}

async function changesOf(
  seen: SeenEntry,
  inventory: Inventory | undefined,
  parts: RecheckParts,
): Promise<readonly string[]> {
  const { entry } = seen;
  switch (entry.kind) {
    case "guest": {
      const gone = guestChange(entry, inventory?.guests ?? []);
      return gone === undefined ? configChanges(seen, guestName(entry), parts) : [gone];
    }
    case "free":
      return (inventory?.guests ?? [])
        .filter(({ vmid }) => vmid === entry.vmid)
        .map((guest) => `VMID ${entry.vmid}, which no guest had, is now ${guestLabel(guest)}`);
    case "node":
      return nodeChanges(entry, inventory);
    case "config":
      return configChanges(seen, entry.path, parts);
    case "content":
      return contentChanges(seen, entry, parts);
    case "file":
      return fileChanges(entry, parts);
    case "unread":
      return [];
  }
}

type Entry<Kind extends FingerprintEntry["kind"]> = Extract<FingerprintEntry, { kind: Kind }>;

function guestName({ guest, ...rest }: Entry<"guest">): string {
  return guestLabel({ ...rest, kind: guest });
}

function guestChange(planned: Entry<"guest">, guests: readonly Guest[]): string | undefined {
  const was = guestName(planned);
  const now = guests.find(({ vmid }) => vmid === planned.vmid);
  if (now === undefined) return `${was} is gone`;
  if (now.kind !== planned.guest) return `VMID ${planned.vmid} is no longer ${was}, but ${guestLabel(now)}`;
  const renamed =
    now.name === planned.name
      ? undefined
      : `is now named ${now.name}: renamed, or another guest with the same VMID`;
  const moved = now.node === planned.node ? undefined : `is now on ${now.node}`;
  const parts = [renamed, moved].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `${was} ${parts.join(" and ")}`;
}

function nodeChanges({ node, status }: Entry<"node">, inventory: Inventory | undefined): string[] {
  const now = inventory?.nodes.find((other) => other.node === node);
  if (now === undefined) return [`node ${node} is no longer in the cluster`];
  return now.status === status ? [] : [`node ${node} was ${status} and is now ${now.status}`];
}

async function configChanges(
  { entry, read, values }: SeenEntry,
  what: string,
  { access, signal }: RecheckParts,
): Promise<string[]> {
  const digest = entry.kind === "guest" || entry.kind === "config" ? entry.digest : undefined;
  if (digest === undefined || read === undefined) return [];
  try {
    const now = await readConfig(access, { ...read, shownPath: what }, signal);
    if (now.digest === digest) return [];
    const keys = changedKeys(isPlainObject(values) ? values : {}, now).filter((key) => key !== "digest");
    return [`the configuration of ${what} changed${named(keys)}`];
  } catch (error) {
    if (isToolError(error) && error.code === "not_found") return [`${what} is gone`];
    throw error;
  }
}

async function contentChanges(
  { read, values }: SeenEntry,
  { path, sha256 }: Entry<"content">,
  { access, signal }: RecheckParts,
): Promise<string[]> {
  if (read === undefined) return [];
  try {
    const now = await readContent(read, access, signal);
    if (contentDigest(now) === sha256) return [];
    if (sha256 === "absent") return [`${path} exists now`];
    return [`${path} changed${named(differences(values, now))}`];
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return sha256 === "absent" ? [] : [`${path} is gone, or can no longer be read`];
  }
}

async function fileChanges(
  { place, path, sha256 }: Entry<"file">,
  { access, signal }: RecheckParts,
): Promise<string[]> {
  const now = await presentFiles(access).read(place, path, { maxBytes: 0, signal });
  if ((now?.sha256 ?? "absent") === sha256) return [];
  const what = now === undefined ? "is gone" : sha256 === "absent" ? "exists now" : "has another content";
  return [`${path} ${atPlace(place)} ${what}`];
}

/** Keys that differ, or how many entries of a list. */
function differences(before: unknown, now: unknown): readonly string[] {
  if (isPlainObject(before) && isPlainObject(now)) return changedKeys(before, now);
  if (!Array.isArray(before) || !Array.isArray(now)) return [];
  const texts = (list: readonly unknown[]) => new Set(list.map((entry) => JSON.stringify(entry)));
  const [old, fresh] = [texts(before), texts(now)];
  const gone = [...old].filter((text) => !fresh.has(text)).length;
  const added = [...fresh].filter((text) => !old.has(text)).length;
  return [`new entries: ${added}, gone: ${gone}`];
}

function named(keys: readonly string[]): string {
  return keys.length === 0 ? "" : ` (${keys.join(", ")})`;
}
