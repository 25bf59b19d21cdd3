import { readFile } from "node:fs/promises";
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import { ToolError } from "../../../sdk/errors.ts";
import type { SshSettings } from "../../settings/types.ts";
import { notConnected, untrustedKey } from "./faults.ts";
import { type HostKeyVerdict, type NodeAddress, PinnedKeys } from "./known-hosts.ts";

const KEEPALIVE_MS = 10_000;
/** So many answers may be missing before a connection counts as lost. */
const KEEPALIVES = 3;

const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/** What connecting takes. */
export interface ConnectParts {
  readonly settings: SshSettings;
  readonly address: NodeAddress;
  readonly timeoutMs: number;
}

/** A connection that is signed in. Throws ToolError; nothing was sent then but the sign-in itself. */
export async function connect({ settings, address, timeoutMs }: ConnectParts): Promise<Client> {
  const [{ Client: Ssh2Client }, pinned, privateKey] = await Promise.all([
    import("./library.ts"),
    pinnedKeys(settings, address),
    keyOf(settings),
  ]);
  const client = new Ssh2Client();
  let refused: { key: Buffer; verdict: HostKeyVerdict } | undefined;
  const config: ConnectConfig = {
    host: address.host,
    port: address.port,
    username: settings.username,
    privateKey,
    ...(settings.passphrase === undefined ? {} : { passphrase: settings.passphrase.reveal() }),
    authHandler: ["publickey"],
    agentForward: false,
    readyTimeout: timeoutMs,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVES,
    algorithms: { serverHostKey: preferring(pinned.types) },
    hostVerifier: (key: Buffer) => {
      const verdict = pinned.judge(key);
      if (verdict !== "trusted") refused = { key, verdict };
      return verdict === "trusted";
    },
  };
  try {
    await ready(client, config);
    return client;
  } catch (error) {
    client.destroy();
    if (refused !== undefined) throw untrustedKey(address, refused.key, refused.verdict);
    throw notConnected(address, settings.username, error);
  }
}

/** A host has keys of several types and offers the one that is asked for first. */
function preferring(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) =>
    types.includes(algorithm) || (algorithm.startsWith("rsa-sha2-") && types.includes("ssh-rsa"));
  return [...HOST_KEY_ALGORITHMS].sort((one, other) => Number(isKnown(other)) - Number(isKnown(one)));
}

async function ready(client: Client, config: ConnectConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once("ready", resolve);
    // The first fault tells most, and a client without a listener would throw the others.
    client.on("error", reject);
    client.once("close", () => reject(new Error("the connection was closed")));
    client.connect(config);
  });
}

async function pinnedKeys({ hostKeys }: SshSettings, address: NodeAddress): Promise<PinnedKeys> {
  return await PinnedKeys.for(hostKeys, address).catch((error: unknown) => {
    throw notReadable("PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY", error);
  });
}

async function keyOf({ key }: SshSettings): Promise<string | Buffer> {
  if ("secret" in key) return key.secret.reveal();
  return await readFile(key.path).catch((error: unknown) => {
    throw notReadable("PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH", error);
  });
}

function notReadable(setting: string, error: unknown): ToolError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return new ToolError({
    code: "unsupported",
    message: `A file of ${setting} cannot be read (${code}), so SSH is off. Nothing was sent.`,
    next: "The operator has to make it readable for this process.",
  });
}
