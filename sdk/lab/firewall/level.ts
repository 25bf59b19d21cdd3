import { die, paramError } from "../errors.ts";
import { sdnIpsets } from "../sdn/ipsets.ts";
import { runningVnet } from "../sdn/state.ts";
import type { LabRequest } from "../types.ts";
import { fileOf } from "./state.ts";
import type { FwConfig, FwRule, RuleEnv } from "./types.ts";
import { type RuleContext, verifyRule } from "./verify.ts";

/** A place in the API where a firewall file is served. */
export interface Level {
  readonly path: string;
  readonly env: RuleEnv;
  readonly file: (request: LabRequest) => FwConfig;
  /** Rights beyond the declared ones. */
  readonly guard?: (request: LabRequest, writes: boolean) => void;
}

/** Who may look at or change the firewall of a vnet. (pve-firewall, src/PVE/API2/Firewall/Helpers.pm: check_vnet_access) */
function guardVnet({ lab, params, checkAny }: LabRequest, writes: boolean): void {
  const vnet = params.need("vnet");
  const zone = runningVnet(lab.state.sdn, vnet)?.get("zone");
  if (zone === undefined)
    throw die("invalid vnet specified at /usr/share/perl5/PVE/API2/Firewall/Helpers.pm line 52.");
  const path = `/sdn/zones/${String(zone)}/${vnet}`;
  checkAny(path, writes ? ["SDN.Allocate"] : ["SDN.Allocate", "SDN.Audit"]);
}

const guestFile = ({ lab, params }: LabRequest): FwConfig =>
  fileOf(lab.state.firewall.guests, params.integer("vmid") ?? 0);

export const CLUSTER: Level = {
  path: "/cluster/firewall",
  env: "cluster",
  file: ({ lab }) => lab.state.firewall.cluster,
};

export const HOST: Level = {
  path: "/nodes/{node}/firewall",
  env: "host",
  file: ({ lab, node }) => fileOf(lab.state.firewall.hosts, node.name),
};

export const VM: Level = { path: "/nodes/{node}/qemu/{vmid}/firewall", env: "vm", file: guestFile };

export const CT: Level = { path: "/nodes/{node}/lxc/{vmid}/firewall", env: "ct", file: guestFile };

export const VNET: Level = {
  path: "/cluster/sdn/vnets/{vnet}/firewall",
  env: "vnet",
  file: ({ lab, params }) => fileOf(lab.state.firewall.vnets, params.need("vnet")),
  guard: guardVnet,
};

/** Takes the lock of the level's file around a change. */
export function locked<T>(level: Level, { lab, params, node }: LabRequest, change: () => T): Promise<T> {
  const name: Record<RuleEnv, string> = {
    ...{ cluster: "cluster", group: "cluster", host: `host-${node.name}` },
    ...{
      vm: `vm-${params.need("vmid")}`,
      ct: `vm-${params.need("vmid")}`,
      vnet: `vnet-${params.need("vnet")}`,
    },
  };
  return lab.locks.with(`firewall-${name[level.env]}`, change);
}

/** What the rules of a level are checked against; `mine` leaves out IP sets that the caller may not see. */
export function ruleContext(level: Level, request: LabRequest, mine: boolean): RuleContext {
  const { cluster } = request.lab.state.firewall;
  const inCluster = level.env === "cluster" || level.env === "group";
  return {
    env: level.env,
    cluster: inCluster ? undefined : cluster,
    own: inCluster ? cluster : level.file(request),
    sdnSets: new Set(sdnIpsets(request, mine)),
  };
}

/** A rule as it is answered: with the version of its addresses and what is wrong with it by now. */
export function answeredRule(rule: FwRule, context: RuleContext): Record<string, unknown> {
  const { ipversion, errors } = verifyRule(rule, context);
  return {
    ...rule,
    ...(ipversion === undefined ? {} : { ipversion }),
    ...(errors.size === 0 ? {} : { errors: Object.fromEntries(errors) }),
  };
}

/** Fails where a rule is not good, with the first fault alone. */
export function assertRule(rule: Partial<FwRule>, context: RuleContext): string | undefined {
  const { macro, errors } = verifyRule(rule, context);
  for (const [property, message] of errors) throw paramError({ [property]: message });
  return macro;
}
