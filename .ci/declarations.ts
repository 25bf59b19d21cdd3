/** Copies the type declarations that the package's exports need. */
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Copies every .d.ts below `from/<folder>` to `to/<folder>`. */
export function copyDeclarations(from: string, to: string, folders: readonly string[]): void {
  for (const folder of folders)
    for (const entry of readdirSync(join(from, folder), { recursive: true, encoding: "utf8" }))
      if (entry.endsWith(".d.ts")) cpSync(join(from, folder, entry), join(to, folder, entry));
}
