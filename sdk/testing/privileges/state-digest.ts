import { createHash } from "node:crypto";
import type { Lab } from "../../lab/index.ts";

/** A digest over everything that the cluster holds, tasks apart: it stays as long as nothing was changed. */
export function stateDigest({ state }: Pick<Lab, "state">): string {
  const volumes = [...state.storages.values()].flatMap((storage) =>
    [...state.nodes.keys()].map((node) => state.volumes.list(storage, node)),
  );
  const text = JSON.stringify([plain(state), volumes]);
  return createHash("sha256").update(text).digest("hex");
}

/** The value as JSON can tell it. What is empty counts as not there: some files are made by looking at them. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return listed([...value].map(([key, item]) => [String(key), plain(item)]));
  if (value instanceof Set) return [...value].map(String).sort();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null)
    return listed(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return typeof value === "function" ? undefined : value;
}

function listed(entries: readonly (readonly [string, unknown])[]): unknown {
  const full = entries.filter(([, item]) => item !== undefined && !isEmpty(item));
  return full.length === 0 ? undefined : full.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isEmpty(item: unknown): boolean {
  return Array.isArray(item) && item.length === 0;
}
