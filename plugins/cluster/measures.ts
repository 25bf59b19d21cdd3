/** A fraction as percent with one digit behind the point. */
export function percent(fraction: number | undefined): number | undefined {
  return fraction === undefined ? undefined : Math.round(fraction * 1000) / 10;
}

/** A part of a whole as percent; undefined where either is not known. */
export function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : percent(part / whole);
}

/** Bytes in GiB with one digit behind the point. */
export function gib(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : Math.round((bytes / 2 ** 30) * 10) / 10;
}
