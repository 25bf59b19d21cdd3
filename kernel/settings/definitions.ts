import { GRANTS } from "../../sdk/plugin.ts";
import { RISKS } from "../../sdk/risk.ts";
import { POLICY_ACCEPTS, parsePolicy } from "../policy/rules/parse.ts";
import { PROTECT_ACCEPTS, protections } from "../policy/targets-setting.ts";
import { CLUSTER_DEFINITIONS } from "./cluster-definitions.ts";
import { clusterNames } from "./cluster-names.ts";
import { choice, define } from "./definition.ts";
import { FLAG_ACCEPTS, flag, integer } from "./parsers.ts";
import { folders, path, searchPath } from "./paths.ts";
import { pluginGrants, pluginSelection } from "./plugins.ts";
import { VALIDATION_STATUSES } from "./types.ts";

export { type Definition, GROUPS } from "./definition.ts";

function milliseconds(fallback: number, minimum: number, maximum: number, describe: string) {
  const accepts = `milliseconds, ${minimum} to ${maximum}`;
  return define({ group: "Limits", describe, accepts, parse: integer(minimum, maximum), fallback });
}

const DAY = 86_400_000;

/** Variables of the server as a whole. */
export const SERVER_DEFINITIONS = {
  PROXMOX_CLUSTERS: define({
    group: "Cluster",
    describe:
      "Names of several clusters. Each then has the variables of the chapters Cluster, Sign-in, TLS, SSH and Defaults of tools to itself: `PROXMOX_PROD_HOST` for the cluster `prod`.",
    accepts: "names in lower-case letters, digits and single hyphens, apart by commas",
    parse: clusterNames,
    shownDefault: "one cluster, named `default`",
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
  PROXMOX_MCP_PROTECT: define({
    group: "Safety",
    describe:
      "What no destructive change may touch, whoever confirms it: guests by VMID, tag or pool, and nodes with the guests on them. See [policy.md](policy.md).",
    accepts: PROTECT_ACCEPTS,
    parse: protections,
    fallback: [],
    shownDefault: "nothing",
  }),
  PROXMOX_MCP_POLICY: define({
    group: "Safety",
    describe:
      "Rules of which the first that fits a step allows it, denies it or has a human confirm it, such as `deny risk>=destructive tag=prod`; they only narrow what `PROXMOX_MCP_ACCESS` allows. See [policy.md](policy.md).",
    accepts: POLICY_ACCEPTS,
    parse: parsePolicy,
    fallback: [],
    shownDefault: "no rules",
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
  PROXMOX_MCP_UPLOAD_DIRS: define({
    group: "Safety",
    describe: "Folders of this machine whose files may be uploaded; artifacts may be without.",
    accepts: "paths apart by `:` (`;` on Windows)",
    parse: folders,
    fallback: [],
    shownDefault: "none",
  }),
  PROXMOX_MCP_AUDIT_LOG_PATH: define({
    group: "Server",
    describe: "Folder of the audit log.",
    accepts: "a path",
    parse: path,
    shownDefault: "`audit` in the state folder",
  }),
  PROXMOX_MCP_STRUCTURED: define({
    group: "Server",
    describe:
      "On means that answers carry their data as structured content as well, and tools their output schema. The text alone always suffices.",
    accepts: FLAG_ACCEPTS,
    parse: flag,
    fallback: false,
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

/** Every variable that the server reads, as it is named where there is one cluster. */
export const DEFINITIONS = { ...CLUSTER_DEFINITIONS, ...SERVER_DEFINITIONS } as const;

/** Name of a variable. */
export type SettingName = keyof typeof DEFINITIONS;

/** All names in the order of the table. */
// Object.keys loses the key type; the table is a literal with exactly these keys.
export const SETTING_NAMES = Object.keys(DEFINITIONS) as readonly SettingName[];
