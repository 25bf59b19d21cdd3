import { readFileSync } from "node:fs";

/**
 * Most memory that a process has had resident so far, in bytes; needs Linux's /proc. Not `maxRSS`, which a process
 * begins with as much of as the one had that started it.
 */
export function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
