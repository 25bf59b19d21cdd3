/** Where rules are: it decides which of them are good. */
export type RuleEnv = "cluster" | "host" | "vm" | "ct" | "vnet" | "group";

/** A rule, its properties as the file has them. */
export interface FwRule {
  readonly type: string;
  readonly action: string;
  readonly enable: number;
  readonly macro?: string;
  readonly iface?: string;
  readonly source?: string;
  readonly dest?: string;
  readonly proto?: string;
  readonly dport?: string;
  readonly sport?: string;
  readonly log?: string;
  readonly "icmp-type"?: string;
  readonly comment?: string;
}

/** A name for an address or network. */
export interface FwAlias {
  readonly name: string;
  readonly cidr: string;
  readonly ipversion: 4 | 6;
  readonly comment?: string;
}

/** An address, network or alias in an IP set. */
export interface FwSetEntry {
  readonly cidr: string;
  readonly nomatch?: 1;
  readonly comment?: string;
}

/** An IP set. */
export interface FwSet {
  comment?: string;
  /** Sorted by `cidr`. */
  entries: readonly FwSetEntry[];
}

/** A security group. */
export interface FwGroup {
  comment?: string;
  rules: readonly FwRule[];
}

/** One firewall file. */
export interface FwConfig {
  readonly options: Map<string, string | number>;
  /** By lower-case name. */
  readonly aliases: Map<string, FwAlias>;
  readonly ipsets: Map<string, FwSet>;
  /** In the cluster's file alone. */
  readonly groups: Map<string, FwGroup>;
  rules: readonly FwRule[];
}

/** The firewall files of a cluster. */
export interface FirewallState {
  readonly cluster: FwConfig;
  /** By node. */
  readonly hosts: Map<string, FwConfig>;
  /** By VMID. A file may be there for a guest that is not. */
  readonly guests: Map<number, FwConfig>;
  /** By vnet. */
  readonly vnets: Map<string, FwConfig>;
}
