import type { Settings } from "../settings/types.ts";
import type { FoundPlugins } from "./sources.ts";
import type { Hidden } from "./types.ts";

/** Whether the operator's selection takes a plugin; `validated` is judged after loading. */
export function isSelected(id: string, { select, exclude }: Settings["plugins"]): boolean {
  if (exclude.includes(id)) return false;
  return select === "all" || select === "validated" || select.includes(id);
}

/** Ids that settings name and that no plugin has, as faults that name the known ones. */
export function unknownIds({ sources }: FoundPlugins, settings: Settings["plugins"]): string[] {
  const known = sources.map(({ id }) => id);
  const selected = typeof settings.select === "string" ? [] : settings.select;
  const fault = (variable: string) => (id: string) =>
    `${variable} names "${id}", which no plugin is called; known: ${known.join(", ") || "none"}`;
  const isUnknown = (id: string) => !known.includes(id);
  return [
    ...[...selected, ...settings.exclude].filter(isUnknown).map(fault("PROXMOX_MCP_PLUGINS")),
    ...Object.keys(settings.grants).filter(isUnknown).map(fault("PROXMOX_MCP_PLUGIN_GRANTS")),
  ];
}

/** Why tools of a plugin that was not taken are not there. */
export function notSelected(id: string, { exclude }: Settings["plugins"]): Hidden {
  return {
    why: `its plugin "${id}" is not selected`,
    show: exclude.includes(id)
      ? `PROXMOX_MCP_PLUGINS without "-${id}" would show it.`
      : `PROXMOX_MCP_PLUGINS with "${id}" in it would show it.`,
  };
}
