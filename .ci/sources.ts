/** The project's own TypeScript sources and their imports, read as text: fast, and no compiler needed. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";

/** One import, export-from or dynamic import. */
export interface ImportEdge {
  /** Importing file, relative to the root, with forward slashes. */
  readonly from: string;
  /** Imported file relative to the root, or the package specifier. */
  readonly to: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

const SKIPPED = new Set(["node_modules", "build", "dist", "examples"]);

/** All .ts files below the given folders, relative to the root. */
export function sourceFiles(root: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .filter((file) => !file.split("/").some((part) => SKIPPED.has(part))),
  );
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

/** The imports of one file. */
export function importsOf(root: string, file: string): ImportEdge[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(IMPORT)].map((match) => {
    const specifier = match[2] ?? match[3] ?? "";
    const to = specifier.startsWith(".")
      ? relative(root, resolve(root, dirname(file), specifier))
          .split(sep)
          .join(posix.sep)
      : specifier;
    return {
      from: file,
      to,
      typeOnly: match[1] !== undefined,
      line: text.slice(0, match.index).split("\n").length,
    };
  });
}
