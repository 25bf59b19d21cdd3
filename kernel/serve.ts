import { Console } from "node:console";
import { compose } from "./compose.ts";
import { readEnvironment } from "./settings/environment.ts";
import { SettingsError } from "./settings/errors.ts";
import type { LoadedSettings } from "./settings/load.ts";

/**
 * Serves one client over stdio until it goes away or a signal comes.
 * Answers the process's exit code: 2 for bad settings.
 */
export async function serve(version: string): Promise<number> {
  // Whatever a library or plugin prints must not end up between protocol messages.
  globalThis.console = new Console(process.stderr, process.stderr);
  const loaded = settingsOrFaults();
  if (loaded === undefined) return 2;

  const kernel = compose(loaded.settings, version);
  for (const warning of loaded.warnings) kernel.logger.warn(warning);
  process.on("unhandledRejection", (reason) =>
    kernel.logger.error(`unhandled rejection: ${describe(reason)}`),
  );

  const { serveStdio } = await import("./mcp/stdio.ts");
  const server = kernel.servers.create(version, "stdio");
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  const failed = kernel.start().then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => error,
  );
  const end = await Promise.race([serveStdio(server), signalled, failed]);
  await server.close();
  await kernel.close();
  if (end === undefined) return 0;
  process.stderr.write(`proxmox-mcp cannot start: ${end instanceof Error ? end.message : String(end)}\n`);
  return 1;
}

function settingsOrFaults(): LoadedSettings | undefined {
  try {
    return readEnvironment();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`proxmox-mcp cannot start: ${error.message}\nAll settings: docs/settings.md\n`);
    return undefined;
  }
}

function describe(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
