import { privilegeNames } from "../privilege-names.ts";
import { compareReleases } from "../releases.ts";
import { byPattern, type FormatTable, readIn } from "./types.ts";

const REALM = "[A-Za-z][A-Za-z0-9._-]+";
const USER = "[^\\s:/]+";
const NAME = /^[A-Za-z0-9._-]+\n?$/;
const USER_ID = new RegExp(`^${USER}@${REALM}\\n?$`, "u");
const TOKEN_ID = new RegExp(`^${USER}@${REALM}!${REALM}\\n?$`, "u");

const ACCESS_CONTROL = "pve-access-control, src/PVE/AccessControl.pm";

function checkUserId(value: string): string | undefined {
  const { length } = [...value];
  if (length < 3) return `user name '${value}' is too short`;
  if (length > 64) return `user name '${value}' is too long (${length} > 64)`;
  return USER_ID.test(value) ? undefined : `value '${value}' does not look like a valid user name`;
}

function named(kind: string): (value: string) => string | undefined {
  return byPattern(NAME, (value) => `${kind} name '${value}' contains invalid characters`);
}

function badPool(value: string): string {
  return `pool name '${value}' contains invalid characters`;
}

const PLUGIN = "pve-access-control, src/PVE/Auth/Plugin.pm";
const FLAG = { type: "boolean", optional: true } as const;
const TEXT = { type: "string", optional: true } as const;
const VANISHED = "(?:acl|properties|entry)";

/** Formats of users, tokens, groups, roles and pools. */
export const accessFormats: FormatTable = {
  ...readIn(ACCESS_CONTROL, {
    "pve-groupid": named("group"),
    "pve-roleid": named("role"),
    "pve-tokenid": byPattern(TOKEN_ID, (value) => `value '${value}' does not look like a valid token ID`),
  }),
  ...readIn(PLUGIN, {
    "pve-realm": byPattern(new RegExp(`^${REALM}\\n?$`), "value does not look like a valid realm"),
    "pve-userid": checkUserId,
  }),
  "realm-sync-options": {
    origin: PLUGIN,
    fields: {
      scope: { ...TEXT, enum: ["users", "groups", "both"] },
      "remove-vanished": { ...TEXT, pattern: `(?:(?:${VANISHED};)*${VANISHED})|none` },
      full: FLAG,
      "enable-new": FLAG,
      purge: FLAG,
    },
  },
  "pve-tfa-config": {
    origin: PLUGIN,
    fields: {
      type: { type: "string", enum: ["yubico", "oath"] },
      id: TEXT,
      key: TEXT,
      url: TEXT,
      digits: { type: "integer", optional: true, minimum: 6, maximum: 8 },
      step: { type: "integer", optional: true, minimum: 10 },
    },
  },
  "pve-poolid": {
    origin: ACCESS_CONTROL,
    check: (value: string) => {
      const levels = value.replace(/\/+$/, "").split("/").length;
      if (levels > 3) return `pool name '${value}' nested too deep (max levels = 3)`;
      return /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*\n?$/.test(value) ? undefined : badPool(value);
    },
    // Pools lie in others since 8.1.
    exact: (value: string, release: string) =>
      value.includes("/") && compareReleases(release, "8.1") < 0 ? badPool(value) : undefined,
  },
  "pve-priv": {
    origin: ACCESS_CONTROL,
    exact: (value: string, release: string) =>
      privilegeNames(release).has(value) ? undefined : `invalid privilege '${value}'`,
  },
};
