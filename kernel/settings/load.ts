import { readCluster } from "./cluster.ts";
import { CLUSTER_DEFINITIONS, CLUSTER_SETTING_NAMES } from "./cluster-definitions.ts";
import { ONLY_CLUSTER, PLAIN_PREFIX, prefixed, prefixOf } from "./cluster-names.ts";
import type { Definition, ValuesOf } from "./definition.ts";
import { SERVER_DEFINITIONS } from "./definitions.ts";
import { type SettingFault, SettingsError } from "./errors.ts";
import { holds, secretsOf, withoutSecrets } from "./hide-secrets.ts";
import { defaultStateDir, type Machine, pathRules, thisMachine } from "./paths.ts";
import { strangeClusters } from "./strange-clusters.ts";
import type { Environment } from "./texts.ts";
import type { ClusterSettings, Settings } from "./types.ts";
import { unknownNames } from "./unknown-names.ts";
import { readValues } from "./values.ts";

/** Settings and what the operator should know about them. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

const NAMES_HOLD_SECRET: SettingFault = {
  name: "PROXMOX_CLUSTERS",
  wrong: "it holds a secret",
  accepted: SERVER_DEFINITIONS.PROXMOX_CLUSTERS.accepts,
};

type ServerValues = ValuesOf<typeof SERVER_DEFINITIONS>;

/**
 * Reads all settings from an environment. Throws {@link SettingsError} with every
 * fault at once; neither faults nor warnings hold a secret.
 */
export function loadSettings(environment: Environment, machine: Machine = thisMachine()): LoadedSettings {
  const env = machine.platform === "win32" ? upperCaseNames(environment) : environment;
  const server = readValues(SERVER_DEFINITIONS, env, machine);
  const isNamed = server.given.has("PROXMOX_CLUSTERS");
  const named = server.values.PROXMOX_CLUSTERS ?? [];
  const scopes = isNamed
    ? named.map((name) => ({ name, prefix: prefixOf(name) }))
    : [{ name: ONLY_CLUSTER, prefix: PLAIN_PREFIX }];
  const clusters = scopes.map((scope) => readCluster(env, scope, machine));
  const plain = isNamed ? plainNames(env, named) : [];

  const variables = variablesOf(scopes.map(({ prefix }) => prefix));
  const misplaced = new Set(plain.map(({ name }) => name));
  const names = unknownNames(
    Object.keys(env).filter((name) => !misplaced.has(name)),
    [...variables.keys()].flatMap((name) => [name, `${name}_FILE`]),
  );
  const faults = [
    ...names.faults,
    ...plain,
    ...clusters.flatMap((cluster) => cluster.faults),
    ...server.faults,
    ...strangeClusters(
      { protect: server.values.PROXMOX_MCP_PROTECT, policy: server.values.PROXMOX_MCP_POLICY },
      scopes.map(({ name }) => name),
    ),
  ];
  const read = clusters.flatMap(({ settings }) => settings ?? []);
  if (faults.length > 0 || read.length < clusters.length) {
    const texts = new Map([...server.texts, ...clusters.flatMap((cluster) => [...cluster.texts])]);
    const secrets = secretsOf(env, texts);
    // Names of clusters are part of nearly every fault; a secret among them leaves only what can be told without.
    const isTold = !holds(server.texts.get("PROXMOX_CLUSTERS") ?? "", secrets);
    throw new SettingsError(
      (isTold ? faults : [NAMES_HOLD_SECRET, ...server.faults]).map((fault) =>
        withoutSecrets(fault, { variables, texts, secrets }),
      ),
    );
  }
  return {
    settings: deepFreeze(assemble(server.values, read, env, machine)),
    warnings: [
      ...names.warnings,
      ...clusters.flatMap((cluster) => cluster.warnings),
      ...doubtful(server.values, server.given),
    ],
  };
}

/** Windows knows `Proxmox_Host` and `PROXMOX_HOST` as the same variable. */
function upperCaseNames(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).map(([name, text]) => [name.toUpperCase(), text]));
}

