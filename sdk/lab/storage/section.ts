import { die } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { pluginFor } from "./plugins.ts";

/** Options of a storage as they were given, path parameters and secrets left out. */
export type GivenOptions = ReadonlyMap<string, string>;

const MOUNTED = new Set(["nfs", "cifs", "cephfs", "glusterfs"]);

/** Checks what a new storage is to have; answers it as the configuration file keeps it. */
export function newSection(id: string, type: string, given: GivenOptions): Map<string, string> {
  const options = new Map(given);
  if (MOUNTED.has(type) && !options.get("path")) options.set("path", `/mnt/pve/${id}`);
  const section = decodeAll(type, options);
  for (const [name, { required }] of pluginFor(type).options)
    if (required && !options.has(name)) throw die(`missing value for required option '${name}'`);
  const path = section.get("path") ?? "";
  if ((type === "dir" || type === "btrfs") && !/^\/[-/a-zA-Z0-9_.@]+$/.test(path))
    throw die(`illegal path for directory storage: ${path}`);
  for (const [name, value] of section) if (isLeftOut(name, value)) section.delete(name);
  return section;
}

/** Whether the configuration file has no line for this: nothing to tell, or a switch that is told only where it is on. */
export function isLeftOut(name: string, value: string): boolean {
  return value === "" || (name === "disable" && value === "0");
}

/** Checks changes of a storage; answers them as the configuration file keeps them. */
export function changedOptions(type: string, given: GivenOptions): Map<string, string> {
  const { options } = pluginFor(type);
  for (const name of given.keys())
    if (options.get(name)?.fixed === true) throw die(`can't change value of fixed parameter '${name}'`);
  return decodeAll(type, given);
}

/** Fails where options cannot be removed. */
export function checkRemovals(type: string, names: readonly string[], changed: GivenOptions): void {
  const { options } = pluginFor(type);
  for (const name of names) {
    const option = options.get(name);
    if (option === undefined) throw die(`no such option '${name}'`);
    if (option.required) throw die(`unable to delete required option '${name}'`);
    if (option.fixed) throw die(`unable to delete fixed option '${name}'`);
    if (changed.has(name)) throw die(`cannot set and delete property '${name}' at the same time!`);
  }
}

function decodeAll(type: string, given: GivenOptions): Map<string, string> {
  const { options } = pluginFor(type);
  const decoded = new Map<string, string>();
  for (const [name, value] of given) {
    if (!options.has(name)) throw die(`unexpected property '${name}'`);
    const kept = decode(type, name, value);
    if (kept !== undefined) decoded.set(name, kept);
  }
  return decoded;
}

/** A value in the form it is kept in; undefined where the plugin drops it. */
function decode(type: string, name: string, value: string): string | undefined {
  const plugin = pluginFor(type);
  if (/[\n\r]/.test(value)) throw die("property contains a line feed");
  if (name === "content") {
    const kinds = splitList(value).filter((kind) => plugin.content.has(kind));
    if (kinds.includes("none") && new Set(kinds).size > 1)
      throw die("unable to combine 'none' with other content types");
    if (kinds.length === 0 && !plugin.content.has("none"))
      throw die("storage does not support content type 'none'");
    return kinds.length === 0 ? "none" : [...new Set(kinds)].sort().join(",");
  }
  if (name === "format") return plugin.formats?.includes(value) === true ? value : undefined;
  if (name === "nodes") return [...new Set(splitList(value))].join(",");
  if (name === "content-dirs")
    return splitList(value)
      .filter((entry) => plugin.content.has(entry.split("=")[0] ?? ""))
      .sort()
      .join(",");
  return value;
}
