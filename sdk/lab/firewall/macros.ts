import { MACRO_TABLE } from "./macro-table.ts";

/** What a macro fixes in a rule. */
type Service = Readonly<Partial<Record<"proto" | "dport" | "sport", string>>>;

interface Macro {
  readonly name: string;
  readonly descr: string;
  readonly services: readonly Service[];
}

const MACROS: readonly Macro[] = MACRO_TABLE.trim()
  .split("\n")
  .map((line) => {
    const [name = "", descr = "", services = ""] = line.split("|");
    return { name, descr, services: services.split(" ").map(service) };
  });

const BY_NAME = new Map(MACROS.map((macro) => [macro.name.toLowerCase(), macro]));

/** Macros that look another way where addresses are IPv6. */
const IPV6: ReadonlyMap<string, readonly Service[]> = new Map([
  ["Ping", [service("icmpv6/echo-request")]],
  ["Trcrt", [service("udp/33434:33524"), service("icmpv6/echo-request")]],
]);

const IPV6_ONLY = new Set(["DHCPv6", "NeighborDiscovery"]);

function service(text: string): Service {
  const [proto = "", dport, sport] = text.split("/");
  return {
    proto,
    ...(dport === undefined ? {} : { dport }),
    ...(sport === undefined ? {} : { sport }),
  };
}

/** All macros as the API lists them. */
export function listMacros(): readonly { readonly descr: string; readonly macro: string }[] {
  return MACROS.map(({ name, descr }) => ({ descr, macro: name }));
}

/** The name of a macro in its own spelling. */
export function macroName(text: string): string | undefined {
  return BY_NAME.get(text.toLowerCase())?.name;
}

/** The property of a rule that contradicts its macro, and the message about it. */
export function macroConflict(
  name: string,
  rule: Readonly<Partial<Record<"proto" | "dport" | "sport", string>>>,
  version: 4 | 6 | undefined,
): readonly [property: string, message: string] | undefined {
  if (IPV6_ONLY.has(name) && version === 4) return undefined;
  const services = (version === 6 ? IPV6.get(name) : undefined) ?? BY_NAME.get(name.toLowerCase())?.services;
  for (const fixed of services ?? [])
    for (const property of ["proto", "dport", "sport"] as const) {
      const [own, given] = [fixed[property], rule[property]];
      if (own !== undefined && given !== undefined && own !== given)
        return [property, `parameter '${property}' already define in macro (value = '${own}')`];
    }
  return undefined;
}
