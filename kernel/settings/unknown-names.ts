import type { SettingFault } from "./errors.ts";

const SLIPS = 2;

/**
 * Judges names that look like ours but are not: a slip or two away from a real
 * one is a fault, anything else below `PROXMOX_` a warning.
 */
export function unknownNames(
  present: readonly string[],
  real: readonly string[],
): { readonly faults: readonly SettingFault[]; readonly warnings: readonly string[] } {
  const faults: SettingFault[] = [];
  const warnings: string[] = [];
  for (const name of present) {
    if (real.includes(name) || !/^PROXMOX/i.test(name)) continue;
    const meant = nearest(name.toUpperCase(), real);
    if (meant !== undefined) {
      faults.push({ name, wrong: "there is no such setting", accepted: `${meant}, which is probably meant` });
    } else if (/^PROXMOX_/i.test(name)) {
      warnings.push(`${name} is not a setting of this server and is ignored`);
    }
  }
  return { faults, warnings };
}

function nearest(name: string, real: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = SLIPS + 1;
  for (const candidate of real) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = slips(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Edit distance where swapping two neighbours counts as one slip (optimal string alignment). */
export function slips(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + cost,
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
