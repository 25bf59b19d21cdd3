import { join } from "node:path";
import { GRANTS, type Grant } from "../plugin.ts";
import { PluginFault, reasonOf } from "./fault.ts";
import { FieldChecks, isObject, readJsonObject } from "./json-file.ts";

/** A built-in plugin as the registry lists it. */
export interface RegistryEntry {
  readonly id: string;
  /** The plugin's module as built, relative to the package: `plugins/vm/plugin.js`. */
  readonly entry: string;
  readonly grants: readonly Grant[];
}

/** Name of the registry file in the package's folder. */
export const REGISTRY_FILE = "plugin-registry.json";

/** Pattern of plugin ids, in the registry and in settings. */
export const PLUGIN_ID = /^[a-z][a-z0-9-]{0,39}$/;

const ENTRY = /^(?:[a-z0-9][a-z0-9-]*\/)+[a-z0-9][a-z0-9.-]*\.js$/;

/** Reads the registry of built-in plugins. Throws a {@link PluginFault} that names every fault. */
export function readRegistry(root: string): readonly RegistryEntry[] {
  const file = join(root, REGISTRY_FILE);
  const { plugins } = readJsonObject(file);
  if (!Array.isArray(plugins)) throw new PluginFault(`${file}: "plugins" must be a list`);
  const faults: string[] = [];
  const entries = plugins.flatMap((entry: unknown, index) => {
    try {
      return [registryEntry(entry, `entry ${index + 1}`)];
    } catch (error) {
      faults.push(reasonOf(error));
      return [];
    }
  });
  const ids = entries.map(({ id }) => id);
  for (const id of new Set(ids.filter((own, index) => ids.indexOf(own) !== index)))
    faults.push(`"${id}" is listed twice`);
  if (faults.length > 0) throw new PluginFault(`${file}: ${faults.join("; ")}`);
  return entries;
}

function registryEntry(entry: unknown, where: string): RegistryEntry {
  if (!isObject(entry)) throw new PluginFault(`${where} must be an object`);
  const checks = new FieldChecks(entry, ["id", "entry", "grants"]);
  const found = {
    id: checks.text("id", PLUGIN_ID, "lower-case letters, digits and hyphens"),
    entry: checks.text("entry", ENTRY, "a module below the package such as plugins/<id>/plugin.js"),
    grants: checks.words("grants", GRANTS),
  };
  checks.finish(where);
  return found;
}
