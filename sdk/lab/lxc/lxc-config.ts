import { interfacesOf } from "../domains/interfaces.ts";
import { die } from "../errors.ts";
import { isTemplate } from "../qemu/guest.ts";
import { runningVnet } from "../sdn/state.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { parseNet } from "./net.ts";

const USUAL_MTU = 1500;

/** MTU of the bridge or virtual network of a node; fails where the node has none of this name. */
export function bridgeMtu(lab: LabCore, node: string, bridge = ""): number {
  if (runningVnet(lab.state.sdn, bridge) !== undefined) return USUAL_MTU;
  const present = lab.state.nodes.get(node);
  const found = present === undefined ? undefined : interfacesOf(present).get(bridge);
  if (found === undefined) throw die(`bridge '${bridge}' does not exist`);
  return Number(found.mtu ?? USUAL_MTU);
}

/** Fails where a device is to have packets longer than its bridge takes. */
export function checkMtu(lab: LabCore, node: string, name: string, net: ReadonlyMap<string, string>): void {
  const limit = bridgeMtu(lab, node, net.get("bridge"));
  const mtu = Number(net.get("mtu") ?? limit);
  if (mtu > limit) throw die(`${name}: MTU size '${mtu}' is bigger than bridge MTU '${limit}'`);
}

/**
 * What can go wrong where the configuration of a container is turned into that of LXC itself, which happens
 * after every change and before every start. A template has none. (pve-container, src/PVE/LXC.pm)
 */
export function checkLxcConfig(lab: LabCore, guest: LabGuest): void {
  const { config, node } = guest;
  if (isTemplate(config)) return;
  for (const [name, line] of [
    ["arch", 654],
    ["ostype", 679],
  ] as const)
    if (!config.has(name))
      throw die(`missing '${name}' - internal error at /usr/share/perl5/PVE/LXC.pm line ${line}.`);
  for (const name of [...config.keys()].filter((key) => /^net\d+$/.test(key)).sort())
    checkMtu(lab, node, name, parseNet(config.get(name) ?? "", lab.random));
}
