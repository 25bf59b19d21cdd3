import { GRANTS } from "../../sdk/plugin.ts";
import { RISKS } from "../../sdk/risk.ts";
import { password, realm, tokenId, tokenSecret, tokenUser, username } from "./credentials.ts";
import { fingerprints } from "./fingerprint.ts";
import { host } from "./host.ts";
import { FLAG_ACCEPTS, flag, integer, named, oneOf, type Parser } from "./parsers.ts";
import { path, searchPath } from "./paths.ts";
import { pluginGrants, pluginSelection } from "./plugins.ts";
import { VALIDATION_STATUSES } from "./types.ts";

/** Chapters of the settings page, in its order. */
export const GROUPS = [
  "Cluster",
  "Sign-in",
  "TLS",
  "Defaults of tools",
  "Safety",
  "Plugins",
  "Server",
  "Limits",
] as const;

/** One variable: the source of both the reader and the settings page. */
export interface Definition<T> {
  readonly group: (typeof GROUPS)[number];
  readonly describe: string;
  /** What is accepted, as faults and the page say it. */
  readonly accepts: string;
  readonly parse: Parser<T>;
  /** Value where the variable is not set. */
  readonly fallback?: T;
  /** How the page shows a default that is not simply `fallback`. */
  readonly shownDefault?: string;
  readonly required?: true;
  /** Its value is never quoted. */
  readonly secret?: true;
}

type Fallback<T> = { readonly fallback: NoInfer<T> } | { readonly fallback?: never };

function define<T>(
  definition: Definition<T> & { readonly fallback: T },
): Definition<T> & { readonly fallback: T };
function define<T>(definition: Definition<T> & Fallback<T>): Definition<T>;
function define<T>(definition: Definition<T>): Definition<T> {
  return definition;
}

function milliseconds(fallback: number, minimum: number, maximum: number, describe: string) {
  const accepts = `milliseconds, ${minimum} to ${maximum}`;
  return define({ group: "Limits", describe, accepts, parse: integer(minimum, maximum), fallback });
}

function choice<const Word extends string>(
  words: readonly Word[],
  rest: { group: (typeof GROUPS)[number]; describe: string; fallback: NoInfer<Word> },
) {
  return define<Word>({ ...rest, accepts: words.join(", "), parse: oneOf(words) });
}

const NODE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const BRIDGE_NAME = /^[\w.-]{1,15}$/;
const STORAGE_NAME = /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i;
const DAY = 86_400_000;

