import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestSshd } from "./sshd.ts";

/** Whether processes can be given namespaces of their own here: it takes root, and more than many a container's root may. */
export const hasNamespaces = spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;

/** Something that is to a node what a container is: processes and files of its own. Takes {@link hasNamespaces}. */
export interface TestContainer {
  readonly vmid: number;
  /** A folder that has other content in the container than on the node. */
  readonly folder: string;
  /** Reads a file as the container has it. */
  read(path: string): string;
  /** Runs a line of shell in the container. */
  sh(script: string): string;
  stop(): void;
}

/**
 * `pct exec` as `lxc-attach` begins commands: in the namespaces of the container, with the outputs and the process
 * group of whoever called it. It says what the real one says where there is nothing to run.
 */
const PCT = `
[ "$1" = exec ] || { echo "unknown command 'pct $1'" >&2; exit 255; }
vmid=$2
shift 3
[ -e "$0.$vmid" ] || { echo "Configuration file 'nodes/pve1/lxc/$vmid.conf' does not exist" >&2; exit 2; }
init=$(cat "$0.$vmid")
[ -n "$init" ] || { echo "container '$vmid' not running!" >&2; exit 255; }
exec nsenter --target "$init" --pid --mount --wd=/ -- "$@"
`;

/** Starts a container whose `pct` is first in the PATH of a server's commands. */
export async function startContainer(sshd: TestSshd, vmid = 200): Promise<TestContainer> {
  const folder = join(sshd.folder, `inside-${vmid}`);
  execFileSync("mkdir", ["-p", folder]);
  const script = `mount -t tmpfs -o size=64m none ${folder} && echo ready && exec sleep infinity`;
  const unshare = spawn("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(unshare.stdout, "data");
  const init = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, "utf8").trim();
  sshd.program("pct", PCT);
  const state = join(sshd.bin, `pct.${vmid}`);
  writeFileSync(state, init);
  const run = (...argv: string[]) =>
    execFileSync("nsenter", ["--target", init, "--pid", "--mount", ...argv], {
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
  return {
    vmid,
    folder,
    read: (path) => run("cat", path),
    sh: (line) => run("sh", "-c", line),
    stop: () => {
      writeFileSync(state, "");
      unshare.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
