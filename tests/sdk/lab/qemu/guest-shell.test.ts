import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { GuestFiles } from "../../../../sdk/lab/system/files.ts";
import { Processes } from "../../../../sdk/lab/system/processes.ts";
import type { GuestSystem } from "../../../../sdk/lab/system/system.ts";

function simulated(argv: readonly string[], stdin = "") {
  const processes = new Processes();
  const files = new GuestFiles();
  const system: GuestSystem = { hostname: "g", files, processes, now: () => 0 };
  const pid = processes.start(system, argv, stdin) ?? 0;
  processes.advance(Number.MAX_SAFE_INTEGER);
  const { out, code } = processes.take(pid)?.result ?? {};
  return { out, code };
}

/** This machine's own shell, in which text is bytes as well. */
function real(argv: readonly string[], stdin = "") {
  const [path = "", ...args] = argv;
  const { stdout, status } = spawnSync(path, args, { input: Buffer.from(stdin, "latin1"), cwd: "/" });
  return { out: stdout.toString("latin1"), code: status };
}

describe("the simulated shell does as a real one", () => {
  test.each([
    `set -- a 'b c' ''; echo "$#" "$1" "$2" "$3."; shift; echo "$1"`,
    `set --; echo "$#" x"$@"y`,
    `set -- a 'b c'; for_nothing=1; printf '%s\\n' "x$@y" $1 $2`,
    `a='b  c'; echo $a "$a" '$a' \\$a "\\$a" \${a}d`,
    `x=/usr/lib/file.tar.gz; echo \${x%/*} \${x##*/} \${x%.*} \${x%%.*} \${x#/usr}`,
    `y=; z=set; echo \${y:-none} \${z:-none} \${y:-"$z too"}`,
    `echo $(echo one; echo two) "$(printf 'a\\n\\n')" $(exit 3) $?`,
    `v=$(exit 4) || echo "code $?"`,
    `if [ 1 -gt 2 ]; then echo no; elif [ -n x ]; then echo elif; else echo else; fi`,
    `{ echo a; echo b; } | cat; ( exit 5 ); echo $?`,
    `! false && echo inverted`,
    `true && false || echo or; false; exit`,
    `trap 'echo end' EXIT; echo begin; exit 6`,
    `exec sh -c 'exec "$@"' sh printf '%s.' a '' 'b c'`,
    `command -v nosuchprogram || echo none`,
    `echo a | (exit 3); echo $?`,
    `exec nosuchprogram 2>/dev/null; echo never`,
    `echo out; echo err >&2`,
    `printf '%s' 'a_b-' | tr _- /+`,
    `printf abc | base64; printf 'YWJj' | base64 -d; printf abc | sha256sum`,
    `printf 'a\\nb\\nc\\n' | tail -n +2 | head -n 1; printf abcdef | tail -c +3 | head -c 2`,
    `printf abcdef | dd bs=2 skip=1 count=1 2>/dev/null`,
    `[ -e /dev/null ] && [ ! -d /dev/null ] && [ -d / ] && [ ! -e /no/such ] && echo so`,
    `# nothing\necho a # b\necho 'a # b'`,
  ])("%j", (script) => {
    const argv = ["/bin/sh", "-c", script];
    expect(simulated(argv)).toEqual(real(argv));
  });

  test("with words in quotes of all kinds", () => {
    const quoted = fc.oneof(
      fc.string().map((text) => `'${text.replace(/['\0]/g, "")}'`),
      fc.string().map((text) => `"${text.replace(/["\\\\$`\0]/g, "")}"`),
      fc.constantFrom("\\$", "\\'", '\\"', "\\\\", "plain", "''", '""'),
    );
    const word = fc.array(quoted, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (words) => {
        const argv = ["/bin/sh", "-c", `set -- ${words.join(" ")}; printf '<%s>' "$#" "$@"`];
        expect(simulated(argv)).toEqual(real(argv));
      }),
      { numRuns: 60 },
    );
  });

  test("and hands its input on byte by byte", () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each).toString("latin1"));
    fc.assert(
      fc.property(bytes, (stdin) => {
        const argv = ["/bin/sh", "-c", "base64 | base64 -d | cat"];
        expect(simulated(argv, stdin)).toEqual(real(argv, stdin));
      }),
      { numRuns: 30 },
    );
  });
});
