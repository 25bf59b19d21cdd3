import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CodeLayout } from "../plugin-files/layout.ts";
import type { ServerCommand } from "./mcp-client.ts";
import type { PluginUnderTest } from "./validation-plan.ts";

/** The server under test with a plugin: the bundle where there is one, else the compiled files; `kind` says which. */
export function serverOf(
  { env }: PluginUnderTest,
  { root }: CodeLayout,
): { readonly server: ServerCommand; readonly kind: "dist" | "build" } {
  const bundled = join(root, "dist", "main.js");
  const isBundled = existsSync(bundled);
  const main = isBundled ? bundled : join(root, "build", "kernel", "main.js");
  return { server: { command: process.execPath, args: [main], env }, kind: isBundled ? "dist" : "build" };
}