/** Every variable there is for clusters with these prefixes. */
function variablesOf(prefixes: readonly string[]): ReadonlyMap<string, Definition<NonNullable<unknown>>> {
  return new Map<string, Definition<NonNullable<unknown>>>([
    ...prefixes.flatMap((prefix) =>
      CLUSTER_SETTING_NAMES.map((name) => [prefixed(name, prefix), CLUSTER_DEFINITIONS[name]] as const),
    ),
    ...Object.entries(SERVER_DEFINITIONS),
  ]);
}

/** Beside PROXMOX_CLUSTERS a plain name is no cluster's: which one it was meant for must be said. */
function plainNames(env: Environment, clusters: readonly string[]): SettingFault[] {
  return CLUSTER_SETTING_NAMES.flatMap((name) => [name, `${name}_FILE`])
    .filter((name) => (env[name] ?? "").trim() !== "")
    .map((name) => ({
      name,
      wrong: "PROXMOX_CLUSTERS is set, and this is a setting of one cluster",
      accepted:
        clusters.length === 0
          ? "the same under the prefix of a cluster"
          : clusters.map((cluster) => prefixed(name, prefixOf(cluster))).join(", "),
    }));
}

function doubtful(values: ServerValues, given: ReadonlySet<string>): string[] {
  const { PROXMOX_MCP_ACCESS: access } = values;
  const isRaised = values.PROXMOX_MCP_ENABLE_ESCAPE && given.has("PROXMOX_MCP_ACCESS") && access !== "escape";
  return isRaised ? [`PROXMOX_MCP_ENABLE_ESCAPE is on: access is escape, not ${access}`] : [];
}

function assemble(
  values: ServerValues,
  clusters: readonly ClusterSettings[],
  env: Environment,
  machine: Machine,
): Settings {
  const stateDir = values.PROXMOX_MCP_STATE_DIR ?? defaultStateDir(env, machine);
  return {
    clusters,
    mode: values.PROXMOX_MCP_MODE,
    authMode: values.PROXMOX_MCP_AUTH_MODE,
    secretBackend: values.PROXMOX_MCP_SECRET_BACKEND,
    structured: values.PROXMOX_MCP_STRUCTURED,
    plugins: {
      ...values.PROXMOX_MCP_PLUGINS,
      paths: values.PROXMOX_MCP_PLUGIN_PATH,
      grants: values.PROXMOX_MCP_PLUGIN_GRANTS,
      strict: values.PROXMOX_MCP_STRICT_PLUGINS,
      minValidation: values.PROXMOX_MCP_MIN_VALIDATION,
    },
    access: values.PROXMOX_MCP_ENABLE_ESCAPE ? "escape" : values.PROXMOX_MCP_ACCESS,
    confirm: values.PROXMOX_MCP_CONFIRM,
    protect: values.PROXMOX_MCP_PROTECT,
    policy: values.PROXMOX_MCP_POLICY,
    stateDir,
    uploadDirs: values.PROXMOX_MCP_UPLOAD_DIRS,
    auditLogPath: values.PROXMOX_MCP_AUDIT_LOG_PATH ?? pathRules(machine).join(stateDir, "audit"),
    logLevel: values.PROXMOX_MCP_LOG_LEVEL,
    limits: {
      connectTimeoutMs: values.PROXMOX_MCP_CONNECT_TIMEOUT_MS,
      requestTimeoutMs: values.PROXMOX_MCP_REQUEST_TIMEOUT_MS,
      confirmTimeoutMs: values.PROXMOX_MCP_CONFIRM_TIMEOUT_MS,
      taskTimeoutMs: values.PROXMOX_MCP_TASK_TIMEOUT_MS,
      inventoryCacheMs: values.PROXMOX_MCP_INVENTORY_CACHE_MS,
      maxConnections: values.PROXMOX_MCP_MAX_CONNECTIONS,
      artifactInlineChars: values.PROXMOX_MCP_ARTIFACT_INLINE_CHARS,
      artifactMaxAgeMs: values.PROXMOX_MCP_ARTIFACT_MAX_AGE_MS,
      artifactMaxBytes: values.PROXMOX_MCP_ARTIFACT_MAX_BYTES,
    },
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
