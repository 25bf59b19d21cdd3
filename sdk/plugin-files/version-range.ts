type Version = readonly [major: number, minor: number, patch: number];

const RANGE = /^([\^~]?)(\d+)\.(\d+)\.(\d+)$/;

function parse(range: string): { operator: string; version: Version } | undefined {
  const match = RANGE.exec(range.trim());
  if (match === null) return undefined;
  const [, operator = "", major, minor, patch] = match;
  return { operator, version: [Number(major), Number(minor), Number(patch)] };
}

/** True for the ranges that a manifest may name: `1.2.3`, `~1.2.3`, `^1.2.3`. */
export function isRange(range: string): boolean {
  return parse(range) !== undefined;
}

/** True when `version` lies in `range`, by the rules of npm's `^` and `~`. */
export function satisfies(version: string, range: string): boolean {
  const wanted = parse(range);
  const given = parse(version);
  if (wanted === undefined || given === undefined || given.operator !== "") return false;
  if (compare(given.version, wanted.version) < 0) return false;
  return given.version.slice(0, fixedParts(wanted)).every((part, index) => part === wanted.version[index]);
}

/** How many leading parts may not change. */
function fixedParts({ operator, version: [major, minor] }: { operator: string; version: Version }): number {
  if (operator === "") return 3;
  if (operator === "~") return 2;
  if (major > 0) return 1;
  return minor > 0 ? 2 : 3;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
