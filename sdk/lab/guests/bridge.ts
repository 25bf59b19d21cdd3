import { interfacesOf } from "../domains/interfaces.ts";
import { die } from "../errors.ts";
import { runningVnet } from "../sdn/state.ts";
import type { LabCore } from "../types.ts";

const USUAL_MTU = 1500;

/** MTU of the bridge or virtual network of a node; fails where the node has none of this name. */
export function bridgeMtu(lab: LabCore, node: string, bridge = ""): number {
  if (runningVnet(lab.state.sdn, bridge) !== undefined) return USUAL_MTU;
  const present = lab.state.nodes.get(node);
  const found = present === undefined ? undefined : interfacesOf(present).get(bridge);
  if (found === undefined) throw die(`bridge '${bridge}' does not exist`);
  return Number(found.mtu ?? USUAL_MTU);
}
