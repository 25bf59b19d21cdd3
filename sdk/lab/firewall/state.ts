import { createHash } from "node:crypto";
import type { FirewallState, FwConfig } from "./types.ts";

/** A firewall file with nothing in it, as if it were not there. */
export function emptyFirewall(): FwConfig {
  return { options: new Map(), aliases: new Map(), ipsets: new Map(), groups: new Map(), rules: [] };
}

/** Firewall files of a new cluster. */
export function emptyFirewalls(): FirewallState {
  return { cluster: emptyFirewall(), hosts: new Map(), guests: new Map(), vnets: new Map() };
}

/** Whether there is nothing in it: such a file does not exist. */
export function isEmpty({ options, aliases, ipsets, groups, rules }: FwConfig): boolean {
  return options.size + aliases.size + ipsets.size + groups.size + rules.length === 0;
}

/** The file under a key, made where it is missing. */
export function fileOf<K>(files: Map<K, FwConfig>, key: K): FwConfig {
  const file = files.get(key) ?? emptyFirewall();
  files.set(key, file);
  return file;
}

/** Gives a copied guest its own copy of the file. (pve-firewall, src/PVE/Firewall/Helpers.pm: clone_vmfw_conf) */
export function cloneGuestFirewall(state: FirewallState, from: number, to: number): void {
  const file = state.guests.get(from);
  if (file === undefined || isEmpty(file)) state.guests.delete(to);
  else {
    const ipsets = new Map([...file.ipsets].map(([name, set]) => [name, { ...set }]));
    state.guests.set(to, {
      ...{ options: new Map(file.options), aliases: new Map(file.aliases), ipsets },
      ...{ groups: new Map(), rules: file.rules },
    });
  }
}

/** Fields of an entry as an answer has them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Digest over entries, as the firewall makes it: of each its fields by name. (Firewall.pm: copy_list_with_digest) */
export function listDigest(list: readonly Fields[]): string {
  const hash = createHash("sha1");
  for (const entry of list)
    for (const name of Object.keys(entry).sort()) {
      const value = entry[name];
      if (value !== undefined && typeof value !== "object") hash.update(`${name}:${String(value)}\n`);
    }
  return hash.digest("hex");
}

/** A list with its digest in each of its entries. */
export function withDigest(list: readonly Fields[]): Fields[] {
  const digest = listDigest(list);
  return list.map((entry) => ({ ...entry, digest }));
}

/** A comment as it comes back from the file; undefined where nothing is left of it. */
export function keptComment(text: string | undefined): string | undefined {
  const kept = text?.trim();
  return kept === undefined || kept === "" ? undefined : kept;
}
