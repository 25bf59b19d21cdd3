import type { Catalog, Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { Expectation, Expected, Values, Want } from "../types.ts";

/** A step that changes something, with its parameters as they are sent. */
export interface SentStep {
  readonly endpoint: Endpoint;
  readonly params: Values;
  /** Fields of the config file that it changes, as they were when planning. */
  readonly before?: Values | undefined;
  readonly catalog: Catalog;
}

/** What a family expects of a step; undefined where the step is not the family's. */
export type Family = (sent: SentStep) => readonly Expectation[] | undefined;

/** An expectation on what an endpoint answers. */
export function seen(path: string, params: Values, want: Want): Expected {
  const object = shown(path, params).replace(/\/(?:pending|status\/current)$/, "");
  return { object, read: { endpoint: `GET /${path.slice(1)}`, params }, want };
}

/** A change that cannot be read back, and why. */
export function unchecked(sent: SentStep, why: string): Expectation {
  return { object: shown(sent.endpoint.path, sent.params), why };
}

/** The parameters of these names that are given. */
export function pick(params: Values, names: readonly string[]): Values {
  return Object.fromEntries(names.flatMap((name) => (isSet(params[name]) ? [[name, params[name]]] : [])));
}

/** The parameters but these. */
export function omit(params: Values, names: Iterable<string>): Values {
  const left = new Set(names);
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => isSet(value) && !left.has(name)),
  );
}

/** True for anything but a value left out. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** True for anything but what Proxmox VE takes for "no". */
export function isOn(value: unknown): boolean {
  return isSet(value) && !["", "0", "false"].includes(String(value));
}

/** The path with its placeholders filled in. */
export function shown(path: string, params: Values): string {
  return path.replaceAll(/\{([^}]+)\}/g, (whole, name: string) =>
    isSet(params[name]) ? String(params[name]) : whole,
  );
}

/** Names of the placeholders in a path. */
export function pathNames(path: string): readonly string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
}

/** The parts of a list as callers give it: one text or several. */
export function listOf(value: unknown): readonly string[] {
  if (!isSet(value)) return [];
  const parts = Array.isArray(value) ? value.map(String) : [String(value)];
  return parts.flatMap((part) => part.split(/[,;\s]+/)).filter((part) => part !== "");
}
