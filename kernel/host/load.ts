import { type DefinedPlugin, SDK_VERSION } from "../../sdk/plugin.ts";
import { PluginFault, reasonOf } from "../../sdk/plugin-files/fault.ts";
import { openPlugin, toolsOf } from "../../sdk/plugin-files/open-plugin.ts";
import { satisfies } from "../../sdk/plugin-files/version-range.ts";
import { PluginContainer } from "./container.ts";
import type { LoadContext } from "./load-context.ts";
import type { OpenedPlugin } from "./outcome.ts";
import { evidenceOf } from "./plugin-evidence.ts";
import { serviceFaults } from "./services.ts";
import type { PluginSource } from "./sources.ts";
import { toolFaults } from "./verify.ts";

/** An entry that awaits for ever must not keep the other plugins from being listed. */
const LOAD_TIMEOUT_MS = 10_000;

/** Loads one plugin: entry, SDK version, services, tools, evidence. Throws a {@link PluginFault} with every fault found. */
export async function loadPlugin(source: PluginSource, context: LoadContext): Promise<OpenedPlugin> {
  const plugin = await withDeadline(openPlugin(source.entry, context.load));
  const needs: readonly string[] = plugin.needs ?? [];
  refuse([...identityFaults(plugin, source), ...serviceFaults(needs, context.services, source)]);

  const services = new PluginContainer(context.services, source).services(needs);
  const tools = toolsOf(plugin, services);
  const rules = { origin: source.made.origin, prefix: source.prefix, grants: source.grants };
  refuse(toolFaults(tools, { ...rules, reserved: context.reserved }, context.catalog));
  return { source, title: plugin.title, tools, evidence: await evidenceOf(source, tools, context) };
}

function identityFaults(plugin: DefinedPlugin, { id, made }: PluginSource): string[] {
  const faults: string[] = [];
  if (plugin.id !== id) faults.push(`it calls itself "${plugin.id}", its manifest "${id}"`);
  if (typeof plugin.title !== "string" || plugin.title.trim() === "") faults.push("it has no title");
  if (made.origin === "private" && !satisfies(SDK_VERSION, made.manifest.sdk))
    faults.push(`it needs SDK ${made.manifest.sdk}; this server has ${SDK_VERSION}`);
  // A plugin may bring its own copy of the SDK; what that copy makes must be of our contract.
  if (majorOf(plugin.sdk) !== majorOf(SDK_VERSION))
    faults.push(`it was made with SDK ${plugin.sdk}; this server has ${SDK_VERSION}`);
  return faults;
}

function majorOf(version: unknown): string {
  return String(version).split(".", 1)[0] ?? "";
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new PluginFault(faults.join("; "));
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new PluginFault(`its entry did not finish loading within ${LOAD_TIMEOUT_MS / 1000} s`)),
      LOAD_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw error instanceof PluginFault
      ? error
      : new PluginFault(`its entry fails: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
