import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { Lab } from "../../sdk/lab/index.ts";
import { cliCommands } from "../../vendor/pve-docs/index.ts";
import type { TestSshd } from "./sshd.ts";

/** Programs on a real server's PATH that act on a lab. */
export interface LabPrograms {
  /** How many of them run now. */
  running(): number;
  close(): Promise<void>;
}

/** Passes its arguments and its input on, each after its length, and ends as the lab says. */
const PROGRAM = (node: string, port: number): string => `#!/usr/bin/perl
use strict; use warnings; use IO::Socket::INET; use File::Basename;
my $lab = IO::Socket::INET->new("127.0.0.1:${port}") or die "no lab\\n";
binmode $_ for $lab, *STDIN, *STDOUT, *STDERR;
local $/;
my @words = map { pack("N/a*", $_) } "${node}", basename($0), @ARGV;
my $input = <STDIN> // "";
print $lab pack("N", scalar @words), @words, pack("N/a*", $input);
$lab->flush;
my ($code, $out, $err) = unpack("N N/a* N/a*", <$lab>);
print STDERR $err; print STDOUT $out;
exit $code;
`;

/** Puts Proxmox VE's tools where the commands of a server's logins are found; they run on a node of a lab. */
export async function serveLabPrograms(lab: Lab, sshd: TestSshd, node: string): Promise<LabPrograms> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => undefined);
    void answer(lab, socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo;
  const programs = new Set(cliCommands().map(({ command }) => command.split(" ", 1)[0] ?? ""));
  for (const name of programs) writeFileSync(join(sshd.bin, name), PROGRAM(node, port), { mode: 0o755 });
  return {
    running: () => open.size,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(lab: Lab, socket: Socket): Promise<void> {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  const request = await requestFrom(socket);
  if (request === undefined) return;
  const { node, argv, stdin } = request;
  const { exitCode, signal = 0, stdout, stderr } = await lab.run(node, argv, { stdin, signal: gone.signal });
  socket.end(Buffer.concat([word(exitCode ?? 128 + signal), packed(stdout), packed(stderr)]));
}

interface Request {
  readonly node: string;
  readonly argv: readonly string[];
  readonly stdin: Buffer;
}

/** Undefined where it broke off. */
function requestFrom(socket: Socket): Promise<Request | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
      const found = parsed(bytes);
      if (found !== undefined) resolve(found);
    });
    socket.once("close", () => resolve(undefined));
  });
}

/** Undefined where more is to come. */
function parsed(bytes: Buffer): Request | undefined {
  if (bytes.length < 4) return undefined;
  const parts: Buffer[] = [];
  let at = 4;
  for (let left = bytes.readUInt32BE(0) + 1; left > 0; left -= 1) {
    if (bytes.length < at + 4) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (bytes.length < end) return undefined;
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  const [node = "", ...argv] = parts.slice(0, -1).map(String);
  return { node, argv, stdin: parts.at(-1) ?? Buffer.alloc(0) };
}

function word(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

function packed(content: Uint8Array): Buffer {
  return Buffer.concat([word(content.length), content]);
}
