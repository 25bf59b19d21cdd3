import { authorityFault } from "./authority.ts";
import { CLUSTER_DEFINITIONS, type ClusterSettingName } from "./cluster-definitions.ts";
import { prefixed, withPrefix } from "./cluster-names.ts";
import { credentials } from "./credentials.ts";
import type { ValuesOf } from "./definition.ts";
import type { SettingFault } from "./errors.ts";
import { isFor } from "./fingerprint.ts";
import type { Machine } from "./paths.ts";
import { sshFaults, sshSettings, sshWarnings } from "./ssh.ts";
import type { Environment } from "./texts.ts";
import type { ClusterSettings, Credentials, HostSettings } from "./types.ts";
import { readValues } from "./values.ts";

/** A cluster and how its variables begin. */
export interface ClusterScope {
  readonly name: string;
  readonly prefix: string;
}

/** What the variables of one cluster came to. */
export interface ReadCluster {
  /** Undefined where there are faults. */
  readonly settings: ClusterSettings | undefined;
  readonly faults: readonly SettingFault[];
  readonly warnings: readonly string[];
  /** Texts by the variable as the operator set it. */
  readonly texts: ReadonlyMap<string, string>;
}

type Values = ValuesOf<typeof CLUSTER_DEFINITIONS>;

/** Reads one cluster as if it were the only one, and tells faults by its own names. */
export function readCluster(env: Environment, scope: ClusterScope, machine: Machine): ReadCluster {
  const {
    values,
    faults: valueFaults,
    given,
    texts,
  } = readValues(CLUSTER_DEFINITIONS, plainly(env, scope), machine);
  const signIn = credentials(values, given);
  const hosts = hostsOf(values);
  const faults = [
    ...valueFaults,
    ...signIn.faults,
    ...caFaults(values),
    ...pinFaults(values, hosts),
    ...(valueFaults.length === 0 ? sshFaults(values) : []),
  ];
  const settings =
    faults.length > 0 || signIn.credentials === undefined
      ? undefined
      : assemble(scope, values, hosts, signIn.credentials);
  const { prefix } = scope;
  return {
    settings,
    faults: faults.map(({ name, wrong, accepted }) => ({
      name: prefixed(name, prefix),
      wrong: withPrefix(wrong, prefix),
      accepted: withPrefix(accepted, prefix),
    })),
    warnings: (valueFaults.length > 0 ? [] : [...doubtful(values, hosts), ...sshWarnings(values, given)]).map(
      (warning) => withPrefix(warning, prefix),
    ),
    texts: new Map([...texts].map(([name, text]) => [prefixed(name, prefix), text])),
  };
}

/** The variables of a cluster by the names they have where it is the only one. */
function plainly(env: Environment, { prefix }: ClusterScope): Environment {
  const names = Object.keys(CLUSTER_DEFINITIONS).flatMap((name) => [name, `${name}_FILE`]);
  return Object.fromEntries(names.map((name) => [name, env[prefixed(name, prefix)]]));
}

function hostsOf(values: Values): readonly HostSettings[] {
  return (values.PROXMOX_HOST ?? []).map(({ host, port = values.PROXMOX_API_PORT }) => {
    const pins = (values.PROXMOX_TLS_FINGERPRINT ?? []).filter((pin) => isFor(pin, { host, port }));
    return { host, port, fingerprints: [...new Set(pins.map(({ fingerprint }) => fingerprint))] };
  });
}

function caFaults({ PROXMOX_TLS_CA_FILE: path }: Values): SettingFault[] {
  const wrong = path === undefined ? undefined : authorityFault(path);
  if (wrong === undefined) return [];
  return [{ name: "PROXMOX_TLS_CA_FILE", wrong, accepted: CLUSTER_DEFINITIONS.PROXMOX_TLS_CA_FILE.accepts }];
}

/** A pin for a host that is not there is most likely misspelt, and that host would go unpinned. */
function pinFaults(values: Values, hosts: readonly HostSettings[]): SettingFault[] {
  if (hosts.length === 0) return [];
  const stray = values.PROXMOX_TLS_FINGERPRINT?.find((pin) => !hosts.some((host) => isFor(pin, host)));
  if (stray?.only === undefined) return [];
  const name: ClusterSettingName = "PROXMOX_TLS_FINGERPRINT";
  const accepted = "hosts of PROXMOX_HOST, spelt as they are there";
  return [{ name, wrong: "it is for a host that is not among PROXMOX_HOST", accepted }];
}

function doubtful(values: Values, hosts: readonly HostSettings[]): string[] {
  if (values.PROXMOX_TLS_REJECT_UNAUTHORIZED || hosts.every(({ fingerprints }) => fingerprints.length > 0)) {
    return [];
  }
  return ["PROXMOX_TLS_REJECT_UNAUTHORIZED is off: the API's certificate is not verified"];
}

function assemble(
  { name, prefix }: ClusterScope,
  values: Values,
  hosts: readonly HostSettings[],
  signIn: Credentials,
): ClusterSettings {
  const {
    PROXMOX_DEFAULT_NODE: node,
    PROXMOX_DEFAULT_VM_STORAGE: vmStorage,
    PROXMOX_TLS_CA_FILE: caFile,
  } = values;
  const ssh = sshSettings(values);
  return {
    name,
    prefix,
    hosts,
    ...(ssh === undefined ? {} : { ssh }),
    credentials: signIn,
    tls: {
      rejectUnauthorized: values.PROXMOX_TLS_REJECT_UNAUTHORIZED,
      ...(caFile === undefined ? {} : { caFile }),
    },
    defaults: {
      ...(node === undefined ? {} : { node }),
      bridge: values.PROXMOX_DEFAULT_BRIDGE,
      ...(vmStorage === undefined ? {} : { vmStorage }),
      snippetStorage: values.PROXMOX_DEFAULT_SNIPPET_STORAGE,
    },
  };
}
