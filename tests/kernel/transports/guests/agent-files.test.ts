import { createHash, randomBytes } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { FileWrite } from "../../../../kernel/transports/ssh/types.ts";
import { isToolError } from "../../../../sdk/errors.ts";
import { errorOf } from "../ssh/harness.ts";
import { AGENT, GuestLab, WEB } from "./harness.ts";

let guests: GuestLab;
beforeAll(async () => {
  guests = await GuestLab.start();
});
afterEach(() => guests.lab.faults.clear());
afterAll(() => guests.close());

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function read(
  path: string,
  options: { maxBytes?: number; signal?: AbortSignal } = {},
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const { size, sha256 } = await guests.route.read(WEB, path, { sink, ...options });
  const content = Buffer.concat(chunks);
  expect(sink.writableFinished).toBe(true);
  expect({ size, sha256 }).toEqual({ size: content.length, sha256: digestOf(content) });
  return content;
}

function write(path: string, content: string | Uint8Array | Readable, more: Partial<FileWrite> = {}) {
  return guests.route.write(WEB, path, {
    content: typeof content === "string" ? Buffer.from(content) : content,
    ...more,
  });
}

/** How many requests to the agent something takes. */
async function agentRequests(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  guests.lab.onCall = ({ key = "" }) => {
    if (key.includes("/agent/")) count += 1;
  };
  await work();
  guests.lab.onCall = undefined;
  return count;
}

/** Files that a broken transfer left. */
async function leftIn(folder: string): Promise<string> {
  return await guests.sh(`ls ${folder} | grep .new || true`);
}

describe("a file in a VM", () => {
  test("comes back byte by byte as it was written", async () => {
    const check = fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
      await write("/tmp/any", bytes);
      expect(await read("/tmp/any")).toEqual(Buffer.from(bytes));
    });
    await fc.assert(check, { numRuns: 12 });
  });

  test("may have any name that a file can have", async () => {
    const letter = fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
    const name = fc
      .array(letter, { minLength: 1, maxLength: 8 })
      .map((letters) => letters.join("").replace(/[\0/\n]/g, "_"))
      .filter((text) => text !== "." && text !== "..");
    const check = fc.asyncProperty(name, async (text) => {
      const path = `/srv/${text}`;
      await write(path, text);
      expect((await read(path)).toString()).toBe(text);
    });
    await fc.assert(check, { numRuns: 12 });
  });

  test("of many blocks goes both ways", async () => {
    const bytes = randomBytes(1_700_000);
    const source = Readable.from([bytes.subarray(0, 3), bytes.subarray(3, 900_000), bytes.subarray(900_000)]);
    expect(await write("/tmp/long", source)).toEqual({ size: bytes.length, sha256: digestOf(bytes) });
    expect((await read("/tmp/long")).equals(bytes)).toBe(true);
  });

  test("that is empty is read and written too", async () => {
    await write("/tmp/empty", "");
    expect(await read("/tmp/empty")).toEqual(Buffer.alloc(0));
  });

  test("keeps owner and mode of the old one, or gets those that are asked for", async () => {
    const look = () => guests.sh("stat -c '%a %u:%g' /tmp/dressed");
    await write("/tmp/dressed", "one");
    expect(await look()).toBe("644 0:0\n");
    await guests.sh("chmod 750 /tmp/dressed; chown 33:44 /tmp/dressed");
    await write("/tmp/dressed", "two");
    expect(await look()).toBe("750 33:44\n");
    await write("/tmp/dressed", "three", { mode: 0o600, owner: { uid: 5, gid: 6 } });
    expect(await look()).toBe("600 5:6\n");
  });

  test("behind a link is replaced, and not the link", async () => {
    await guests.sh("echo old > /tmp/real; ln -s /tmp/real /tmp/link");
    await write("/tmp/link", "new\n");
    expect(await guests.sh("readlink /tmp/link; cat /tmp/real")).toBe("/tmp/real\nnew\n");
    expect((await read("/tmp/link")).toString()).toBe("new\n");
  });

  test("is written only over what was expected", async () => {
    await write("/tmp/held", "one", { expected: "absent" });
    const there = await errorOf(write("/tmp/held", "two", { expected: "absent" }));
    expect(there).toMatchObject({ code: "conflict", details: { sha256: digestOf(Buffer.from("one")) } });
    const other = await errorOf(write("/tmp/held", "two", { expected: digestOf(Buffer.from("zero")) }));
    expect(other.code).toBe("conflict");
    await write("/tmp/held", "two", { expected: digestOf(Buffer.from("one")).toUpperCase() });
    expect((await read("/tmp/held")).toString()).toBe("two");
    expect(await leftIn("/tmp")).toBe("");
  });

  test.each([
    ["/tmp/none", "not_found"],
    ["/tmp", "unsupported"],
    ["/dev/null", "unsupported"],
    ["etc/hosts", "invalid_input"],
  ])("%s cannot be read: %s", async (path, code) => {
    expect((await errorOf(read(path))).code).toBe(code);
  });

  test.each([
    ["/none/file", "not_found"],
    ["/tmp", "unsupported"],
    ["/dev/null", "unsupported"],
    ["/tmp/a\0b", "invalid_input"],
  ])("%j cannot be written: %s", async (path, code) => {
    expect((await errorOf(write(path, "x"))).code).toBe(code);
  });

  test("longer than may be is told before anything of it comes", async () => {
    await write("/tmp/ten", "0123456789");
    expect(await errorOf(read("/tmp/ten", { maxBytes: 9 }))).toMatchObject({
      code: "unsupported",
      details: { size: 10 },
    });
    expect((await read("/tmp/ten", { maxBytes: 10 })).length).toBe(10);
  });

  test("in a cluster that is gone is not said to be missing", async () => {
    const files = await GuestLab.start();
    await files.close();
    const error = await errorOf(files.route.read(WEB, "/etc/hosts", { sink: new Writable() }));
    expect(error.code).toBe("unreachable");
  });
});

