import { releases } from "../../vendor/pve-docs/index.ts";

/** Known releases of Proxmox VE, newest first. */
export function newestFirst(): readonly string[] {
  return releases().toReversed();
}

/**
 * One text for all releases where they agree, else a line for each text with its releases.
 * Undefined texts are of releases that do not have the thing.
 */
export function perRelease(textOf: (release: string) => string | undefined): string {
  const all = newestFirst();
  const groups = new Map<string, string[]>();
  for (const release of all) {
    const text = textOf(release) ?? "not there";
    groups.set(text, [...(groups.get(text) ?? []), release]);
  }
  const [[only] = [""]] = groups;
  if (groups.size === 1) return only;
  return [...groups].map(([text, those]) => `${those.join(", ")}: ${text}`).join("<br>");
}
