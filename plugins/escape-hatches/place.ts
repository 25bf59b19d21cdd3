import {
  guestRef,
  insideGuest,
  nodeName,
  type Place,
  type PveReader,
  ToolError,
  Type,
  type Use,
} from "../../sdk/index.ts";

/** Where something is done: exactly one of the two. */
export const PLACE_INPUTS = {
  node: Type.Optional(nodeName({ description: "Either a node or a guest" })),
  vmid: Type.Optional(guestRef()),
} as const;

/** What files take wherever they are: in a VM they go through commands of its agent. */
export const FILE_USES: readonly Use[] = [
  { use: "file:node", optional: true },
  "guest:file",
  { use: "POST /nodes/{node}/qemu/{vmid}/agent/exec", optional: true },
  { use: "GET /nodes/{node}/qemu/{vmid}/agent/exec-status", optional: true },
];

/** The place that a caller means. Throws ToolError unless it is one, and one that can be reached now. */
export async function placeOf(
  { node, vmid }: { readonly node?: string | undefined; readonly vmid?: number | string | undefined },
  pve: PveReader,
): Promise<Place> {
  if (node !== undefined && vmid === undefined) return await onNode(node, pve);
  if (node === undefined && vmid !== undefined) return insideGuest(await pve.guest("any", vmid));
  throw new ToolError({
    code: "invalid_input",
    message: "It is not clear where this is to be done.",
    next: "Give either `node`, for the node itself, or `vmid`, for what is inside a guest; its node is found by itself.",
  });
}

async function onNode(name: string, pve: PveReader): Promise<Place> {
  const { node, status } = await pve.node(name);
  if (status !== "offline") return { kind: "node", node };
  throw new ToolError({
    code: "unreachable",
    message: `The node ${node} is offline. Nothing was changed.`,
    next: "See proxmox_cluster_status.",
    retry: true,
  });
}