describe("a transfer that is broken off", () => {
  const lose = (times: number, method: string, path: string) =>
    guests.lab.faults.request({ method, path: `${AGENT}/${path}`, fault: { kind: "dropped-after" }, times });

  test("while reading, is tried once more and then given up", async () => {
    await write("/tmp/read", "content");
    lose(1, "POST", "exec");
    expect((await read("/tmp/read")).toString()).toBe("content");
    lose(2, "POST", "exec");
    expect(await errorOf(read("/tmp/read"))).toMatchObject({ code: "unreachable", retry: true });
  });

  test("before the file is put in place, leaves the old one whole and nothing beside it", async () => {
    await write("/tmp/whole", "old");
    lose(1, "GET", "exec-status");
    const error = await errorOf(write("/tmp/whole", "new"));
    expect(error).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("old file is as it was"),
    });
    expect((await read("/tmp/whole")).toString()).toBe("old");
    expect(await leftIn("/tmp")).toBe("");
  });

  test("by its source or its caller, too", async () => {
    await write("/tmp/whole", "old");
    const torn = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        throw new Error("torn");
      })(),
    );
    await expect(write("/tmp/whole", torn)).rejects.toThrow("torn");
    const cancel = new AbortController();
    const cancelling = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        cancel.abort();
        yield Buffer.alloc(100_000);
      })(),
    );
    const error = await errorOf(write("/tmp/whole", cancelling, { signal: cancel.signal }));
    expect(error).toMatchObject({ code: "cancelled", message: expect.stringContaining("as it was") });
    expect((await read("/tmp/whole")).toString()).toBe("old");
    expect(await leftIn("/tmp")).toBe("");
  });

  test("when the file was put in place and only the answer was lost, is found to have been done", async () => {
    const { lab } = guests;
    let begun = 0;
    lab.onCall = ({ key, params }) => {
      if (key !== "POST /nodes/{node}/qemu/{vmid}/agent/exec" || !String(params.command).includes("mv -f"))
        return;
      begun += 1;
      lose(1, "GET", "exec-status");
    };
    const { sha256 } = await write("/tmp/placed", "new");
    lab.onCall = undefined;
    expect(begun).toBe(1);
    expect(digestOf(await read("/tmp/placed"))).toBe(sha256);
  });

  test.each(["dropped-before", "dropped-after"] as const)(
    "by any answer that is %s, leaves the old file or the new one, and says which",
    async (kind) => {
      const requests = await agentRequests(() => write("/tmp/either", "old"));
      expect(requests).toBeGreaterThan(6);
      const ends = new Set<string>();
      for (let at = 1; at <= requests; at += 1) {
        let left = at;
        guests.lab.onCall = ({ key = "" }) => {
          if (!key.includes("/agent/")) return;
          left -= 1;
          // What is armed at the end of one request strikes the next one.
          if (left === 0) guests.lab.faults.request({ path: AGENT, fault: { kind }, times: 1 });
        };
        const end = await write("/tmp/either", `new ${at}`).then(
          () => "new",
          (error: unknown) => (isToolError(error) ? error.code : String(error)),
        );
        guests.lab.onCall = undefined;
        guests.lab.faults.clear();
        const content = (await read("/tmp/either")).toString();
        if (end !== "outcome_unknown")
          expect([end, content]).toEqual([end, end === "new" ? `new ${at}` : "old"]);
        expect(["old", `new ${at}`]).toContain(content);
        ends.add(end);
        await write("/tmp/either", "old");
      }
      expect([...ends].every((end) => ["new", "unreachable", "outcome_unknown"].includes(end))).toBe(true);
      expect(ends.has("new")).toBe(true);
    },
    60_000,
  );
});

describe("a file in a VM of an older release", () => {
  test.each(["7.4", "8.4"] as const)("%s goes both ways", async (release) => {
    const older = await GuestLab.start(release);
    const bytes = randomBytes(100_000);
    await older.route.write(WEB, "/tmp/ümlaut", { content: bytes, expected: "absent", mode: 0o600 });
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk);
        done();
      },
    });
    expect(await older.route.read(WEB, "/tmp/ümlaut", { sink })).toEqual({
      size: 100_000,
      sha256: digestOf(bytes),
    });
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect(await older.sh("stat -c %a /tmp/ümlaut")).toBe("600\n");
    await older.close();
  });
});
