import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { DefinedTool } from "../tool.ts";
import { closureOf, readSource } from "./imports.ts";

/** A plugin's code: where its sources are, and which file is loaded for a source. */
export interface PluginCode {
  /** Folder of the sources. */
  readonly folder: string;
  /** Source of the plugin's entry. */
  readonly entry: string;
  /** The file that is loaded for a source file; the same where nothing is compiled. */
  loaded(source: string): string;
}

/** Loads a module by its file URL. */
export type ImportModule = (url: string) => Promise<unknown>;

/** Node's own `import()`. */
export const importModule: ImportModule = (url) => import(url);

const MODULE = /\.[cm]?[jt]s$/;
const CODE = /\.(?:[cm]?js|ts|json)$/;

/** Files beside a plugin's code that say nothing about what its tools do. */
const NOT_CODE =
  /^(?:scenarios\.[cm]?[jt]s|evidence\.json|weak-scenarios\.json|manifest\.json|package(?:-lock)?\.json)$/;

const NO_CODE_BELOW: ReadonlySet<string> = new Set(["node_modules", "scenarios"]);

/**
 * The source files that decide what each tool does, by tool name: what is reachable
 * from the module that exports the tool, or the whole plugin where no module does.
 */
export async function sourcesByTool(
  code: PluginCode,
  tools: readonly DefinedTool[],
  load: ImportModule = importModule,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const whole = closureOf(code.entry, code.folder);
  if (whole.opaque) {
    const all = allCode(code.folder);
    return new Map(tools.map((tool) => [tool.name, all]));
  }
  const exporters = new Map<DefinedTool, string[]>();
  for (const file of whole.files) {
    // Only modules that speak of a tool are looked into: importing some other file could have effects.
    const source = MODULE.test(file) ? readSource(file) : "";
    const named = tools.filter(({ name }) => source.includes(name));
    if (named.length === 0) continue;
    const exported = exportedValues(await load(pathToFileURL(code.loaded(file)).href));
    for (const tool of named)
      if (exported.has(tool)) exporters.set(tool, [...(exporters.get(tool) ?? []), file]);
  }
  return new Map(
    tools.map((tool) => {
      // A module that only hands the tool on reaches more than the one that makes it.
      const closures = (exporters.get(tool) ?? []).map((file) => closureOf(file, code.folder).files);
      return [tool.name, closures.sort((a, b) => a.length - b.length)[0] ?? whole.files];
    }),
  );
}

function exportedValues(namespace: unknown): ReadonlySet<unknown> {
  if (typeof namespace !== "object" || namespace === null) return new Set();
  return new Set(
    Object.values(namespace).flatMap((value: unknown) => (Array.isArray(value) ? value : [value])),
  );
}

function allCode(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && CODE.test(entry.name) && !NOT_CODE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !relative(folder, file)
          .split(sep)
          .some((part) => NO_CODE_BELOW.has(part)),
    )
    .sort();
}
