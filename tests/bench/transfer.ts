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

/** Moves so many bytes to a real OpenSSH server and back. */
export async function measureTransfer(root: string, bytes: number): Promise<Transfer> {
  const sshd = await startSshd();
  const child = join(root, "build/tests/bench/transfer-process.js");
  const { port, folder, hostKey } = sshd;
  const args = [port, join(folder, "user"), hostKey.fingerprint, join(folder, "big"), bytes].map(String);
  try {
    return JSON.parse(execFileSync(process.execPath, [child, ...args], { encoding: "utf8" }));
  } finally {
    await sshd.close();
  }
}

/** One gigabyte each way. */
export async function transferFigure(root: string): Promise<Figure> {
  const { maxRssMb, upMbS, downMbS, same } = await measureTransfer(root, GIGABYTE);
  return {
    what: "Memory of a process that sends 1 GB to a node by SSH and reads it back",
    measured: `${shown(maxRssMb)} MB (${shown(upMbS)} MB/s there, ${shown(downMbS)} MB/s back)`,
    against: `${MOST_MEMORY_MB} MB`,
    ratio: maxRssMb / MOST_MEMORY_MB,
    goal: `at most ${MOST_MEMORY_MB} MB`,
    met: same && maxRssMb <= MOST_MEMORY_MB,
  };
}
