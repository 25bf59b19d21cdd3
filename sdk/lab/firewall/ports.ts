const HIGHEST_PORT = 65_535;
const MOST_PORTS = 15;

/** Protocols whose rules take ports. (pve-firewall, src/PVE/Firewall.pm) */
export const WITH_PORTS: ReadonlySet<string> = new Set([
  ...["udp", "17", "udplite", "136", "tcp", "6", "dccp", "33", "sctp", "132"],
]);

/** Names of `iptables -p icmp -h`. */
export const ICMP_TYPES: ReadonlySet<string> = new Set(
  (
    "any echo-reply destination-unreachable network-unreachable host-unreachable protocol-unreachable " +
    "port-unreachable fragmentation-needed source-route-failed network-unknown host-unknown " +
    "network-prohibited host-prohibited TOS-network-unreachable TOS-host-unreachable " +
    "communication-prohibited host-precedence-violation precedence-cutoff source-quench redirect " +
    "network-redirect host-redirect TOS-network-redirect TOS-host-redirect echo-request " +
    "router-advertisement router-solicitation time-exceeded ttl-zero-during-transit " +
    "ttl-zero-during-reassembly parameter-problem ip-header-bad required-option-missing " +
    "timestamp-request timestamp-reply address-mask-request address-mask-reply"
  ).split(" "),
);

/** Names of `ip6tables -p icmpv6 -h`. */
export const ICMPV6_TYPES: ReadonlySet<string> = new Set(
  (
    "destination-unreachable no-route communication-prohibited beyond-scope address-unreachable " +
    "port-unreachable failed-policy reject-route packet-too-big time-exceeded ttl-zero-during-transit " +
    "ttl-zero-during-reassembly parameter-problem bad-header unknown-header-type unknown-option " +
    "echo-request echo-reply router-solicitation router-advertisement neighbor-solicitation " +
    "neighbour-solicitation neighbor-advertisement neighbour-advertisement redirect"
  ).split(" "),
);

/** Services that a node knows by name; the common ones of `/etc/services`. */
const SERVICES: ReadonlySet<string> = new Set(
  (
    "tcpmux echo discard systat daytime netstat qotd chargen ftp-data ftp fsp ssh telnet smtp time whois " +
    "tacacs tacacs-ds domain bootps bootpc tftp gopher finger http kerberos iso-tsap acr-nema pop3 sunrpc " +
    "auth nntp ntp epmap netbios-ns netbios-dgm netbios-ssn imap2 snmp snmp-trap cmip-man cmip-agent " +
    "mailq xdmcp bgp smux qmtp z3950 ipx ptp-event ptp-general pawserv zserv rpc2portmap codaauth2 " +
    "clearcase ldap svrloc https snpp microsoft-ds kpasswd submissions submission ipp ldaps rsync ftps-data " +
    "ftps telnets imaps pop3s socks proofd rootd openvpn rmiregistry lotusnote ms-sql-s ms-sql-m ingreslock " +
    "datametrics kermit groupwise l2f radius radius-acct cisco-sccp nfs gnunet rtcm-sc104 gsigatekeeper " +
    "gris cvspserver venus mysql iscsi-target rdp postgresql xmpp-client xmpp-server amqp sip sip-tls " +
    "mdns bacula-dir x11 ircd bittorrent-tracker puppet http-alt webcache bacula-fd amanda zabbix-agent " +
    "zabbix-trapper vnc nut syslog shell login exec printer klogin kshell uucp"
  ).split(" "),
);

/** What is wrong with the ports of a rule; names of ICMP types go where `icmp` says so. (Firewall.pm: parse_port_name_number_or_range) */
export function portFault(text: string, icmp: boolean): string | undefined {
  if (/,$|^,+$/.test(text)) return "extraneous commas in list";
  const items = text.split(",");
  for (const item of items) {
    const fault = itemFault(item, icmp);
    if (fault !== undefined) return fault;
  }
  const count = items.reduce((sum, item) => sum + (/^\d/.test(item) ? item.split(":").length : 0), 0);
  const hasTypes = icmp && items.some(isIcmpType);
  if (hasTypes && count > 0) return "ICMP ports not allowed in port range";
  return count > MOST_PORTS ? `too many entries in port list (> ${MOST_PORTS} numbers)` : undefined;
}

function isIcmpType(item: string): boolean {
  return ICMP_TYPES.has(item) || ICMPV6_TYPES.has(item);
}

function itemFault(item: string, icmp: boolean): string | undefined {
  const [, first, last] = /^([0-9]+)(?::([0-9]+))?$/.exec(item) ?? [];
  if (first === undefined) {
    const known = (icmp && isIcmpType(item)) || SERVICES.has(item);
    return known ? undefined : `invalid port '${item}'`;
  }
  for (const port of [first, last ?? first]) if (Number(port) > HIGHEST_PORT) return `invalid port '${port}'`;
  if (last === undefined || Number(first) <= Number(last)) return undefined;
  return `backwards range '${first}:${last}' not allowed, did you mean '${last}:${first}'?`;
}
