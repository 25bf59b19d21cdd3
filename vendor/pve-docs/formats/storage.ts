import type { ParamSchema } from "../types.ts";
import { DNS_NAME, isIp } from "./common.ts";
import { byPattern, type FormatTable, readIn, when } from "./types.ts";

const PLUGIN = "pve-storage, src/PVE/Storage/Plugin.pm";
const CONTENT_TYPES: ReadonlySet<string> = new Set(
  "images rootdir vztmpl iso backup snippets none import".split(" "),
);
const KEEP_COUNT: ParamSchema = { type: "integer", minimum: 0, optional: true };

export const checkVolumeId = byPattern(
  /^[a-z][a-z0-9\-_.]*[a-z0-9]:[^\n]+\n?$/i,
  (value) => `unable to parse volume ID '${value}'`,
);

const checkContentType = (value: string) =>
  CONTENT_TYPES.has(value) ? undefined : `invalid content type '${value}'`;

/** `iso=isos`: the folder of a content type, which never leaves the storage's own. */
function checkDirOverride(value: string): string | undefined {
  const [, type = "", folder = ""] = /^([a-z]+)=([^.]*(?:\.?[^.]+)+)\n?$/.exec(value) ?? [];
  if (folder === "") return `invalid override '${value}'`;
  const fault = checkContentType(type);
  if (fault !== undefined) return fault;
  const isShort = folder.length < 1023 && folder.split("/").every((part) => part.length < 255);
  return isShort ? undefined : `invalid override '${value}'`;
}

/** Formats of storages, volumes and retention. */
export const storageFormats: FormatTable = {
  ...readIn(PLUGIN, {
    "pve-volume-id": checkVolumeId,
    "pve-storage-path": byPattern(/^\/[^;()]+/, "value does not look like a valid absolute path"),
    "pve-storage-server": when(
      (value) => isIp(value) || DNS_NAME.test(value),
      "value does not look like a valid server name or IP address",
    ),
    "pve-storage-vgname": byPattern(
      /^[a-z0-9][a-z0-9\-_.]*[a-z0-9]\n?$/i,
      (value) => `lvm name '${value}' contains illegal characters`,
    ),
    "pve-storage-options": byPattern(/^\S+\n?$/u, (value) => `invalid options '${value}'`),
  }),
  ...readIn("pve-guest-common, src/PVE/Mapping/Dir.pm", {
    "pve-storage-path-in-property-string": byPattern(
      /^\/[^;,=()]+/,
      "Value does not look like a valid absolute path. These symbols are currently not allowed in path: ;,=()",
    ),
  }),
  "pve-storage-content": {
    origin: PLUGIN,
    exact: checkContentType,
  },
  "prune-backups": {
    origin: PLUGIN,
    fields: {
      "keep-all": { type: "boolean", optional: true },
      "keep-last": KEEP_COUNT,
      "keep-hourly": KEEP_COUNT,
      "keep-daily": KEEP_COUNT,
      "keep-weekly": KEEP_COUNT,
      "keep-monthly": KEEP_COUNT,
      "keep-yearly": KEEP_COUNT,
    },
    validate: ({ "keep-all": all, ...counts }) =>
      all === "1" && Object.values(counts).some((count) => Number(count) > 0)
        ? "keep-all cannot be set together with other options."
        : undefined,
  },
  "pve-dir-override": {
    origin: PLUGIN,
    exact: checkDirOverride,
  },
  "backup-fleecing": {
    origin: "pve-guest-common, src/PVE/VZDump/Common.pm",
    fields: {
      enabled: { type: "boolean", optional: true, defaultKey: true },
      storage: { type: "string", format: "pve-storage-id", optional: true },
    },
  },
  "backup-performance": {
    origin: "pve-guest-common, src/PVE/VZDump/Common.pm",
    fields: {
      "max-workers": { type: "integer", minimum: 1, maximum: 256, optional: true },
      "pbs-entries-max": { type: "integer", minimum: 1, optional: true },
    },
  },
  "proxmox-remote": {
    origin: "pve-common, src/PVE/JSONSchema.pm",
    fields: {
      host: { type: "string" },
      port: { type: "integer", optional: true },
      apitoken: { type: "string" },
      fingerprint: { type: "string", optional: true, pattern: "([A-Fa-f0-9]{2}:){31}[A-Fa-f0-9]{2}" },
    },
  },
};
