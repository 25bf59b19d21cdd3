import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SERVER = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].find((path) => existsSync(path));

/** Only root can log in others than itself, make a user and write sudoers. */
export const isRoot = process.getuid?.() === 0;

/** OpenSSH's server on loopback, with keys of its own, as an ordinary process. */
export interface TestSshd {
  readonly port: number;
  /** Folder that comes first in the PATH of commands; programs put there are found by their name. */
  readonly bin: string;
  /** Scratch folder that every login may write to. */
  readonly folder: string;
  readonly userKey: string;
  readonly hostKey: HostKey;
  /** Puts a shell script into {@link bin}. */
  program(name: string, script: string): void;
  /** Ends every connection at once, as a crash of the network would; the server goes on. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** A host key's public half. */
export interface HostKey {
  /** Type and base64. */
  readonly line: string;
  /** With `SHA256:`. */
  readonly fingerprint: string;
}

/** Starts a server on a free port. Throws where OpenSSH's server is not installed. */
export async function startSshd(): Promise<TestSshd> {
  if (SERVER === undefined)
    throw new Error("These tests need OpenSSH's server: apt-get install openssh-server sudo");
  if (isRoot) mkdirSync("/run/sshd", { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "proxmox-mcp-sshd-"));
  chmodSync(folder, 0o777);
  const bin = join(folder, "bin");
  mkdirSync(bin, { mode: 0o755 });
  const hostKey = newKey(join(folder, "host"));
  newKey(join(folder, "user"));
  writeFileSync(join(folder, "authorized_keys"), readFileSync(join(folder, "user.pub")), { mode: 0o644 });
  const port = await freePort();
  writeFileSync(join(folder, "config"), config(folder, bin, port));
  const server = spawn(SERVER, ["-D", "-e", "-f", join(folder, "config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await listening(server);
  return {
    port,
    bin,
    folder,
    hostKey,
    userKey: readFileSync(join(folder, "user"), "utf8"),
    program: (name, script) => writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    dropConnections: () => {
      for (const pid of childrenOf(server.pid)) process.kill(pid, "SIGKILL");
    },
    close: async () => {
      const ended = once(server, "exit");
      for (const pid of childrenOf(server.pid)) process.kill(pid, "SIGKILL");
      server.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A user of the system who may run some programs by sudo, for as long as a test needs it. */
export interface TestUser {
  readonly name: string;
  remove(): void;
}

/** Adds a user whose sudo allows exactly these programs, found first in `bin`. Takes root. */
export function addSudoUser(
  bin: string,
  programs: readonly string[],
  name = `pve-mcp-${process.pid}`,
): TestUser {
  const sudoers = `/etc/sudoers.d/${name}`;
  execFileSync("useradd", ["--no-create-home", "--shell", "/bin/sh", "--password", "*", name]);
  const lines = [
    `Defaults:${name} secure_path="${bin}:/usr/sbin:/usr/bin:/sbin:/bin"`,
    `${name} ALL=(root) NOPASSWD: ${programs.join(", ")}`,
    "",
  ];
  writeFileSync(sudoers, lines.join("\n"), { mode: 0o440 });
  return {
    name,
    remove: () => {
      rmSync(sudoers, { force: true });
      execFileSync("userdel", ["--force", name], { stdio: "ignore" });
    },
  };
}

/** A new key pair in a file, without passphrase unless one is given. */
export function newKey(path: string, type = "ed25519", passphrase = ""): HostKey {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "test", "-f", path]);
  const [kind = "", key = ""] = readFileSync(`${path}.pub`, "utf8").split(" ");
  const shown = execFileSync("ssh-keygen", ["-l", "-f", `${path}.pub`], { encoding: "utf8" });
  return { line: `${kind} ${key}`, fingerprint: shown.split(" ")[1] ?? "" };
}

/** The login that this process can test without being root. */
export const ownLogin = userInfo().username;

function config(folder: string, bin: string, port: number): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "Subsystem sftp /usr/lib/openssh/sftp-server",
    `SetEnv PATH=${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    "",
  ].join("\n");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  // A TCP server that listens has an address of this form.
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

async function listening(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (server.stderr === null) throw new Error("sshd has no stderr");
  const lines = createInterface({ input: server.stderr });
  for await (const line of lines) {
    said.push(line);
    if (!line.includes("Server listening")) continue;
    // What is not read would stop the server once the pipe is full.
    server.stderr.resume();
    return;
  }
  throw new Error(`sshd did not start: ${said.join(" | ")}`);
}

function childrenOf(pid: number | undefined): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : [];
}
