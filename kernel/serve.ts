import { Console } from "node:console";
import { setFlagsFromString } from "node:v8";
import type { Kernel } from "./compose.ts";
import { createServer } from "./mcp/server.ts";
import { serveStdio } from "./mcp/stdio.ts";
import { readEnvironment } from "./settings/environment.ts";
import { SettingsError } from "./settings/errors.ts";
import type { LoadedSettings } from "./settings/load.ts";

/**
 * Serves one client over stdio until it goes away or a signal comes.
 * Answers the process's exit code: 2 for bad settings, 1 where a bad plugin must stop the start.
 */
export async function serve(version: string): Promise<number> {
  // Whatever a library or plugin prints must not end up between protocol messages.
  globalThis.console = new Console(process.stderr, process.stderr);
  const loaded = settingsOrFaults();
  if (loaded === undefined) return 2;

  const failed = new AbortController();
  let composed: Promise<Kernel> | undefined;
  const kernel = () => {
    composed ??= start(loaded, version, (fault) => failed.abort(fault));
    return composed;
  };
  const server = createServer({ version, subject: "stdio", kernel });
  // Whoever wants every plugin to be good wants to know before a client is served.
  if (loaded.settings.plugins.strict) await (await kernel()).host.ready().catch(() => undefined);
  if (!failed.signal.aborted) await Promise.race([serveStdio(server), signalled(), aborted(failed.signal)]);
  await server.close();
  await (await composed)?.close();
  if (!failed.signal.aborted) return 0;
  process.stderr.write(`proxmox-mcp cannot start: ${messageOf(failed.signal.reason)}\n`);
  return 1;
}

/** Composes the kernel and sets it going; what stops the start is told to `fail`. */
async function start(
  { settings, warnings }: LoadedSettings,
  version: string,
  fail: (fault: unknown) => void,
): Promise<Kernel> {
  const { compose } = await import("./compose.ts");
  const kernel = compose(settings, version);
  for (const warning of warnings) kernel.logger.warn(warning);
  process.on("unhandledRejection", (reason) =>
    kernel.logger.error(
      `unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`,
    ),
  );
  kernel.start().then(growYoungGeneration, fail);
  return kernel;
}

/** Undoes what the command set for loading: with many calls at once a small young generation costs a third of the time. */
function growYoungGeneration(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
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

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
