import { existsSync, readFileSync } from "node:fs";
import { Secret } from "../../../../kernel/secrets/secret.ts";
import type { HostKeyPin } from "../../../../kernel/settings/host-keys.ts";
import type { SshSettings } from "../../../../kernel/settings/types.ts";
import { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import type { CommandResult, NodeCommand, OutputStream } from "../../../../kernel/transports/ssh/types.ts";
import { isToolError, type ToolError } from "../../../../sdk/errors.ts";
import { ownLogin, type TestSshd } from "../../../helpers/sshd.ts";

export const NODE = "pve1";

/** The pin of a server's own key. */
export function pinOf({ hostKey }: TestSshd): HostKeyPin {
  return { kind: "fingerprint", sha256: hostKey.fingerprint.replace("SHA256:", "") };
}

/** How a server is signed in to, with changes. */
export function settingsFor(sshd: TestSshd, changes: Partial<SshSettings> = {}): SshSettings {
  return {
    username: ownLogin,
    key: { secret: new Secret(sshd.userKey) },
    hostKeys: [pinOf(sshd)],
    port: sshd.port,
    addresses: {},
    ...changes,
  };
}

/** A transport to a server that it trusts, with changes. */
export function transportTo(sshd: TestSshd, changes: Partial<SshSettings> = {}): SshTransport {
  return new SshTransport({
    settings: settingsFor(sshd, changes),
    prefix: "PROXMOX_",
    connectTimeoutMs: 10_000,
    addressOf: async (node) => ({ node, host: "127.0.0.1", port: sshd.port }),
  });
}

/** A command with time enough. */
export function command(argv: readonly string[], rest: Partial<NodeCommand> = {}): NodeCommand {
  return { argv, timeoutMs: 20_000, ...rest };
}

/** The output of a result as text. */
export function textOf({ stdout }: CommandResult): string {
  return Buffer.from(stdout.bytes).toString();
}

/** The error that something rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<ToolError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isToolError(error)) return error;
  throw new Error(`no ToolError but ${String(error)}`);
}

/** Resolves with the first chunk that a command writes. */
export function firstOutput() {
  let seen: (text: string) => void = () => undefined;
  const output = new Promise<string>((resolve) => {
    seen = resolve;
  });
  const onOutput = (chunk: Uint8Array, from: OutputStream) => {
    if (from === "stdout") seen(Buffer.from(chunk).toString());
  };
  return { output, onOutput };
}

/** Resolves when no process of that id is there any more. */
export async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8")))
    await new Promise((resolve) => setImmediate(resolve));
}
