import { accessSync, constants } from "node:fs";
import { customCleanEnv, makeExactValidator } from "envalid";
import { credentials } from "./credentials.ts";
import {
  DEFINITIONS,
  type Definition,
  SETTING_NAMES,
  type SettingName,
  type SettingValues,
} from "./definitions.ts";
import { ParseFault, type SettingFault, SettingsError } from "./errors.ts";
import { defaultStateDir, type Machine, pathRules, thisMachine } from "./paths.ts";
import { type Environment, readTexts } from "./texts.ts";
import type { ClusterSettings, Credentials, Settings } from "./types.ts";
import { unknownNames } from "./unknown-names.ts";

/** Settings and what the operator should know about them. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/**
 * Reads all settings from an environment. Throws {@link SettingsError} with every
 * fault at once; neither faults nor warnings hold a secret.
 */
export function loadSettings(environment: Environment, machine: Machine = thisMachine()): LoadedSettings {
  const env = machine.platform === "win32" ? upperCaseNames(environment) : environment;
  const names = unknownNames(
    Object.keys(env),
    SETTING_NAMES.flatMap((name) => [name, `${name}_FILE`]),
  );
  const { texts, faults: fileFaults, given } = readTexts(env, SETTING_NAMES);
  const { values, faults: valueFaults } = parseAll(texts, machine, fileFaults);
  const signIn = credentials(values, given);
  const faults = [...names.faults, ...fileFaults, ...valueFaults, ...signIn.faults, ...caFaults(values)];
  if (faults.length > 0 || signIn.credentials === undefined || values.PROXMOX_HOST === undefined) {
    throw new SettingsError(faults.map((fault) => withoutSecrets(fault, texts)));
  }
  const settings = assemble(values, values.PROXMOX_HOST, signIn.credentials, env, machine);
  return { settings: deepFreeze(settings), warnings: [...names.warnings, ...doubtful(values, given)] };
}

/** Windows knows `Proxmox_Host` and `PROXMOX_HOST` as the same variable. */
function upperCaseNames(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).map(([name, text]) => [name.toUpperCase(), text]));
}

function parseAll(
  texts: ReadonlyMap<string, string>,
  machine: Machine,
  already: readonly SettingFault[],
): { values: SettingValues; faults: SettingFault[] } {
  const faults: SettingFault[] = [];
  const reported = new Set(already.flatMap(({ name }) => [name, name.replace(/_FILE$/, "")]));
  const specs = Object.fromEntries(SETTING_NAMES.map((name) => [name, spec(DEFINITIONS[name], machine)]));
  const values = customCleanEnv(Object.fromEntries(texts), specs, (cleaned) => cleaned, {
    reporter: ({ errors }) => {
      for (const name of SETTING_NAMES) {
        const error: unknown = errors[name];
        if (error !== undefined && !reported.has(name)) faults.push(asFault(name, error));
      }
    },
  });
  // The specs were made from the table one by one, so the values have the table's types.
  return { values: values as unknown as SettingValues, faults };
}

function spec(definition: Definition<NonNullable<unknown>>, machine: Machine) {
  const validator = makeExactValidator<NonNullable<unknown>>((text) => definition.parse(text, machine));
  return definition.required === true ? validator() : validator({ default: definition.fallback });
}

function asFault(name: SettingName, error: unknown): SettingFault {
  const accepted = DEFINITIONS[name].accepts;
  if (error instanceof ParseFault)
    return { name, wrong: error.message, accepted: error.accepted ?? accepted };
  return { name, wrong: error instanceof ReferenceError ? "it is not set" : "it cannot be read", accepted };
}

function caFaults({ PROXMOX_TLS_CA_FILE: path }: SettingValues): SettingFault[] {
  if (path === undefined) return [];
  try {
    accessSync(path, constants.R_OK);
    return [];
  } catch {
    const { accepts } = DEFINITIONS.PROXMOX_TLS_CA_FILE;
    return [{ name: "PROXMOX_TLS_CA_FILE", wrong: "the file cannot be read", accepted: accepts }];
  }
}

/** A last guard: a secret may have been pasted into another variable as well. Those of the sign-in quote nothing. */
function withoutSecrets(fault: SettingFault, texts: ReadonlyMap<string, string>): SettingFault {
  const name = SETTING_NAMES.find((known) => known === fault.name);
  const text = texts.get(fault.name);
  if (name === undefined || text === undefined || DEFINITIONS[name].group === "Sign-in") return fault;
  const secrets = SETTING_NAMES.filter((known) => "secret" in DEFINITIONS[known]);
  const holdsSecret = secrets.some((secret) => {
    const value = texts.get(secret)?.trim() ?? "";
    return value.length >= 4 && text.includes(value);
  });
  if (!holdsSecret) return fault;
  return { name, wrong: "it is not accepted, and holds a secret", accepted: DEFINITIONS[name].accepts };
}

