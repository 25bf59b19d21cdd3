import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { quoteArguments } from "../../../../kernel/transports/ssh/quote.ts";

/** What a real `sh` makes of a line, as the program gets it. */
function asShReads(line: string): string[] {
  const program = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";
  const { stdout } = spawnSync("sh", ["-c", `exec "$NODE_BINARY" -e "$PROGRAM" -- ${line}`], {
    env: { NODE_BINARY: process.execPath, PROGRAM: program },
    encoding: "utf8",
  });
  return JSON.parse(stdout);
}

/** Many lines in one shell: each argument ends with a NUL, each line with two. */
function asPrinted(lines: readonly string[]): string[][] {
  const script = lines.map((line) => `printf '%s\\0' ${line} end`).join("\n");
  const { stdout } = spawnSync("sh", { input: script, encoding: "utf8", maxBuffer: 2 ** 26 });
  const words = stdout.split("\0").slice(0, -1);
  const found: string[][] = [];
  let current: string[] = [];
  for (const word of words) {
    if (word === "end") {
      found.push(current);
      current = [];
    } else current.push(word);
  }
  return found;
}

/** Characters that mean something to a shell, among all others. */
const special = fc.constantFrom(..."'\"\\$`!*?[]{}()<>|&;#~=-+%^, \t\n\r".split(""));
const anyArgument = fc
  .array(fc.oneof({ weight: 3, arbitrary: special }, fc.string({ unit: "grapheme", maxLength: 3 })), {
    maxLength: 30,
  })
  .map((parts) => parts.join("").replaceAll("\0", ""))
  .filter((text) => text !== "end");

describe("a quoted line", () => {
  test("is read by sh as exactly the arguments it was made of", () => {
    const lists = fc.array(fc.array(anyArgument, { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(lists, (argvs) => {
        expect(asPrinted(argvs.map(quoteArguments))).toEqual(argvs);
      }),
      { numRuns: 60 },
    );
  });

  test("keeps empty arguments, newlines, quotes and leading dashes", () => {
    const argv = ["", "-n", "--", "-e a", "a\nb\n", "it's", '"', "\\", "$(id)", "`id`", "A=1", "~", "if"];
    expect(asShReads(quoteArguments(argv))).toEqual(argv);
  });

  test("begins with a word that is a program whatever it looks like", () => {
    for (const word of ["if", "A=1", "!", "{", "~/x", "-x"]) {
      const { stderr, status } = spawnSync("sh", ["-c", quoteArguments([word])], { encoding: "utf8" });
      expect(status).toBe(127);
      expect(stderr).toContain("not found");
    }
  });

  test("is refused with a NUL in it, or longer than Linux takes", () => {
    expect(() => quoteArguments(["a", "b\0"])).toThrow("Argument 2 of the command has a NUL");
    expect(() => quoteArguments(["x".repeat(131_069)])).not.toThrow();
    expect(() => quoteArguments(["x".repeat(131_070)])).toThrow("128 KiB");
    expect(() => quoteArguments(["'".repeat(50_000)])).toThrow("128 KiB");
  });
});
