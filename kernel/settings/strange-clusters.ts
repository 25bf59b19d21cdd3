import type { Rule } from "../policy/rules/types.ts";
import type { Protection } from "../policy/targets-setting.ts";
import type { SettingFault } from "./errors.ts";

/** What names clusters; undefined where the variable itself is at fault. */
interface NamesClusters {
  readonly protect: readonly Protection[] | undefined;
  readonly policy: readonly Rule[] | undefined;
}

/** A protection or rule for a cluster that there is not would do nothing, without a word. */
export function strangeClusters(
  { protect, policy }: NamesClusters,
  known: readonly string[],
): SettingFault[] {
  const isStrange = (cluster: string) => !known.some((name) => name === cluster.toLowerCase());
  const protections = (protect ?? [])
    .filter(({ cluster }) => cluster !== undefined && isStrange(cluster))
    .map(({ text }) => ({
      name: "PROXMOX_MCP_PROTECT",
      wrong: `"${text}" is for a cluster that there is not`,
      accepted: `one of ${known.join(", ")} before the slash`,
    }));
  const rules = (policy ?? []).flatMap(({ number, line, conditions }) =>
    conditions
      .flatMap((condition) => (condition.key === "cluster" ? condition.values : []))
      .filter(isStrange)
      .map((cluster) => ({
        name: "PROXMOX_MCP_POLICY",
        wrong: `rule ${number} (line ${line}) is for the cluster "${cluster}", which there is not`,
        accepted: `cluster=${known.join(",")}`,
      })),
  );
  return [...protections, ...rules];
}
