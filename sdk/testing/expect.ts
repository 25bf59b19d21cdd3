import { isDeepStrictEqual } from "node:util";

/** What a scenario expected and did not find. */
export class ScenarioFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ScenarioFailure";
  }
}

/** Assertions of scenarios; each throws a {@link ScenarioFailure} that says what was found. */
export interface Expect {
  /** Deep equality. */
  equal(actual: unknown, expected: unknown, what: string): void;
  that(condition: boolean, what: string): void;
  /** The text contains a part or matches a pattern. */
  match(text: string, pattern: string | RegExp, what: string): void;
}

export const expect: Expect = {
  equal(actual, expected, what) {
    if (!isDeepStrictEqual(actual, expected))
      throw new ScenarioFailure(`${what}: expected ${shown(expected)}, found ${shown(actual)}`);
  },
  that(condition, what) {
    if (!condition) throw new ScenarioFailure(`${what}: that is not so`);
  },
  match(text, pattern, what) {
    const found = typeof pattern === "string" ? text.includes(pattern) : pattern.test(text);
    if (!found) throw new ScenarioFailure(`${what}: ${shown(pattern)} is not in ${shown(text)}`);
  },
};

const LONGEST = 600;

function shown(value: unknown): string {
  const text = value instanceof RegExp ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
