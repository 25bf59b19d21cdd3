import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../vendor/package-root.ts";

/** Where this program's own code is loaded from. */
export interface CodeLayout {
  /** The package's folder. */
  readonly root: string;
  /** `dist`: the shipped bundle; `build`: compiled files one by one; `source`: TypeScript as it stands. */
  readonly kind: "dist" | "build" | "source";
}

/** The layout that this very file is part of. */
export function codeLayout(root: string = packageRoot(), here: string = import.meta.url): CodeLayout {
  const [top] = relative(root, fileURLToPath(here)).split(sep);
  return { root, kind: top === "dist" || top === "build" ? top : "source" };
}

/** The loadable file of a module named as built: `sdk/index.js`. */
export function codeFile(layout: CodeLayout, module: string): string {
  return layout.kind === "source"
    ? join(layout.root, module.replace(/\.js$/, ".ts"))
    : join(layout.root, layout.kind, module);
}

/** The source of a module named as built. Present in a checkout, not in the shipped package. */
export function sourceFile(layout: CodeLayout, module: string): string {
  return join(layout.root, module.replace(/\.js$/, ".ts"));
}