function doubtful(values: SettingValues, given: ReadonlySet<string>): string[] {
  const warnings: string[] = [];
  if (!values.PROXMOX_TLS_REJECT_UNAUTHORIZED && values.PROXMOX_TLS_FINGERPRINT.length === 0) {
    warnings.push("PROXMOX_TLS_REJECT_UNAUTHORIZED is off: the API's certificate is not verified");
  }
  if (
    values.PROXMOX_MCP_ENABLE_ESCAPE &&
    given.has("PROXMOX_MCP_ACCESS") &&
    values.PROXMOX_MCP_ACCESS !== "escape"
  ) {
    warnings.push(`PROXMOX_MCP_ENABLE_ESCAPE is on: access is escape, not ${values.PROXMOX_MCP_ACCESS}`);
  }
  return warnings;
}

function assemble(
  values: SettingValues,
  host: string,
  signIn: Credentials,
  env: Environment,
  machine: Machine,
): Settings {
  const stateDir = values.PROXMOX_MCP_STATE_DIR ?? defaultStateDir(env, machine);
  return {
    clusters: [cluster(values, host, signIn)],
    mode: values.PROXMOX_MCP_MODE,
    authMode: values.PROXMOX_MCP_AUTH_MODE,
    secretBackend: values.PROXMOX_MCP_SECRET_BACKEND,
    plugins: {
      ...values.PROXMOX_MCP_PLUGINS,
      paths: values.PROXMOX_MCP_PLUGIN_PATH,
      grants: values.PROXMOX_MCP_PLUGIN_GRANTS,
      strict: values.PROXMOX_MCP_STRICT_PLUGINS,
      minValidation: values.PROXMOX_MCP_MIN_VALIDATION,
    },
    access: values.PROXMOX_MCP_ENABLE_ESCAPE ? "escape" : values.PROXMOX_MCP_ACCESS,
    confirm: values.PROXMOX_MCP_CONFIRM,
    stateDir,
    auditLogPath: values.PROXMOX_MCP_AUDIT_LOG_PATH ?? pathRules(machine).join(stateDir, "audit"),
    logLevel: values.PROXMOX_MCP_LOG_LEVEL,
    limits: {
      connectTimeoutMs: values.PROXMOX_MCP_CONNECT_TIMEOUT_MS,
      requestTimeoutMs: values.PROXMOX_MCP_REQUEST_TIMEOUT_MS,
      confirmTimeoutMs: values.PROXMOX_MCP_CONFIRM_TIMEOUT_MS,
      taskTimeoutMs: values.PROXMOX_MCP_TASK_TIMEOUT_MS,
      inventoryCacheMs: values.PROXMOX_MCP_INVENTORY_CACHE_MS,
      artifactInlineChars: values.PROXMOX_MCP_ARTIFACT_INLINE_CHARS,
      artifactMaxAgeMs: values.PROXMOX_MCP_ARTIFACT_MAX_AGE_MS,
      artifactMaxBytes: values.PROXMOX_MCP_ARTIFACT_MAX_BYTES,
      maxConnections: values.PROXMOX_MCP_MAX_CONNECTIONS,
    },
  };
}

function cluster(values: SettingValues, host: string, signIn: Credentials): ClusterSettings {
  const {
    PROXMOX_DEFAULT_NODE: node,
    PROXMOX_DEFAULT_VM_STORAGE: vmStorage,
    PROXMOX_TLS_CA_FILE: caFile,
  } = values;
  return {
    name: "default",
    hosts: [host],
    port: values.PROXMOX_API_PORT,
    credentials: signIn,
    tls: {
      rejectUnauthorized: values.PROXMOX_TLS_REJECT_UNAUTHORIZED,
      ...(caFile === undefined ? {} : { caFile }),
      fingerprints: values.PROXMOX_TLS_FINGERPRINT,
    },
    defaults: {
      ...(node === undefined ? {} : { node }),
      bridge: values.PROXMOX_DEFAULT_BRIDGE,
      ...(vmStorage === undefined ? {} : { vmStorage }),
      snippetStorage: values.PROXMOX_DEFAULT_SNIPPET_STORAGE,
    },
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
