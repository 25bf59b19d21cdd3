import { PluginFault } from "../plugin-files/fault.ts";
import type { Place } from "./target.ts";

/** Settings of the kit itself. They are not the server's, so they do not begin with PROXMOX_. */
export const LIVE_SETTINGS = {
  enable: "ENABLE_LIVE_PROXMOX_TESTS",
  vmids: "LIVE_TESTS_VMIDS",
  node: "LIVE_TESTS_NODE",
  storage: "LIVE_TESTS_STORAGE",
  bridge: "LIVE_TESTS_BRIDGE",
  agentTemplate: "LIVE_TESTS_AGENT_TEMPLATE",
  files: "LIVE_TESTS_FILES",
  url: "LIVE_TESTS_URL",
} as const;

/** The place on a real cluster that settings name. Throws a {@link PluginFault} that says what is missing. */
export function livePlace(env: Readonly<Record<string, string>>): Place {
  const { enable, vmids, node, storage, bridge, agentTemplate } = LIVE_SETTINGS;
  if (env[enable] !== "1")
    throw new PluginFault(`a real cluster is changed only with ${enable}=1; see docs/live-testing.md`);
  const missing = [vmids, node, storage, bridge].filter((name) => !env[name]);
  if (missing.length > 0) throw new PluginFault(`the settings lack ${missing.join(", ")}`);
  const [, first, last] = /^(\d{3,9})-(\d{3,9})$/.exec(env[vmids] ?? "") ?? [];
  if (first === undefined || Number(first) < 100 || Number(last) < Number(first))
    throw new PluginFault(`${vmids} must be a range of VMIDs such as 9000-9099`);
  const template = env[agentTemplate];
  if (template && !/^\d{3,9}$/.test(template)) throw new PluginFault(`${agentTemplate} must be a VMID`);
  return {
    ...{ node: env[node] ?? "", storage: env[storage] ?? "", bridge: env[bridge] ?? "" },
    ...(env[LIVE_SETTINGS.files] && { files: env[LIVE_SETTINGS.files] }),
    ...(env[LIVE_SETTINGS.url] && { url: env[LIVE_SETTINGS.url] }),
    vmids: { first: Number(first), last: Number(last) },
    ...(template && { agentTemplate: Number(template) }),
  };
}
