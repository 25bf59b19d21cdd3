import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { FileProgram, Placing } from "../../../../kernel/transports/guests/agent-file-programs.ts";
import { posixCommand } from "../../../../kernel/transports/guests/agent-limits.ts";
import { posixFiles } from "../../../../kernel/transports/guests/agent-posix-files.ts";
import { killCommand } from "../../../../kernel/transports/guests/agent-system.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "agent-posix-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a program prints when this machine's own shell runs it: its first line, and the content after it. */
function run({ argv: [path = "", ...args], input = "" }: FileProgram) {
  const { stdout, stderr, status } = spawnSync(path, args, { input });
  const text = stdout.toString();
  const end = text.indexOf("\n");
  return {
    first: end < 0 ? text : text.slice(0, end),
    content: Buffer.from(end < 0 ? "" : text.slice(end), "base64"),
    stderr: stderr.toString(),
    status,
  };
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("programs for files, run by a real shell", () => {
  test("read what is there, by blocks", () => {
    const bytes = randomBytes(10_000);
    const path = join(folder, 'it\'s -a "name"');
    writeFileSync(path, bytes);
    const opened = run(posixFiles.open(path, undefined, 4_096));
    expect(opened).toMatchObject({ first: "file 10000", status: 0 });
    const rest = [1, 2].map((index) => run(posixFiles.block(path, 4_096, index)).content);
    expect(Buffer.concat([opened.content, ...rest])).toEqual(bytes);
    expect(run(posixFiles.digest(path)).first).toBe(digestOf(bytes));
    expect(run(posixFiles.open(path, 9_999, 4_096))).toMatchObject({
      first: "file 10000",
      content: Buffer.alloc(0),
    });
  });

  test("tell what is no file, and read one without a size", () => {
    expect(run(posixFiles.open(join(folder, "none"), undefined, 10)).first).toBe("missing");
    expect(run(posixFiles.open(folder, undefined, 10)).first).toBe("directory");
    expect(run(posixFiles.open("/dev/null", undefined, 10)).first).toBe("other");
    const proc = run(posixFiles.open("/proc/self/status", undefined, 100_000));
    expect(proc.first).toBe("file 0");
    expect(proc.content.toString()).toMatch(/^Name:/);
    expect(run(posixFiles.digest(join(folder, "none"))).first).toBe("missing");
  });

  test("write byte by byte, whatever the bytes and the name", () => {
    const letter = fc.string({ unit: "binary", minLength: 1, maxLength: 6 });
    const name = letter.map((text) => text.replace(/[\0/\n]/g, "_")).filter((text) => !/^\.\.?$/.test(text));
    fc.assert(
      fc.property(name, fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 3 }), (file, blocks) => {
        const path = join(folder, file);
        const begun = run(posixFiles.begin(path, ".new"));
        expect(begun).toMatchObject({ first: "begun", status: 0 });
        expect(begun.content.toString()).toBe(path);
        for (const block of blocks) expect(run(posixFiles.append(path, ".new", block)).status).toBe(0);
        const content = Buffer.concat(blocks);
        expect(place(path, content, { mode: 0o640 })).toMatchObject({ first: "written", status: 0 });
        expect(readFileSync(path)).toEqual(content);
        expect(statSync(path).mode & 0o777).toBe(0o640);
        expect(readdirSync(folder)).not.toContain(".new");
        rmSync(path);
      }),
      { numRuns: 15 },
    );
  });

  test("keep an old file that is not as expected, and one whose content did not arrive whole", () => {
    const path = join(folder, "held");
    writeFileSync(path, "old");
    run(posixFiles.begin(path, ".new"));
    run(posixFiles.append(path, ".new", Buffer.from("new")));
    expect(place(path, Buffer.from("newer"), {}).first).toBe("damaged");
    run(posixFiles.begin(path, ".new"));
    expect(place(path, Buffer.alloc(0), { expected: "absent" }).first).toBe(
      `changed ${digestOf(Buffer.from("old"))}`,
    );
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["held"]);
  });

  test("never write into a file that is there already, nor make one anew that went away", () => {
    const path = join(folder, "file");
    writeFileSync(join(folder, ".new"), "somebody's");
    expect(run(posixFiles.begin(path, ".new")).status).not.toBe(0);
    expect(readFileSync(join(folder, ".new"), "utf8")).toBe("somebody's");
    run(posixFiles.forget(path, ".new"));
    expect(run(posixFiles.append(path, ".new", Buffer.from("x"))).status).not.toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("follow a link, and tell whether a file was put in place", () => {
    writeFileSync(join(folder, "real"), "old");
    symlinkSync("real", join(folder, "link"));
    const begun = run(posixFiles.begin(join(folder, "link"), ".new"));
    expect(begun.content.toString()).toBe(join(folder, "real"));
    expect(run(posixFiles.placed(join(folder, "real"), ".new")).first).toBe("pending");
    run(posixFiles.forget(join(folder, "real"), ".new"));
    expect(run(posixFiles.placed(join(folder, "real"), ".new")).first).toBe(digestOf(Buffer.from("old")));
  });

  function place(target: string, content: Uint8Array, more: Partial<Placing>) {
    const placing = { target, name: ".new", sha256: digestOf(content), expected: "", mode: undefined };
    return run(posixFiles.place({ ...placing, owner: undefined, ...more }));
  }
});

describe("a command, run by a real shell", () => {
  test("gets its arguments as they are", () => {
    const argument = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""));
    fc.assert(
      fc.property(fc.array(argument), (args) => {
        const [path = "", ...words] = posixCommand(["printf", "%s\\0", ...args]);
        const { stdout } = spawnSync(path, words);
        expect(stdout.toString().split("\0").slice(0, -1)).toEqual(args.length === 0 ? [""] : args);
      }),
      { numRuns: 50 },
    );
  });

  test.each(["TERM", "KILL"])(
    "is ended by %s with all that it started, and keeps its process id",
    async (signal) => {
      const [path = "", ...words] = posixCommand(["sh", "-c", 'sleep 600 & echo "$$"; wait']);
      const child = spawn(path, words, { stdio: ["ignore", "pipe", "inherit"] });
      const [said] = (await once(child.stdout, "data")) as [Buffer];
      expect(Number(said)).toBe(child.pid);
      // Its output is closed only when the last of its processes is gone.
      const closed = once(child.stdout.resume(), "close");
      const [, kill] = killCommand("posix", child.pid ?? 0);
      const [command] = signal === "KILL" ? [kill] : killCommand("posix", child.pid ?? 0);
      const [program = "", ...args] = command ?? [];
      expect(spawnSync(program, args).status).toBe(0);
      const [code, by] = (await once(child, "exit")) as [number | null, string | null];
      await closed;
      expect([code, by]).toEqual([null, `SIG${signal}`]);
    },
  );
});
