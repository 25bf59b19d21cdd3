/** Module hooks that put a wrapper before one plugin's entry; Node loads this file in a thread of its own. */
import type { InitializeHook, LoadHook } from "node:module";

export interface EntryHook {
  /** URL of the plugin's entry. */
  readonly entry: string;
  /** File that holds a `MutationOrder` as JSON, looked at with every call. */
  readonly orders: string;
}

/** Marks the address of the entry itself, behind its wrapper. */
const BEHIND = "?behind-the-wrapper";

let hook: EntryHook | undefined;

export const initialize: InitializeHook<EntryHook> = (data) => {
  hook = data;
};

export const load: LoadHook = async (url, context, next) => {
  if (hook === undefined || url !== hook.entry) return next(url, context);
  const wrapper = new URL("./mutated-plugin.js", import.meta.url).href;
  const source = [
    `import plugin from ${JSON.stringify(url + BEHIND)};`,
    `import { mutatedPlugin } from ${JSON.stringify(wrapper)};`,
    `export default mutatedPlugin(plugin, ${JSON.stringify(hook.orders)});`,
  ];
  return { format: "module", source: source.join("\n"), shortCircuit: true };
};
