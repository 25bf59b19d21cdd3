import { readFileSync } from "node:fs";
import { PluginFault, reasonOf } from "../plugin-files/fault.ts";
import { firstHost, pinsFor } from "./live-address.ts";
import { livePlace } from "./live-place.ts";
import type { OpenTarget, Target } from "./target.ts";

const LINE = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)$/;

/** What the kit's own reader needs; the server may be given more. */
const NEEDED = [
  "PROXMOX_HOST",
  "PROXMOX_TLS_FINGERPRINT",
  "PROXMOX_API_TOKEN_USER",
  "PROXMOX_API_TOKEN_REALM",
  "PROXMOX_API_TOKEN_ID",
  "PROXMOX_API_TOKEN_SECRET",
] as const;

/**
 * A real cluster, reached with the settings in a file of `NAME=value` lines, or in the environment where there is
 * no file. Throws a {@link PluginFault} that names the settings that are missing.
 */
export function liveTarget(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): OpenTarget {
  const env = file === undefined ? given(environment) : settingsIn(file);
  const place = livePlace(env);
  const missing = NEEDED.filter((name) => !env[name]);
  if (missing.length > 0) throw new PluginFault(`${file ?? "the environment"} lacks ${missing.join(", ")}`);
  const { host, port } = firstHost(env.PROXMOX_HOST ?? "", Number(env.PROXMOX_API_PORT || 8006));
  const fingerprint = pinsFor({ host, port }, env.PROXMOX_TLS_FINGERPRINT ?? "");
  if (fingerprint.length === 0) throw new PluginFault(`PROXMOX_TLS_FINGERPRINT has none for ${host}:${port}`);
  const user = `${env.PROXMOX_API_TOKEN_USER}@${env.PROXMOX_API_TOKEN_REALM}`;
  const target: Target = {
    where: "live",
    place,
    address: {
      ...{ host, port, fingerprint },
      token: `${user}!${env.PROXMOX_API_TOKEN_ID}=${env.PROXMOX_API_TOKEN_SECRET}`,
    },
    env: Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("PROXMOX_"))),
    close: async () => undefined,
  };
  return async () => target;
}

function settingsIn(file: string): Readonly<Record<string, string>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new PluginFault(`the settings of the cluster cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  return Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value = ""] = LINE.exec(line) ?? [];
      return name === undefined ? [] : [[name, value.trim().replace(/^(["'])(.*)\1$/, "$2")]];
    }),
  );
}

function given(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
