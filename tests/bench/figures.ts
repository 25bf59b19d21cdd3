/** The middle value; of two middle values the lower. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** A measured figure beside its goal. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  /** What it was compared with in the same run. */
  readonly against: string;
  readonly ratio?: number;
  readonly goal: string;
  readonly met: boolean;
}

/** Rounds for reading. */
export function shown(value: number, digits = 0): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
