import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { loadCatalog, releases } from "../../../vendor/pve-docs/catalog.ts";
import { NAMED_FORMATS } from "../../../vendor/pve-docs/formats/index.ts";
import { perlPattern } from "../../../vendor/pve-docs/perl-pattern.ts";
import type { ParamSchema } from "../../../vendor/pve-docs/types.ts";

const hasPerl = spawnSync("perl", ["-MJSON::PP", "-e", "1"]).status === 0;

function collect(schema: ParamSchema, patterns: Set<string>): void {
  if (schema.pattern !== undefined) patterns.add(schema.pattern);
  const { items, properties, format, oneOf } = schema;
  const fields = typeof format === "object" ? Object.values(format) : [];
  for (const inner of [
    ...fields,
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(oneOf ?? []),
  ]) {
    collect(inner, patterns);
  }
}

/** Every pattern of the stored facts and of our own formats. */
function allPatterns(): readonly string[] {
  const patterns = new Set<string>();
  for (const release of releases()) {
    for (const { parameters } of loadCatalog(release).endpoints) {
      for (const schema of Object.values(parameters)) collect(schema, patterns);
    }
  }
  for (const format of Object.values(NAMED_FORMATS)) {
    if ("fields" in format) for (const schema of Object.values(format.fields)) collect(schema, patterns);
  }
  return [...patterns];
}

/** Characters where Perl's and JavaScript's ideas of digits, words, spaces and case differ. */
const TRICKY = [
  "\n",
  "\r",
  "\u2028",
  "\u0085",
  "\u00a0",
  "\ufeff",
  "\u212a",
  "\u017f",
  "\u0663",
  "é",
  "Σ",
  "_",
  "\0",
  "\u{1d7d9}",
];

/** Strings that match more or less, then broken at one place or lengthened. */
function candidates(pattern: string): fc.Arbitrary<string> {
  const plain = pattern
    .replace(/\(\?\^[a-z]*:/g, "(?:")
    .replaceAll("{,", "{0,")
    .replace(/\\0/g, "\\x00");
  const matching = fc.stringMatching(new RegExp(plain), { size: "small" });
  const odd = fc.constantFrom(...TRICKY, "a", "Z", "0", "9", ".", ":", ";", "-", " ", ",");
  const broken = fc
    .tuple(matching, odd, fc.nat(40))
    .map(([text, char, at]) => text.slice(0, at) + char + text.slice(at + 1));
  return fc.oneof(
    matching,
    broken,
    matching.map((text) => text.toUpperCase()),
    matching.map((text) => `${text}\n`),
    fc.array(odd, { maxLength: 6 }).map((chars) => chars.join("")),
  );
}

const SCRIPT = `
  my $in = decode_json(do { local $/; <STDIN> });
  my @out;
  for my $case (@$in) {
    my $pattern = $case->{pattern};
    push @out, [map { my $v = $_; utf8::upgrade($v); $v =~ m/^$pattern$/ ? 1 : 0 } @{$case->{values}}];
  }
  print encode_json(\\@out);
`;

describe("Perl patterns", () => {
  const patterns = allPatterns();

  test("all of them can be translated", () => {
    expect(patterns.length).toBeGreaterThan(60);
    for (const pattern of patterns) expect(() => perlPattern(pattern)).not.toThrow();
  });

  test("syntax that no schema uses is refused rather than guessed", () => {
    for (const pattern of ["(?=a)", "(?<!a)b", "\\bfoo", "a\\1"])
      expect(() => perlPattern(pattern)).toThrow();
  });

  test("no text keeps any of them busy", () => {
    // Text that almost matches, in a process of its own: an endless search would block this one.
    const pieces = ["a", "0", "a0", "a-", "a.", "0:", "a=", "a,", "a;", "aa:00:", "+a;"];
    const texts = pieces.map((piece) => `${piece.repeat(300)}!\u0001`);
    const script = `
      const { sources, texts } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
      for (const source of sources) for (const text of texts) new RegExp(source, "u").test(text);
      process.stdout.write("done");
    `;
    const sources = patterns.map((pattern) => perlPattern(pattern).source);
    const run = spawnSync(process.execPath, ["-e", script], {
      input: JSON.stringify({ sources, texts }),
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(run.stdout).toBe("done");
  });

  (hasPerl ? test : test.skip)("the translation decides as perl itself does", () => {
    const seed = Date.now() % 2 ** 31;
    const cases = patterns.map((pattern) => ({
      pattern,
      values: [...TRICKY, ...fc.sample(candidates(pattern), { numRuns: 80, seed })],
    }));
    const perl = spawnSync("perl", ["-MJSON::PP", "-e", SCRIPT], {
      input: JSON.stringify(cases),
      encoding: "utf8",
      maxBuffer: 64_000_000,
    });
    expect(perl.stderr).toBe("");
    const verdicts: number[][] = JSON.parse(perl.stdout);
    const differing = cases.flatMap(({ pattern, values }, at) =>
      values.flatMap((value, index) => {
        const ours = perlPattern(pattern).test(value);
        return ours === (verdicts[at]?.[index] === 1) ? [] : [{ pattern, value, ours, seed }];
      }),
    );
    expect(differing.slice(0, 5)).toEqual([]);
    expect(verdicts.flat().filter((verdict) => verdict === 1).length).toBeGreaterThan(1000);
  });
});
