import { perlTime } from "../perl-time.ts";
import type { LabCore } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import type { Archive } from "./archive.ts";

type Log = (line: string) => void;

const DECOMPRESSORS: Readonly<Record<string, string>> = {
  gz: "zcat",
  lzo: "lzop -d -c",
  zst: "zstd -q -d -c",
  bz2: "bzcat -q",
};

/** The command that unpacks an archive: as it is printed, and as the shell gets it. */
export function extractCommand(lab: LabCore, path: string): { shown: string; run: string } {
  const temporary = `/var/tmp/vzdumptmp${lab.random.int(1000, 99_999)}`;
  const decompressor = DECOMPRESSORS[/\.vma\.(\w+)$/.exec(path)?.[1] ?? ""];
  const extract = `vma extract -v -r ${temporary}.fifo`;
  if (decompressor === undefined) {
    const alone = `${extract} ${path} ${temporary}`;
    return { shown: alone, run: alone };
  }
  const piped = `${decompressor} ${path} | ${extract} - ${temporary}`;
  return { shown: piped, run: `set -o pipefail && ${piped}` };
}

/** What is printed when an archive is opened. */
export function logHeader(command: string, { ctime }: LabVolume, content: Archive, log: Log): void {
  log(`restore vma archive: ${command}`);
  const size = [...content.config].reduce((sum, [name, value]) => sum + name.length + value.length + 3, 0);
  log(`CFG: size: ${size} name: qemu-server.conf`);
  for (const [index, [name, disk]] of [...content.disks].entries())
    log(`DEV: dev_id=${index + 1} size: ${disk.size} devname: drive-${name}`);
  log(`CTIME: ${perlTime(ctime)}`);
}

/** What is printed when all disks are written. */
export function logTotals({ disks }: Archive, log: Log): void {
  let total = 0;
  let sparse = 0;
  for (const { size, blank } of disks.values()) {
    total += size;
    sparse += blank ? size : Math.floor(size * 0.7);
  }
  if (total > 0) {
    log(`progress 100% (read ${total} bytes, duration ${Math.ceil(total / 2 ** 32)} sec)`);
    log(`total bytes read ${total}, sparse bytes ${sparse} (${((sparse * 100) / total).toFixed(1)}%)`);
  }
}
