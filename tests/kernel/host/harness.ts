import { PluginHost, type PluginHostParts } from "../../../kernel/host/host.ts";
import type { Logger } from "../../../kernel/log.ts";
import { Secret } from "../../../kernel/secrets/secret.ts";
import type { Settings } from "../../../kernel/settings/types.ts";
import type { ClusterAccess } from "../../../kernel/tokens.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { folderOf } from "../../helpers/plugin-folder.ts";

/** Settings of one cluster that allow everything. */
export const SETTINGS: Settings = {
  clusters: [
    {
      name: "default",
      prefix: "PROXMOX_",
      hosts: [{ host: "pve.test", port: 8006, fingerprints: [] }],
      credentials: { kind: "token", user: "root", realm: "pam", tokenId: "t", secret: new Secret("s3cret") },
      tls: { rejectUnauthorized: true },
      defaults: { bridge: "vmbr0", snippetStorage: "local" },
    },
  ],
  mode: "stdio",
  authMode: "none",
  secretBackend: "env",
  structured: false,
  plugins: { select: "all", exclude: [], paths: [], grants: {}, strict: false, minValidation: "lab" },
  access: "escape",
  confirm: "destructive",
  protect: [],
  policy: [],
  stateDir: "/nowhere",
  uploadDirs: [],
  auditLogPath: "/nowhere",
  logLevel: "error",
  limits: {
    connectTimeoutMs: 1_000,
    requestTimeoutMs: 1_000,
    confirmTimeoutMs: 60_000,
    taskTimeoutMs: 60_000,
    inventoryCacheMs: 1_000,
    artifactInlineChars: 20_000,
    artifactMaxAgeMs: 86_400_000,
    artifactMaxBytes: 268_435_456,
    maxConnections: 4,
  },
};

/** A cluster whose version the test decides. */
export class FakeCluster {
  readonly name: string;
  #release: string | undefined;
  #waiting: ((release: string) => void)[] = [];

  constructor(name = "default", release?: string) {
    this.name = name;
    this.#release = release;
  }

  /** Answers everyone who waits for the version, and whoever asks from now on. */
  connect(release: string): void {
    this.#release = release;
    for (const answer of this.#waiting.splice(0)) answer(release);
  }

  knownVersion() {
    return this.#release === undefined ? undefined : versionOf(this.#release);
  }

  async version() {
    const release = this.#release ?? (await new Promise<string>((resolve) => this.#waiting.push(resolve)));
    return versionOf(release);
  }

  async catalog() {
    return loadCatalog((await this.version()).release);
  }

  /** The host asks nothing else of a cluster. */
  access(): ClusterAccess {
    return this as unknown as ClusterAccess;
  }
}

function versionOf(release: string) {
  return { release, version: `${release}.1`, major: Number(release.split(".")[0]) };
}

/** A host on an empty package of its own, with the plugin settings given. */
export function hostOf(
  plugins: Partial<Settings["plugins"]>,
  parts: Partial<Omit<PluginHostParts, "settings">> & { readonly settings?: Partial<Settings> } = {},
): { host: PluginHost; log: string[] } {
  const log: string[] = [];
  const write = (message: string) => void log.push(message);
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const settings: Settings = {
    ...SETTINGS,
    ...parts.settings,
    plugins: { ...SETTINGS.plugins, minValidation: "experimental", ...plugins },
  };
  const layout = parts.layout ?? { root: emptyPackage(), kind: "source" as const };
  const clusters = { all: [] };
  const artifacts: PluginHostParts["artifacts"] = {
    put: () => Promise.reject(new Error("not used here")),
  };
  const uploads: PluginHostParts["uploads"] = {
    look: () => Promise.reject(new Error("not used here")),
  };
  const host = new PluginHost({
    logger,
    clusters,
    artifacts,
    uploads,
    reserved: [],
    ...parts,
    settings,
    layout,
  });
  return { host, log };
}

/** A package without built-in plugins, whose SDK is one line. */
export function emptyPackage(plugins: readonly unknown[] = []): string {
  return folderOf({
    "plugin-registry.json": JSON.stringify({ plugins }),
    "sdk/index.ts": "export const sdk = 1;\n",
  });
}

/** Names of the tools that are shown. */
export function shownNames(host: PluginHost): string[] {
  return host.listed().map(({ tool }) => tool.name);
}
