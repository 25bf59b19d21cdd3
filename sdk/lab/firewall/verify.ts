import { aliasRef, checkAddresses, ipsetRef } from "./addresses.ts";
import { macroConflict, macroName } from "./macros.ts";
import { ICMP_TYPES, ICMPV6_TYPES, portFault, WITH_PORTS } from "./ports.ts";
import type { FwConfig, FwRule, RuleEnv } from "./types.ts";

/** What rules are checked against. */
export interface RuleContext {
  readonly env: RuleEnv;
  /** The cluster's file; undefined where the rule itself is in it. */
  readonly cluster: FwConfig | undefined;
  readonly own: FwConfig;
  /** Names of the IP sets that come from SDN. */
  readonly sdnSets: ReadonlySet<string>;
}

/** A rule after its check. */
export interface Verified {
  /** The macro in its own spelling. */
  readonly macro: string | undefined;
  readonly ipversion: 4 | 6 | undefined;
  /** By property, the first message of each; empty for a good rule. */
  readonly errors: ReadonlyMap<string, string>;
}

const TYPES: Readonly<Record<RuleEnv, readonly string[]>> = {
  ct: ["in", "out", "group"],
  vm: ["in", "out", "group"],
  group: ["in", "out", "forward"],
  cluster: ["in", "out", "forward", "group"],
  host: ["in", "out", "forward", "group"],
  vnet: ["forward", "group"],
};

const ICMP = new Set(["icmp", "icmpv6", "ipv6-icmp"]);

/** Checks a rule where it stands. (pve-firewall, src/PVE/Firewall.pm: verify_rule) */
export function verifyRule(rule: Partial<FwRule>, context: RuleContext): Verified {
  const check = new RuleCheck(rule, context);
  check.run();
  return check;
}

class RuleCheck implements Verified {
  readonly errors = new Map<string, string>();
  macro: string | undefined;
  ipversion: 4 | 6 | undefined;
  readonly #rule: Partial<FwRule>;
  readonly #context: RuleContext;

  constructor(rule: Partial<FwRule>, context: RuleContext) {
    this.#rule = rule;
    this.#context = context;
  }

  run(): void {
    this.#typeAndAction();
    this.#iface();
    this.#macro();
    this.#protocol();
    this.#ports();
    this.#addresses("source");
    this.#addresses("dest");
    if (this.macro === undefined || this.errors.size > 0) return;
    const conflict = macroConflict(this.macro, this.#rule, this.ipversion);
    if (conflict !== undefined) this.#fault(...conflict);
  }

  #fault(property: string, message: string): void {
    if (!this.errors.has(property)) this.errors.set(property, message);
  }

  #typeAndAction(): void {
    const { type, action } = this.#rule;
    const { env } = this.#context;
    if (type === undefined) this.#fault("type", "missing property");
    if (action === undefined) this.#fault("action", "missing property");
    if (type === undefined || action === undefined) return;
    if (!TYPES[env].includes(type)) this.#fault("type", `invalid rule type '${type}' for rule_env '${env}'`);
    if (type === "group") return;
    if (type === "forward" && action === "REJECT")
      this.#fault("action", "cannot define REJECT rules on forward chain");
    if (!/^(?:ACCEPT|DROP|REJECT)$/.test(action)) this.#fault("action", `unknown action '${action}'`);
  }

  #iface(): void {
    const { iface } = this.#rule;
    const { env } = this.#context;
    if (iface === undefined) return;
    if (env === "group" || env === "vnet") this.#fault("type", "parameter -i not allowed for this rule type");
    if ((env === "vm" || env === "ct") && !/^net\d+$/.test(iface))
      this.#fault("iface", "value does not match the regex pattern 'net\\d+'");
  }

  #macro(): void {
    const { macro } = this.#rule;
    if (macro === undefined) return;
    this.macro = macroName(macro);
    if (this.macro === undefined) this.#fault("macro", `unknown macro '${macro}'`);
  }

  #protocol(): void {
    const { proto } = this.#rule;
    if (proto === "icmp") this.ipversion = 4;
    if (proto === "icmpv6" || proto === "ipv6-icmp") this.ipversion = 6;
  }

  #ports(): void {
    const { proto, dport, sport, "icmp-type": type } = this.#rule;
    const isIcmp = proto !== undefined && ICMP.has(proto);
    if (dport !== undefined) this.#port("dport", dport, isIcmp);
    if (type !== undefined) {
      if (!isIcmp) this.#fault("proto", "missing property - 'icmp-type' requires this property");
      if (dport !== undefined)
        this.#fault("icmp-type", "'icmp-type' cannot be specified together with 'dport'");
      if (isIcmp && !(proto === "icmp" ? ICMP_TYPES : ICMPV6_TYPES).has(type))
        this.#fault("icmp-type", `invalid icmp-type '${type}' for proto '${proto}'`);
    }
    if (sport !== undefined) this.#port("sport", sport, false);
  }

  #port(property: "dport" | "sport", value: string, isIcmp: boolean): void {
    const { proto } = this.#rule;
    const fault = portFault(value, isIcmp);
    if (fault !== undefined) this.#fault(property, fault);
    if (proto === undefined) this.#fault("proto", `missing property - '${property}' requires this property`);
    if (!isIcmp && !WITH_PORTS.has(proto ?? ""))
      this.#fault(property, `protocol '${proto ?? ""}' does not support ports`);
  }

  #addresses(property: "source" | "dest"): void {
    const value = this.#rule[property];
    if (value === undefined) return;
    const found = checkAddresses(value);
    if ("fault" in found) this.#fault(property, found.fault);
    else this.#setVersion(property, found.version);
    if (value.startsWith("+")) this.#ipset(property, value);
    else this.#alias(property, value);
  }

  #setVersion(property: string, version: 4 | 6 | undefined): void {
    if (version === undefined) return;
    if (this.ipversion !== undefined && this.ipversion !== version)
      this.#fault(property, "detected mixed ipv4/ipv6 addresses in rule");
    this.ipversion = version;
  }

  #ipset(property: string, value: string): void {
    const name = ipsetRef(value)?.name;
    const { cluster, own, sdnSets } = this.#context;
    if (name === undefined) this.#fault(property, `invalid ipset name '${value}'`);
    else if (!cluster?.ipsets.has(name) && !own.ipsets.has(name) && !sdnSets.has(name))
      this.#fault(property, `no such ipset '${name}'`);
  }

  #alias(property: string, value: string): void {
    const ref = aliasRef(value);
    if (ref === undefined) return;
    const { cluster, own } = this.#context;
    const name = ref.name.toLowerCase();
    const [above, here] = [cluster?.aliases.get(name), own.aliases.get(name)];
    if (above === undefined && here === undefined) this.#fault(property, `no such alias '${value}'`);
    const local = ref.scope === "dc/" ? undefined : here;
    this.#setVersion(property, (local ?? (ref.scope === "guest/" ? undefined : above))?.ipversion);
  }
}
