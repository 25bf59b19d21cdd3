import { ToolError } from "../../../sdk/errors.ts";
import { sha256Of } from "../../settings/host-keys.ts";
import type { HostKeyVerdict, NodeAddress } from "./known-hosts.ts";

/** SSH is not set up at all. */
export function sshIsOff(): ToolError {
  return new ToolError({
    code: "unsupported",
    message: "This takes SSH to the node, which is not set up. Nothing was sent.",
    next:
      "The operator has to set PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH and PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY; " +
      "docs/escape-hatches.md tells how.",
  });
}

/** The host offered a key that is not trusted: says which one, and how to pin it. */
export function untrustedKey(address: NodeAddress, key: Uint8Array, verdict: HostKeyVerdict): ToolError {
  const type = Buffer.from(key).toString("latin1", 4, 4 + Buffer.from(key).readUInt32BE(0));
  const offered = `SHA256:${sha256Of(key)}`;
  const details = { node: address.node, address: shown(address), type, fingerprint: offered };
  if (verdict === "revoked") {
    return new ToolError({
      code: "forbidden",
      message: `${at(address)} offered a host key that is marked @revoked (${type} ${offered}). Nothing was sent.`,
      next: "Do not trust this host before its operator has given it a new key and said which.",
      details,
    });
  }
  const why =
    verdict === "unpinned"
      ? `SSH to ${at(address)} is off: no host key is pinned for it.`
      : `${at(address)} offered another host key than those pinned for it: it was given a new one, or somebody is in between.`;
  return new ToolError({
    code: verdict === "unpinned" ? "unsupported" : "forbidden",
    message: `${why} It offered ${type} ${offered}. Nothing was sent.`,
    next:
      "Compare with what the node itself shows (its console: `for key in /etc/ssh/ssh_host_*_key.pub; do " +
      'ssh-keygen -lf "$key"; done`); only if it is there, the operator may set ' +
      `PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY=${address.node}=${offered} (beside those of the other nodes, apart by commas).`,
    details,
  });
}

/** What a connection that was not made becomes. */
export function notConnected(address: NodeAddress, username: string, error: unknown): ToolError {
  const { message, level } = partsOf(error);
  if (level === "client-authentication") {
    return new ToolError({
      code: "forbidden",
      message: `${at(address)} did not accept our key for the login ${username}. Nothing was sent.`,
      next:
        `The operator has to add the public key to ~/.ssh/authorized_keys of ${username} on the node, or to ` +
        "check PROXMOX_SHELL_SSH_USERNAME and PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH.",
    });
  }
  if (/privateKey|passphrase|decrypt/i.test(message)) {
    return new ToolError({
      code: "unsupported",
      message:
        "The private key for SSH cannot be used: its form is not known, or its passphrase does not fit.",
      next: "The operator has to check PROXMOX_SHELL_SSH_PRIVATE_KEY or _PATH, and PROXMOX_SHELL_SSH_PASSPHRASE.",
    });
  }
  return new ToolError({
    code: "unreachable",
    message: `${at(address)} cannot be reached by SSH: ${message}. Nothing was sent.`,
    next: "Check that the node is up and its SSH can be reached from here; PROXMOX_SHELL_SSH_HOSTS and _PORT name another way.",
    retry: true,
  });
}

/** The connection went away while something was under way. */
export function lostMeanwhile(address: NodeAddress, what: string): ToolError {
  return new ToolError({
    code: "outcome_unknown",
    message: `The connection to ${at(address)} was lost while ${what}. It may still run there, or have ended either way.`,
    next: "Look at what it was to change before doing it again.",
  });
}

/** Address as text. */
export function shown({ host, port }: NodeAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function at(address: NodeAddress): string {
  return `${address.node} (${shown(address)})`;
}

function partsOf(error: unknown): { message: string; level: string } {
  if (!(error instanceof Error)) return { message: "unknown error", level: "" };
  const level = "level" in error ? String(error.level) : "";
  return { message: error.message.replaceAll(/\s+/g, " "), level };
}
