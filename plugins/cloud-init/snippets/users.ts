import { type Guest, isToolError, type PveReader, ToolError } from "../../../sdk/index.ts";
import type { SnippetStorage } from "./storages.ts";

/** Where guests say which snippets they take; for `uses`. */
export const CONFIGS = [
  { use: "GET /nodes/{node}/qemu/{vmid}/config", optional: true },
  { use: "GET /nodes/{node}/lxc/{vmid}/config", optional: true },
] as const;

/** Guests whose configuration is read. */
const MOST_GUESTS = 200;

/** Who takes a snippet. */
export interface SnippetUsers {
  /** `VM 100 (web)`: VMs that take it for cloud-init. */
  readonly cloudInit: readonly string[];
  /** Guests whose hook script it is. */
  readonly hooks: readonly string[];
  /** How many guests could not be looked at. */
  readonly unseen: number;
}

/** Guests that take a snippet: of a storage that is not shared, those on its node. */
export async function usersOf(
  { shared }: Pick<SnippetStorage, "shared">,
  { node, volid }: { readonly node: string; readonly volid: string },
  pve: PveReader,
): Promise<SnippetUsers> {
  const { guests } = await pve.inventory();
  const near = guests.filter((guest) => shared || guest.node === node);
  const looked = near.slice(0, MOST_GUESTS);
  const uses = await Promise.all(looked.map((guest) => useOf(guest, volid, pve)));
  const those = (use: Use) =>
    looked
      .filter((_, index) => uses[index] === use)
      .map(({ kind, vmid, name }) => `${kind === "lxc" ? "CT" : "VM"} ${vmid} (${name})`);
  return {
    cloudInit: those("cloud-init"),
    hooks: those("hook"),
    unseen: near.length - looked.length + those("unseen").length,
  };
}

type Use = "cloud-init" | "hook" | "none" | "unseen";

async function useOf({ kind, node, vmid }: Guest, volid: string, pve: PveReader): Promise<Use> {
  try {
    const config = await pve.get<Readonly<Record<string, unknown>>>(`/nodes/{node}/${kind}/{vmid}/config`, {
      node,
      vmid,
    });
    if (config.hookscript === volid) return "hook";
    const files = String(config.cicustom ?? "").split(",");
    return files.some((file) => file.slice(file.indexOf("=") + 1) === volid) ? "cloud-init" : "none";
  } catch (error) {
    if (isToolError(error) && error.code !== "cancelled") return "unseen";
    throw error;
  }
}

/** A hook script runs on the node as root: no tool for snippets changes it. */
export function refuseHook({ hooks }: SnippetUsers, volid: string): void {
  if (hooks.length === 0) return;
  throw new ToolError({
    code: "conflict",
    message: `${volid} is the hook script of ${hooks.join(", ")}, which runs on the node as root. Nothing was changed.`,
    next: "Choose another name for this snippet.",
  });
}

/** What is to be known of who takes it, in words; empty where there is nothing. */
export function usersText({ cloudInit, unseen }: SnippetUsers): readonly string[] {
  return [
    ...(cloudInit.length === 0 ? [] : [`used by ${cloudInit.join(", ")}`]),
    ...(unseen === 0 ? [] : [`${unseen} ${unseen === 1 ? "guest" : "guests"} could not be looked at`]),
  ];
}
