import { readFileSync } from "node:fs";
import { Secret } from "../secrets/secret.ts";
import type { CLUSTER_DEFINITIONS } from "./cluster-definitions.ts";
import type { ValuesOf } from "./definition.ts";
import { ParseFault, type SettingFault } from "./errors.ts";
import { type NamedHost, namedHost } from "./host.ts";
import { type Parser, parts } from "./parsers.ts";
import type { SshSettings } from "./types.ts";

type Values = ValuesOf<typeof CLUSTER_DEFINITIONS>;

const NODE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** A login of the node's operating system. */
export const loginName: Parser<string> = (text) => {
  const value = text.trim();
  if (value.includes("@"))
    throw new ParseFault(
      "it has an @",
      "the login of the node's system alone, such as root, without a realm",
    );
  if (!/^[a-z_][a-z0-9_.-]{0,31}$/i.test(value)) throw new ParseFault("it is not a login");
  return value;
};

/** A private key in PEM form; its content is never quoted. */
export const privateKey: Parser<Secret> = (text) => {
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----\s/.test(text.trimStart()))
    throw new ParseFault("it does not begin as a private key does (-----BEGIN … PRIVATE KEY-----)");
  return new Secret(`${text.trim()}\n`);
};

/** Where nodes are reached by SSH: `pve1=192.0.2.1,pve2=pve2.example:2222`. */
export const nodeAddresses: Parser<Readonly<Record<string, NamedHost>>> = (text) =>
  Object.fromEntries(
    parts(text, /[,\s]+/).map((part) => {
      const at = part.indexOf("=");
      const node = part.slice(0, at);
      if (at < 1 || !NODE_NAME.test(node)) throw new ParseFault("it has a part that is not node=address");
      return [node, namedHost(part.slice(at + 1))];
    }),
  );

/** Undefined where no key is set: SSH is not used then. */
export function sshSettings(values: Values): SshSettings | undefined {
  const {
    PROXMOX_SHELL_SSH_PRIVATE_KEY: secret,
    PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH: path,
    PROXMOX_SHELL_SSH_PASSPHRASE: passphrase,
  } = values;
  const key = secret !== undefined ? { secret } : path !== undefined ? { path } : undefined;
  if (key === undefined) return undefined;
  return {
    username: values.PROXMOX_SHELL_SSH_USERNAME,
    key,
    ...(passphrase === undefined ? {} : { passphrase }),
    hostKeys: values.PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY,
    port: values.PROXMOX_SHELL_SSH_PORT,
    addresses: values.PROXMOX_SHELL_SSH_HOSTS,
  };
}

/** What only shows when the variables of SSH are seen together, or files looked at. */
export function sshFaults(values: Values): SettingFault[] {
  const faults: SettingFault[] = [];
  const path = values.PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH;
  if (path !== undefined && values.PROXMOX_SHELL_SSH_PRIVATE_KEY !== undefined) {
    faults.push({
      name: "PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH",
      wrong: "PROXMOX_SHELL_SSH_PRIVATE_KEY is set as well",
      accepted: "one of the two",
    });
  } else if (path !== undefined && !isReadable(path)) {
    faults.push({
      name: "PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH",
      wrong: "the file cannot be read",
      accepted: "the path of a private key that this process may read",
    });
  }
  const files = values.PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY.filter((pin) => pin.kind === "file");
  if (files.some((file) => !isReadable(file.path))) {
    faults.push({
      name: "PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY",
      wrong: "a file that it names cannot be read",
      accepted: "paths of known_hosts files that this process may read",
    });
  }
  return faults;
}

/** What the operator should know where the settings of SSH are sound but come to nothing. */
export function sshWarnings(values: Values, given: ReadonlySet<string>): string[] {
  if (sshSettings(values) === undefined) {
    const [first] = [...given].filter((name) => name.startsWith("PROXMOX_SHELL_SSH_"));
    return first === undefined || given.has("PROXMOX_SHELL_SSH_PRIVATE_KEY")
      ? []
      : [`${first} is set, but no PROXMOX_SHELL_SSH_PRIVATE_KEY: SSH stays off`];
  }
  if (values.PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY.length > 0) return [];
  return ["PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY is not set: SSH stays off until the host keys are pinned"];
}

function isReadable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
