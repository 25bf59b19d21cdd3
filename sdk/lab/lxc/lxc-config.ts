import { die } from "../errors.ts";
import { bridgeMtu } from "../guests/bridge.ts";
import { isTemplate } from "../qemu/guest.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { parseNet } from "./net.ts";

/** Fails where a device is to have packets longer than its bridge takes, which nobody asked before 8. */
export function checkMtu(lab: LabCore, node: string, name: string, net: ReadonlyMap<string, string>): void {
  if (lab.release.major < 8) return;
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
