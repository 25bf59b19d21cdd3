/** Values taken from earlier answers. */
export type Captured = Readonly<Record<string, string>>;

/** How lists are compared. */
export interface CompareOptions {
  readonly unordered: boolean;
  readonly captured: Captured;
}

const PATTERNS: Readonly<Record<string, string>> = {
  digest: "[0-9a-f]{40,64}",
  uuid: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  mac: "(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}",
  fingerprint: "(?:[0-9A-F]{2}:){31}[0-9A-F]{2}",
  ticket: "PVE:[^:]+:[0-9A-F]{8}::\\S+",
  vncticket: "(?:\\S{8}:)?PVEVNC:[0-9A-F]{8}::\\S+",
  csrf: "[0-9A-F]{8}:\\S+",
  timestamp: "\\d+",
  int: "\\d+",
  num: "-?\\d+(?:\\.\\d+)?",
};

/** Differences between what was recorded and what came, one line each; empty where they agree in kind. */
export function compare(expected: unknown, actual: unknown, options: CompareOptions, at = ""): string[] {
  if (typeof expected === "string") return compareText(expected, actual, options, at);
  if (Array.isArray(expected)) {
    return Array.isArray(actual)
      ? compareList(expected, actual, options, at)
      : [differs(at, expected, actual)];
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual))
      return [differs(at, expected, actual)];
    return compareFields(expected as Fields, actual as Fields, options, at);
  }
  return expected === actual ? [] : [differs(at, expected, actual)];
}

type Fields = Readonly<Record<string, unknown>>;

function compareFields(expected: Fields, actual: Fields, options: CompareOptions, at: string): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].flatMap((name) => {
    const where = `${at}/${name}`;
    if (!(name in actual)) return [`${where}: missing, expected ${show(expected[name])}`];
    if (!(name in expected)) return [`${where}: unexpected ${show(actual[name])}`];
    return compare(expected[name], actual[name], options, where);
  });
}

function compareList(
  expected: readonly unknown[],
  actual: readonly unknown[],
  options: CompareOptions,
  at: string,
): string[] {
  const cut = /^\$\{truncated:(\d+)\}$/.exec(String(expected.at(-1)))?.[1];
  if (cut !== undefined) {
    const total = actual.length === Number(cut) ? [] : [`${at}: ${actual.length} entries, expected ${cut}`];
    const shown = expected.slice(0, -1);
    const sorted = [...actual].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return [
      ...total,
      ...compareList(shown, sorted.slice(0, shown.length), { ...options, unordered: true }, at),
    ];
  }
  if (expected.length !== actual.length) {
    return [`${at}: ${actual.length} entries, expected ${expected.length}: ${show(actual)}`];
  }
  if (!options.unordered) {
    return expected.flatMap((item, index) => compare(item, actual[index], options, `${at}/${index}`));
  }
  const left = [...actual];
  return expected.flatMap((item, index) => {
    const found = left.findIndex((other) => compare(item, other, options).length === 0);
    if (found >= 0) {
      left.splice(found, 1);
      return [];
    }
    return [`${at}/${index}: nothing like ${show(item)} among ${show(left)}`];
  });
}

function compareText(expected: string, actual: unknown, { captured }: CompareOptions, at: string): string[] {
  const alone = /^\$\{(int|num|timestamp)\}$/.exec(expected)?.[1];
  if (alone !== undefined) {
    const fits = typeof actual === "number" && (alone === "num" || Number.isInteger(actual));
    return fits ? [] : [differs(at, expected, actual)];
  }
  if (typeof actual !== "string") return [differs(at, expected, actual)];
  const place = / at \S+ line \d+\.\n*$/;
  if (place.test(expected)) {
    return actual.startsWith(expected.replace(place, "")) ? [] : [differs(at, expected, actual)];
  }
  if (toPattern(expected, captured).test(actual)) return [];
  // Lines inside a message come in any order.
  const lines = (text: string): string => text.split("\n").sort().join("\n");
  return lines(expected) === lines(actual) ? [] : [differs(at, expected, actual)];
}

/** The placeholders of a text as a pattern. */
function toPattern(text: string, captured: Captured): RegExp {
  const parts = text.split(/(\$\{[^}]*\})/).map((part) => {
    const name = /^\$\{([^}]*)\}$/.exec(part)?.[1];
    if (name === undefined) return part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    // A sequence may capture a digest under this very name; in an answer it still stands for any.
    const known = name in PATTERNS ? undefined : captured[name];
    if (known !== undefined) return known.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    const kind = name.replace(/:string$/, "");
    const task = /^upid:(.+)$/.exec(kind)?.[1];
    if (task !== undefined) return `UPID:[^:]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:${task}:[^:]*:[^:]+:`;
    return PATTERNS[kind] ?? "[^]*";
  });
  return new RegExp(`^${parts.join("")}$`);
}

function differs(at: string, expected: unknown, actual: unknown): string {
  return `${at}: got ${show(actual)}, expected ${show(expected)}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
