import type { Risk } from "../../sdk/risk.ts";
import type { Rule } from "../policy/rules/types.ts";
import type { Protection } from "../policy/targets-setting.ts";
import type { Secret } from "../secrets/secret.ts";
import type { NamedHost } from "./host.ts";
import type { HostKeyPin } from "./host-keys.ts";

/** How we sign in to Proxmox VE. */
export type Credentials =
  | {
      readonly kind: "token";
      readonly user: string;
      readonly realm: string;
      readonly tokenId: string;
      readonly secret: Secret;
    }
  | { readonly kind: "password"; readonly username: string; readonly password: Secret };

/** A node that answers for its cluster. */
export interface HostSettings {
  /** Host name or address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /**
   * SHA-256 of the certificates that are trusted on it, upper-case hex pairs with colons; any match will do.
   * Where there are some they replace the check by authorities.
   */
  readonly fingerprints: readonly string[];
}

/** How certificates of hosts without a fingerprint are judged. */
export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly caFile?: string;
}

/** How nodes are reached by SSH. */
export interface SshSettings {
  /** A login other than `root` runs everything through `sudo -n`. */
  readonly username: string;
  /** The key itself, or the file that holds it. */
  readonly key: { readonly secret: Secret } | { readonly path: string };
  readonly passphrase?: Secret;
  /** Without any, nothing is trusted and SSH is off. */
  readonly hostKeys: readonly HostKeyPin[];
  /** Of nodes that are given without one. */
  readonly port: number;
  /** By node, for those whose address in the cluster does not serve. */
  readonly addresses: Readonly<Record<string, NamedHost>>;
}

/** Defaults of tool inputs of those kinds. */
export interface DefaultsSettings {
  readonly node?: string;
  readonly bridge: string;
  readonly vmStorage?: string;
  readonly snippetStorage: string;
}

/** One Proxmox VE cluster. */
export interface ClusterSettings {
  readonly name: string;
  /** How its variables begin: `PROXMOX_`, or `PROXMOX_PROD_` for one of several, for messages. */
  readonly prefix: string;
  /** In the order in which they are tried. */
  readonly hosts: readonly HostSettings[];
  readonly credentials: Credentials;
  readonly tls: TlsSettings;
  /** Undefined where no key is set: SSH is off. */
  readonly ssh?: SshSettings;
  readonly defaults: DefaultsSettings;
}

/** Durations in milliseconds, sizes, and the bound on parallel requests a host. */
export interface LimitSettings {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly confirmTimeoutMs: number;
  readonly taskTimeoutMs: number;
  readonly inventoryCacheMs: number;
  /** Longest answer of a tool, in characters; what is longer becomes an artifact. */
  readonly artifactInlineChars: number;
  readonly artifactMaxAgeMs: number;
  /** Room for all artifacts together, in bytes. */
  readonly artifactMaxBytes: number;
  readonly maxConnections: number;
}

/** Validation status of a tool, in rising order. */
export const VALIDATION_STATUSES = ["experimental", "lab", "live"] as const;
export type ValidationStatus = (typeof VALIDATION_STATUSES)[number];

/** Everything the operator decided, read once and frozen. */
export interface Settings {
  readonly clusters: readonly ClusterSettings[];
  readonly mode: "stdio";
  readonly authMode: "none";
  readonly secretBackend: "env";
  /** Answers carry their data as structured content besides the text. */
  readonly structured: boolean;
  readonly plugins: {
    /** `all`, `validated`, or ids to include; `exclude` is taken out afterwards. */
    readonly select: "all" | "validated" | readonly string[];
    readonly exclude: readonly string[];
    /** Folders or package names of private plugins. */
    readonly paths: readonly string[];
    /** Extra grants by plugin id. */
    readonly grants: Readonly<Record<string, readonly string[]>>;
    readonly strict: boolean;
    readonly minValidation: ValidationStatus;
  };
  readonly access: Risk;
  /** Risks from this one upwards are confirmed by a human; `none` asks never. */
  readonly confirm: "write" | "destructive" | "none";
  /** What no destructive change may touch. */
  readonly protect: readonly Protection[];
  /** Rules in their order; none where nothing is set. */
  readonly policy: readonly Rule[];
  readonly stateDir: string;
  /** Folders whose files may be uploaded. */
  readonly uploadDirs: readonly string[];
  /** Folder or file of the audit log; below the state directory by default. */
  readonly auditLogPath: string;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly limits: LimitSettings;
}
