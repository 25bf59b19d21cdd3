import { createHash } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import ssh2, { type AuthContext, type PublicKeyAuthContext, type ServerChannel } from "ssh2";
import type { LabNodeShell } from "../cli/run.ts";
import { type Begun, beginCommand } from "../node-shell/session.ts";
import { SIGNALS } from "../system/signals.ts";
import { serveSftp } from "./sftp.ts";
import { wordsOf } from "./words.ts";

/** How the nodes of a lab are reached by SSH. */
export interface LabSsh {
  readonly username: "root";
  readonly privateKey: string;
  /** With `SHA256:`; all nodes have the same. */
  readonly fingerprint: string;
  /** By node. */
  readonly ports: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Serves SSH for each node on a port of its own. `shell` is asked anew for each command. */
export async function serveSsh(
  nodes: readonly string[],
  host: string,
  shell: () => LabNodeShell,
): Promise<LabSsh> {
  const hostKey = newKeyPair();
  const userKey = newKeyPair();
  const servers: ssh2.Server[] = [];
  const ports: Record<string, number> = {};
  for (const node of nodes) {
    const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
      // Clients that break off are no concern of the lab.
      client.on("error", () => undefined);
      client.on("authentication", (context) => admit(context, userKey.public));
      client.on("session", (accept) => {
        const session = accept();
        session.on("sftp", (acceptSftp) => serveSftp(acceptSftp(), shell().lab, node));
        session.on("exec", (acceptExec, _reject, { command }) => {
          void answer(acceptExec(), command, (parts) => beginCommand(shell(), node, parts));
        });
      });
    });
    server.listen(0, host);
    await once(server, "listening");
    servers.push(server);
    // A TCP server that listens has an address of this form.
    ports[node] = (server.address() as AddressInfo).port;
  }
  return {
    username: "root",
    privateKey: userKey.private,
    fingerprint: `SHA256:${createHash("sha256").update(blobOf(hostKey.public)).digest("base64").replace(/=+$/, "")}`,
    ports,
    close: async () => {
      await Promise.all(
        servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      );
    },
  };
}

/** Now and then ssh2 makes a key that it cannot read itself; such a one is made anew. */
function newKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

function admit(context: AuthContext, key: string): void {
  const isOurs =
    context.method === "publickey" && context.username === "root" && context.key.data.equals(blobOf(key));
  // Without a signature it is only asked whether the key would do.
  if (isOurs && (context.signature === undefined || isSigned(context, key))) context.accept();
  else context.reject(["publickey"]);
}

function isSigned({ signature, blob, hashAlgo }: PublicKeyAuthContext, key: string): boolean {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error || signature === undefined || blob === undefined) return false;
  return parsed.verify(blob, signature, hashAlgo) === true;
}

/** The second word of a public key is what goes over the wire. */
function blobOf(publicKey: string): Buffer {
  return Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
}

type Begin = (parts: { argv: readonly string[]; stdin: Promise<string> }) => Begun;

async function answer(channel: ServerChannel, line: string, begin: Begin): Promise<void> {
  const words = wordsOf(line);
  const [exec, shell, option, script, mark] = words;
  const hasPreamble =
    exec === "exec" && shell === "sh" && option === "-c" && script?.endsWith('exec "$@"') === true;
  const argv = hasPreamble ? words.slice(5) : words.slice(exec === "exec" ? 1 : 0);
  // What comes without the preamble is our own, such as `kill`: it reads nothing, and its input is left open.
  const stdin = hasPreamble ? inputOf(channel) : Promise.resolve("");
  const { pid, ended } = begin({ argv, stdin });
  // The preamble is done before the command begins; programs of the lab only tell what they wrote at their end.
  if (hasPreamble) channel.write(`${mark} ${pid}\n`);
  const { out, err, code = 0, signal } = await ended;
  if (err !== "") channel.stderr.write(Buffer.from(err, "latin1"));
  if (out !== "") channel.write(Buffer.from(out, "latin1"));
  if (signal === undefined) channel.exit(code);
  else channel.exit(nameOf(signal), false, "");
  channel.end();
  channel.resume();
}

function nameOf(signal: number): string {
  const [name = "TERM"] = Object.entries(SIGNALS).find(([, number]) => number === signal) ?? [];
  return `SIG${name}`;
}

/** All of a session's input, bytes, one character each. */
function inputOf(channel: ServerChannel): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    channel.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    channel.once("end", () => resolve(text));
  });
}
