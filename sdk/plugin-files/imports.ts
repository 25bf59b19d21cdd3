import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";

/** Any relative path in quotes: a few too many files rather than one too few. */
const RELATIVE = /(["'`])(\.{1,2}\/[^"'`\n]+)\1/g;

/** `import(name)`, `` import(`./${name}.js`) `` and `require` hide what they load. */
const OPAQUE = /\bimport\(\s*(?:[^"'`\s]|`[^`]*\$\{)|\brequire\s*\(|\bcreateRequire\b/;

/** A source file with its line ends normalised, so that a checkout on Windows reads the same. */
export function readSource(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
}

/** Relative paths that a source names, in imports or otherwise. */
export function relativePaths(source: string): string[] {
  return [...source.matchAll(RELATIVE)].map((match) => match[2] ?? "");
}

/** Files that a module reaches. */
export interface Closure {
  /** Absolute paths, sorted, the module itself among them. */
  readonly files: readonly string[];
  /** True when some file loads others by a name that only its code knows. */
  readonly opaque: boolean;
}

/** Everything inside `folder` that `entry` reaches through relative paths. */
export function closureOf(entry: string, folder: string): Closure {
  const seen = new Set<string>();
  let opaque = false;
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = readSource(file);
    opaque ||= OPAQUE.test(source);
    for (const specifier of relativePaths(source)) {
      const target = resolve(dirname(file), specifier);
      if (isInside(folder, target) && statSync(target, { throwIfNoEntry: false })?.isFile())
        waiting.push(target);
    }
  }
  return { files: [...seen].sort(), opaque };
}

/** True when `file` lies below `folder`. */
export function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
