import { LabAnswer } from "../frame/answer.ts";
import type { LabCore } from "../types.ts";
import { registerAliases } from "./aliases.ts";
import { registerGroups } from "./groups.ts";
import { registerIpsets } from "./ipsets.ts";
import { CLUSTER, CT, HOST, type Level, VM, VNET } from "./level.ts";
import { listMacros } from "./macros.ts";
import { registerOptions } from "./options.ts";
import { registerRefs } from "./refs.ts";
import { registerRules, rulesOf } from "./rules.ts";

/** Levels with aliases and IP sets of their own. */
const WITH_SETS: readonly Level[] = [CLUSTER, VM, CT];

/** The firewalls of cluster, nodes, guests and vnets. */
export function registerFirewall(lab: LabCore): void {
  for (const level of [CLUSTER, HOST, VM, CT, VNET]) {
    registerRules(lab, rulesOf(level));
    registerOptions(lab, level);
  }
  for (const level of WITH_SETS) {
    registerAliases(lab, level);
    registerIpsets(lab, level);
    registerRefs(lab, level);
  }
  registerGroups(lab);
  lab.route("GET /cluster/firewall/macros", () => listMacros());
  lab.route(`GET ${VNET.path}`, () => [{ name: "rules" }, { name: "options" }]);
  // No packet passes through a lab, so nothing was logged.
  for (const { path } of [HOST, VM, CT])
    lab.route(
      `GET ${path}/log`,
      () => new LabAnswer({ data: [{ n: 1, t: "no content" }], extra: { total: 1 } }),
    );
}
