import type { ApiFacts, CompactFacts, Json } from "./facts.ts";
import type { Endpoint } from "./types.ts";

const REFERENCE = /^\$\d+$/;
/** Below this a reference saves nothing. */
const WORTH_SHARING = 12;

function isContainer(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}

function countUses(value: Json, uses: Map<string, number>): void {
  if (typeof value === "string" && REFERENCE.test(value)) {
    throw new Error(`The value ${value} cannot be told from a reference`);
  }
  if (!isContainer(value)) return;
  const text = JSON.stringify(value);
  const before = uses.get(text) ?? 0;
  uses.set(text, before + 1);
  if (before > 0) return;
  for (const inner of Object.values(value)) countUses(inner, uses);
}

/** Stores facts compactly: what occurs twice is kept once. */
export function packFacts(release: string, facts: ApiFacts): CompactFacts {
  // Facts are JSON by origin; the typed view of them has no index signature.
  const endpoints: Json[] = JSON.parse(JSON.stringify(facts.endpoints));
  const uses = new Map<string, number>();
  for (const endpoint of endpoints) countUses(endpoint, uses);

  const shared: Json[] = [];
  const places = new Map<string, number>();

  function packInside(value: Json): Json {
    if (!isContainer(value)) return value;
    if (Array.isArray(value)) return value.map(pack);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pack(inner)]));
  }
  function pack(value: Json): Json {
    if (!isContainer(value)) return value;
    const text = JSON.stringify(value);
    if (text.length < WORTH_SHARING || (uses.get(text) ?? 0) < 2) return packInside(value);
    let place = places.get(text);
    if (place === undefined) {
      const packed = packInside(value);
      place = shared.length;
      shared.push(packed);
      places.set(text, place);
    }
    return `$${place}`;
  }

  const packed = endpoints.map((endpoint): [string, string, Json] => {
    if (!isContainer(endpoint) || Array.isArray(endpoint)) throw new Error("An endpoint must be an object");
    const { path, method, ...rest } = endpoint as Readonly<Record<string, Json>>;
    return [String(path), String(method), packInside(rest)];
  });
  return { release, pveVersion: facts.pveVersion, source: facts.source, shared, endpoints: packed };
}

/** Turns stored values back; equal shared values become the same object. */
export function createExpander(facts: CompactFacts): (value: Json) => Json {
  const done = new Map<number, Json>();

  function expandShared(place: number): Json {
    const known = done.get(place);
    if (known !== undefined) return known;
    const stored = facts.shared[place];
    if (stored === undefined) throw new Error(`The stored facts of ${facts.release} lack $${place}`);
    const value = expand(stored);
    done.set(place, value);
    return value;
  }
  function expand(value: Json): Json {
    if (typeof value === "string")
      return REFERENCE.test(value) ? expandShared(Number(value.slice(1))) : value;
    if (!isContainer(value)) return value;
    if (Array.isArray(value)) return value.map(expand);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expand(inner)]));
  }
  return expand;
}

/** One endpoint of the stored form. */
export function expandEndpoint(
  stored: CompactFacts["endpoints"][number],
  expand: (value: Json) => Json,
): Endpoint {
  const [path, method, rest] = stored;
  // The stored form was written from endpoints; a test holds the two together.
  return { path, method, ...(expand(rest) as object) } as unknown as Endpoint;
}

/** All facts of the stored form. */
export function unpackFacts(compact: CompactFacts): ApiFacts {
  const expand = createExpander(compact);
  return {
    pveVersion: compact.pveVersion,
    source: compact.source,
    endpoints: compact.endpoints.map((stored) => expandEndpoint(stored, expand)),
  };
}

/** The text of a data file: one shared value or endpoint a line, so that differences can be read. */
export function printCompact(compact: CompactFacts): string {
  const lines = (values: readonly unknown[]): string =>
    values.map((value) => JSON.stringify(value)).join(",\n");
  const head = JSON.stringify({
    release: compact.release,
    pveVersion: compact.pveVersion,
    source: compact.source,
  }).slice(0, -1);
  return `${head},"shared":[\n${lines(compact.shared)}\n],"endpoints":[\n${lines(compact.endpoints)}\n]}\n`;
}
