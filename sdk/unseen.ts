import type { Inventory } from "./reader.ts";

/**
 * What an inventory cannot tell because nodes are away, as the `unseen` of a result: to be spread into a list's
 * remarks or a record. Empty while every node is online.
 */
export function unseenIn({ nodes }: Pick<Inventory, "nodes">): { readonly unseen?: readonly string[] } {
  const away = new Map<string, string[]>();
  for (const { node, status } of nodes) {
    if (status !== "online") away.set(status, [...(away.get(status) ?? []), node]);
  }
  if (away.size === 0) return {};
  return {
    unseen: [...away].map(
      ([status, names]) =>
        `${names.join(", ")} ${names.length === 1 ? "is" : "are"} ${status}: what is there could not be seen`,
    ),
  };
}
