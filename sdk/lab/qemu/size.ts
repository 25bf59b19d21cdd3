const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of `32G`, `4608M` or `512`; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT])?$/.exec(text);
  if (match === null) return undefined;
  return Math.trunc(Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1));
}

/** The shortest exact form: `32G`, `4608M`, `512`; nothing at all is `0T`. */
export function formatSize(bytes: number): string {
  for (const unit of ["T", "G", "M", "K"] as const) {
    const one = UNITS[unit] ?? 1;
    if (bytes % one === 0) return `${bytes / one}${unit}`;
  }
  return String(bytes);
}

/** As log lines show it: `2.0 GiB`. */
export function renderBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit] ?? "B"}`;
}

/** MiB of a `memory` option. */
export function memoryMiB(text: string | undefined): number {
  return Number(/(?:^|current=)(\d+)/.exec(text ?? "")?.[1] ?? 512);
}
