/** A node itself. */
export interface NodePlace {
  readonly kind: "node";
  readonly node: string;
}

/** A guest at the time of planning, as commands and files inside it are reached. */
export interface GuestPlace {
  readonly kind: "qemu" | "lxc";
  /** The node that it is on. */
  readonly node: string;
  readonly vmid: number;
}

/** Where a command runs or a file is: on a node by SSH, in a VM by its agent, in a container by `pct` on its node. */
export type Place = NodePlace | GuestPlace;

/** A place for people: `on node pve1`, `in VM 100 on pve1`. */
export function atPlace(place: Place): string {
  if (place.kind === "node") return `on node ${place.node}`;
  return `in ${place.kind === "qemu" ? "VM" : "container"} ${place.vmid} on ${place.node}`;
}