/** Every variable that the server reads. */
export const DEFINITIONS = {
  PROXMOX_HOST: define({
    group: "Cluster",
    describe: "A node of the cluster: host name or IP address, without scheme and port.",
    accepts: "a host name, an IPv4 address, or an IPv6 address with or without brackets",
    parse: host,
    required: true,
  }),
  PROXMOX_API_PORT: define({
    group: "Cluster",
    describe: "Port of the API.",
    accepts: "a port, 1 to 65535",
    parse: integer(1, 65_535),
    fallback: 8006,
  }),
  PROXMOX_API_TOKEN_USER: define({
    group: "Sign-in",
    describe:
      "User that the API token belongs to, without realm. A token takes all four `PROXMOX_API_TOKEN_*`.",
    accepts: "a user name such as root",
    parse: tokenUser,
  }),
  PROXMOX_API_TOKEN_REALM: define({
    group: "Sign-in",
    describe: "Realm of that user.",
    accepts: "a realm such as pam or pve",
    parse: realm,
  }),
  PROXMOX_API_TOKEN_ID: define({
    group: "Sign-in",
    describe: "Id of the token: the part after the `!`.",
    accepts: "a token id such as mcp",
    parse: tokenId,
  }),
  PROXMOX_API_TOKEN_SECRET: define({
    group: "Sign-in",
    describe: "Secret of the token.",
    accepts: "the secret that Proxmox VE showed when the token was made",
    parse: tokenSecret,
    secret: true,
  }),
  PROXMOX_USERNAME: define({
    group: "Sign-in",
    describe: "Login with a ticket instead of a token; goes with `PROXMOX_PASSWORD`.",
    accepts: "user@realm, such as root@pam",
    parse: username,
  }),
  PROXMOX_PASSWORD: define({
    group: "Sign-in",
    describe: "Password of that login.",
    accepts: "the password",
    parse: password,
    secret: true,
  }),
  PROXMOX_TLS_REJECT_UNAUTHORIZED: define({
    group: "TLS",
    describe: "Whether the certificate of the API is verified. Pin a fingerprint rather than turn this off.",
    accepts: FLAG_ACCEPTS,
    parse: flag,
    fallback: true,
  }),
  PROXMOX_TLS_CA_FILE: define({
    group: "TLS",
    describe: "PEM file with the authority to trust, such as a copy of `/etc/pve/pve-root-ca.pem`.",
    accepts: "the path of a readable PEM file",
    parse: path,
  }),
  PROXMOX_TLS_FINGERPRINT: define({
    group: "TLS",
    describe:
      "SHA-256 fingerprint of the certificate, as the Proxmox VE interface shows it; of several, any may match. Replaces the check by authorities.",
    accepts: "64 hex digits, with or without colons; several apart by commas or spaces",
    parse: fingerprints,
    fallback: [],
    shownDefault: "none",
  }),
  PROXMOX_DEFAULT_NODE: define({
    group: "Defaults of tools",
    describe: "Node that tools take where none is named.",
    accepts: "a node name",
    parse: named(NODE_NAME),
  }),
  PROXMOX_DEFAULT_BRIDGE: define({
    group: "Defaults of tools",
    describe: "Bridge of new network devices.",
    accepts: "a bridge such as vmbr0, or a virtual network",
    parse: named(BRIDGE_NAME),
    fallback: "vmbr0",
  }),
  PROXMOX_DEFAULT_VM_STORAGE: define({
    group: "Defaults of tools",
    describe: "Storage of new disks.",
    accepts: "a storage name",
    parse: named(STORAGE_NAME),
  }),
  PROXMOX_DEFAULT_SNIPPET_STORAGE: define({
    group: "Defaults of tools",
    describe: "Storage of snippets.",
    accepts: "a storage name",
    parse: named(STORAGE_NAME),
    fallback: "local",
  }),
  PROXMOX_MCP_ACCESS: choice(RISKS, {
    group: "Safety",
    describe: "What tools may do at most; each level includes the ones before it.",
    fallback: "read",
  }),
  PROXMOX_MCP_ENABLE_ESCAPE: define({
    group: "Safety",
    describe: "On means access `escape`, whatever `PROXMOX_MCP_ACCESS` says.",
    accepts: FLAG_ACCEPTS,
    parse: flag,
    fallback: false,
  }),
  PROXMOX_MCP_CONFIRM: choice(["write", "destructive", "none"], {
    group: "Safety",
    describe: "A human confirms calls of this risk and above.",
    fallback: "destructive",
  }),
  PROXMOX_MCP_PLUGINS: define({
    group: "Plugins",
    describe: "Which plugins are loaded; `-id` leaves one out.",
    accepts: "all, validated, or plugin ids apart by commas; -id leaves one out",
    parse: pluginSelection,
    fallback: { select: "all", exclude: [] },
    shownDefault: "`all`",
  }),
  PROXMOX_MCP_PLUGIN_PATH: define({
    group: "Plugins",
    describe: "Private plugins.",
    accepts: "folders or package names, apart by `:` (`;` on Windows)",
    parse: searchPath,
    fallback: [],
    shownDefault: "none",
  }),
  PROXMOX_MCP_PLUGIN_GRANTS: define({
    group: "Plugins",
    describe: "Grants to private plugins beyond `rest:read`, as `my-plugin=rest:write,artifacts;other=cli`.",
    accepts: `id=grant,grant;id=grant with the grants ${GRANTS.join(", ")}`,
    parse: pluginGrants,
    fallback: {},
    shownDefault: "none",
  }),
  PROXMOX_MCP_STRICT_PLUGINS: define({
    group: "Plugins",
    describe: "On means that a plugin that cannot be loaded stops the start.",
    accepts: FLAG_ACCEPTS,
    parse: flag,
    fallback: false,
  }),
  PROXMOX_MCP_MIN_VALIDATION: choice(VALIDATION_STATUSES, {
    group: "Plugins",
    describe: "Validation status that a tool needs in order to be listed.",
    fallback: "lab",
  }),
  PROXMOX_MCP_MODE: choice(["stdio"], {
    group: "Server",
    describe: "How clients reach the server.",
    fallback: "stdio",
  }),
  PROXMOX_MCP_AUTH_MODE: choice(["none"], {
    group: "Server",
    describe: "How clients sign in; over stdio the operating system already decides who may.",
    fallback: "none",
  }),
  PROXMOX_MCP_SECRET_BACKEND: choice(["env"], {
    group: "Server",
    describe: "Where secrets come from.",
    fallback: "env",
  }),
  PROXMOX_MCP_STATE_DIR: define({
    group: "Server",
    describe: "Folder of jobs, artifacts and audit log.",
    accepts: "a path",
    parse: path,
    shownDefault:
      "`$XDG_STATE_HOME/proxmox-mcp`, else `~/.local/state/proxmox-mcp`; on Windows `%LOCALAPPDATA%\\proxmox-mcp`",
  }),
  PROXMOX_MCP_AUDIT_LOG_PATH: define({
    group: "Server",
    describe: "Folder of the audit log.",
    accepts: "a path",
    parse: path,
    shownDefault: "`audit` in the state folder",
  }),
  PROXMOX_MCP_LOG_LEVEL: choice(["debug", "info", "warn", "error"], {
    group: "Server",
    describe: "Least level of the log on stderr.",
    fallback: "info",
  }),
  PROXMOX_MCP_CONNECT_TIMEOUT_MS: milliseconds(5_000, 100, 120_000, "Time to connect to the API."),
  PROXMOX_MCP_REQUEST_TIMEOUT_MS: milliseconds(30_000, 100, 3_600_000, "Time for one request to the API."),
  PROXMOX_MCP_CONFIRM_TIMEOUT_MS: milliseconds(300_000, 1_000, DAY, "Time a human has to answer."),
  PROXMOX_MCP_TASK_TIMEOUT_MS: milliseconds(
    3_600_000,
    1_000,
    7 * DAY,
    "Time that a call with `waitMode: wait` follows a task where it names none of its own.",
  ),
  PROXMOX_MCP_INVENTORY_CACHE_MS: milliseconds(
    5_000,
    0,
    3_600_000,
    "How old the inventory may be for reads; 0 asks each time. Changes always look afresh.",
  ),
  PROXMOX_MCP_ARTIFACT_INLINE_CHARS: define({
    group: "Limits",
    describe:
      "Longest answer of a tool; what is longer is kept whole as an artifact, and only its head is answered.",
    accepts: "characters, 2000 to 1000000",
    parse: integer(2_000, 1_000_000),
    fallback: 20_000,
  }),
  PROXMOX_MCP_ARTIFACT_MAX_AGE_MS: milliseconds(DAY, 60_000, 30 * DAY, "How long artifacts are kept."),
  PROXMOX_MCP_ARTIFACT_MAX_BYTES: define({
    group: "Limits",
    describe: "Room for all artifacts in the state folder; the oldest make way for new ones.",
    accepts: "bytes, 65536 to 999999999999",
    parse: integer(65_536, 999_999_999_999),
    fallback: 268_435_456,
  }),
  PROXMOX_MCP_MAX_CONNECTIONS: define({
    group: "Limits",
    describe: "Requests to one host at a time; more wait their turn.",
    accepts: "a number, 1 to 256",
    parse: integer(1, 256),
    fallback: 16,
  }),
} as const;

/** Name of a variable. */
export type SettingName = keyof typeof DEFINITIONS;

/** Values by variable; `undefined` where it is not set and has no default. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof DEFINITIONS)[Name] extends { readonly fallback: infer T }
    ? T
    : (typeof DEFINITIONS)[Name] extends Definition<infer T>
      ? T | undefined
      : never;
};

/** All names in the order of the table. */
// Object.keys loses the key type; the table is a literal with exactly these keys.
export const SETTING_NAMES = Object.keys(DEFINITIONS) as readonly SettingName[];
