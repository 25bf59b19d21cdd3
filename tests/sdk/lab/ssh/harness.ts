import { Writable } from "node:stream";
import { Secret } from "../../../../kernel/secrets/secret.ts";
import { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import type { Lab } from "../../../../sdk/lab/index.ts";

/** The transport to a lab's nodes, as the server has it. */
export async function sshTo(lab: Lab): Promise<SshTransport> {
  const { privateKey, fingerprint, ports, username } = await lab.openSsh();
  return new SshTransport({
    settings: {
      username,
      key: { secret: new Secret(privateKey) },
      hostKeys: [{ kind: "fingerprint", sha256: fingerprint.replace("SHA256:", "") }],
      port: 22,
      addresses: {},
    },
    prefix: "PROXMOX_",
    connectTimeoutMs: 10_000,
    addressOf: async (node) => ({ node, host: lab.host, port: ports[node] ?? 0 }),
  });
}

/** Keeps what is written to it. */
export function collector() {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { sink, content: () => Buffer.concat(chunks) };
}
