import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { startSshd } from "../helpers/sshd.ts";
import { type Figure, shown } from "./figures.ts";

/** What a transfer to a node and back took. */
export interface Transfer {
  readonly maxRssMb: number;
  readonly upMbS: number;
  readonly downMbS: number;
  /** Whether what came back is what was sent. */
  readonly same: boolean;
}

/** Memory that a transfer of any size may take, MB. */
export const MOST_MEMORY_MB = 150;
const GIGABYTE = 1_000_000_000;

/** How a file goes: by SFTP, or through the input and output of commands. */
export type Way = "node" | "container";

/** Moves so many bytes to a real OpenSSH server and back. */
export async function measureTransfer(root: string, bytes: number, way: Way = "node"): Promise<Transfer> {
  const sshd = await startSshd();
  // What counts is what passes through this process; the programs run beside the server instead of in a container.
  sshd.program("pct", 'shift 3; exec "$@"');
  const child = join(root, "build/tests/bench/transfer-process.js");
  const { port, folder, hostKey } = sshd;
  const args = [way, port, join(folder, "user"), hostKey.fingerprint, join(folder, "big"), bytes].map(String);
  try {
    return JSON.parse(execFileSync(process.execPath, [child, ...args], { encoding: "utf8" }));
  } finally {
    await sshd.close();
  }
}

const PLACES = { node: "to a node by SSH", container: "into a container through commands" } as const;

/** One gigabyte each way. */
export async function transferFigure(root: string, way: Way): Promise<Figure> {
  const { maxRssMb, upMbS, downMbS, same } = await measureTransfer(root, GIGABYTE, way);
  return {
    what: `Memory of a process that sends 1 GB ${PLACES[way]} and reads it back`,
    measured: `${shown(maxRssMb)} MB (${shown(upMbS)} MB/s there, ${shown(downMbS)} MB/s back)`,
    against: `${MOST_MEMORY_MB} MB`,
    ratio: maxRssMb / MOST_MEMORY_MB,
    goal: `at most ${MOST_MEMORY_MB} MB`,
    met: same && maxRssMb <= MOST_MEMORY_MB,
  };
}
