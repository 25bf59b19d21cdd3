import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import { addSudoUser, isRoot, startSshd, type TestSshd, type TestUser } from "../../../helpers/sshd.ts";
import { errorOf, NODE, transportTo } from "./harness.ts";

let sshd: TestSshd;
let ssh: SshTransport;
let folder: string;
let count = 0;

beforeAll(async () => {
  sshd = await startSshd();
  ssh = transportTo(sshd);
});

beforeEach(() => {
  count += 1;
  folder = join(sshd.folder, `files-${count}`);
  mkdirSync(folder);
});

afterAll(async () => {
  await ssh.close();
  await sshd.close();
});

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Keeps what is written to it. */
function collector() {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { sink, content: () => Buffer.concat(chunks) };
}

/** Bytes that repeat nowhere near a block's length. */
function pattern(size: number): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(size / 4) }, (_, at) => at * 2_654_435_761).buffer,
    0,
    size,
  );
}

describe("a file", () => {
  test("goes there and back unchanged, over many blocks", async () => {
    const content = pattern(5_000_001);
    const path = join(folder, "big");
    const written = await ssh.write(NODE, path, {
      content: Readable.from([content.subarray(0, 7), content.subarray(7)]),
    });
    expect(written).toEqual({ size: content.length, sha256: sha256(content) });
    const { sink, content: back } = collector();
    expect(await ssh.read(NODE, path, { sink })).toEqual(written);
    expect(back().equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(["big"]);
  });

  test("can be empty, or tell no size of its own", async () => {
    const path = join(folder, "empty");
    expect(await ssh.write(NODE, path, { content: new Uint8Array() })).toMatchObject({ size: 0 });
    const { sink, content } = collector();
    await ssh.read(NODE, "/proc/self/status", { sink });
    expect(content().toString()).toContain("Name:\tsftp-server");
  });

  test("that is new gets the asked mode, else 0644", async () => {
    await ssh.write(NODE, join(folder, "plain"), { content: Buffer.from("a") });
    await ssh.write(NODE, join(folder, "asked"), { content: Buffer.from("a"), mode: 0o4750 });
    expect(statSync(join(folder, "plain")).mode & 0o7777).toBe(0o644);
    expect(statSync(join(folder, "asked")).mode & 0o7777).toBe(0o4750);
  });

  test("that is replaced keeps its mode", async () => {
    const path = join(folder, "script");
    writeFileSync(path, "old");
    chmodSync(path, 0o751);
    await ssh.write(NODE, path, { content: Buffer.from("new") });
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o7777).toBe(0o751);
  });

  (isRoot ? test : test.skip)("that is replaced keeps its owner, or gets the asked one", async () => {
    const path = join(folder, "owned");
    writeFileSync(path, "old");
    chownSync(path, 33, 34);
    chmodSync(path, 0o4711);
    await ssh.write(NODE, path, { content: Buffer.from("new") });
    expect(statSync(path)).toMatchObject({ uid: 33, gid: 34 });
    expect(statSync(path).mode & 0o7777).toBe(0o4711);
    await ssh.write(NODE, path, { content: Buffer.from("newer"), owner: { uid: 1, gid: 2 } });
    expect(statSync(path)).toMatchObject({ uid: 1, gid: 2 });
  });

  test("behind a link is replaced, and the link stays", async () => {
    writeFileSync(join(folder, "target"), "old");
    symlinkSync("target", join(folder, "link"));
    await ssh.write(NODE, join(folder, "link"), { content: Buffer.from("new") });
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("new");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  });

  test("is left alone where it is not as expected", async () => {
    const path = join(folder, "raced");
    writeFileSync(path, "somebody's");
    const write = (expected: string) => ssh.write(NODE, path, { content: Buffer.from("ours"), expected });
    const error = await errorOf(write(sha256("mine")));
    expect(error).toMatchObject({ code: "conflict", details: { sha256: sha256("somebody's") } });
    expect(await errorOf(write("absent"))).toMatchObject({ code: "conflict" });
    expect(readFileSync(path, "utf8")).toBe("somebody's");
    expect(readdirSync(folder)).toEqual(["raced"]);
    await write(sha256("somebody's"));
    expect(readFileSync(path, "utf8")).toBe("ours");
    await ssh.write(NODE, join(folder, "fresh"), { content: Buffer.from("ours"), expected: "absent" });
  });

  test("beyond the bound is not read", async () => {
    writeFileSync(join(folder, "long"), "x".repeat(100));
    const { sink, content } = collector();
    const error = await errorOf(ssh.read(NODE, join(folder, "long"), { sink, maxBytes: 99 }));
    expect(error).toMatchObject({ code: "unsupported", details: { size: 100 } });
    expect(content()).toHaveLength(0);
  });

  test("is looked at, listed and removed", async () => {
    writeFileSync(join(folder, "b"), "123", { mode: 0o600 });
    mkdirSync(join(folder, "a"));
    symlinkSync("b", join(folder, "c"));
    expect(await ssh.status(NODE, join(folder, "b"))).toMatchObject({ kind: "file", size: 3, mode: 0o600 });
    expect(await ssh.status(NODE, join(folder, "none"))).toBeUndefined();
    expect((await ssh.list(NODE, folder)).map(({ name, kind }) => [name, kind])).toEqual([
      ["a", "directory"],
      ["b", "file"],
      ["c", "link"],
    ]);
    await ssh.remove(NODE, join(folder, "b"));
    expect(await ssh.status(NODE, join(folder, "b"))).toBeUndefined();
    expect(await errorOf(ssh.remove(NODE, join(folder, "b")))).toMatchObject({ code: "not_found" });
  });

  test("that is a folder, is not there, or has no folder is told as such", async () => {
    const content = Buffer.from("x");
    const { sink } = collector();
    expect(await errorOf(ssh.write(NODE, folder, { content }))).toMatchObject({ code: "unsupported" });
    expect(await errorOf(ssh.write(NODE, join(folder, "no/file"), { content }))).toMatchObject({
      code: "not_found",
    });
    expect(await errorOf(ssh.read(NODE, join(folder, "no"), { sink }))).toMatchObject({ code: "not_found" });
    expect(await errorOf(ssh.list(NODE, join(folder, "no")))).toMatchObject({ code: "not_found" });
  });
});

describe("a transfer that breaks", () => {
  /** A source that does something after its first block. */
  async function* broken(then: () => void) {
    yield pattern(300_000);
    then();
    yield pattern(300_000);
    yield pattern(300_000);
  }

  test("with its connection leaves the old file whole", async () => {
    const path = join(folder, "kept");
    writeFileSync(path, "old");
    const error = await errorOf(
      ssh.write(NODE, path, { content: Readable.from(broken(sshd.dropConnections)) }),
    );
    expect(error).toMatchObject({ code: "outcome_unknown" });
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  test("by its source leaves the old file whole, and nothing beside it", async () => {
    const path = join(folder, "kept");
    writeFileSync(path, "old");
    const content = Readable.from(
      broken(() => {
        throw new Error("the source is gone");
      }),
    );
    expect((await errorOf(ssh.write(NODE, path, { content }))).message).toContain(
      "The old file is as it was",
    );
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["kept"]);
  });

  test("by cancelling leaves the old file whole, and nothing beside it", async () => {
    const path = join(folder, "kept");
    writeFileSync(path, "old");
    const stop = new AbortController();
    const content = Readable.from(broken(() => stop.abort()));
    const error = await errorOf(ssh.write(NODE, path, { content, signal: stop.signal }));
    expect(error).toMatchObject({ code: "cancelled" });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["kept"]);
  });
});

(isRoot ? describe : describe.skip)("files for a login that is not root", () => {
  let user: TestUser;
  let limited: SshTransport;

  beforeAll(() => {
    user = addSudoUser(sshd.bin, ["/usr/lib/openssh/sftp-server"]);
    limited = transportTo(sshd, { username: user.name });
  });

  afterAll(async () => {
    await limited.close();
    user.remove();
  });

  test("are reached as root, by sudo and the SFTP server", async () => {
    const path = join(folder, "roots");
    writeFileSync(path, "old", { mode: 0o600 });
    await limited.write(NODE, path, { content: pattern(1_000_000) });
    expect(statSync(path)).toMatchObject({ uid: 0, size: 1_000_000 });
    const { sink, content } = collector();
    await limited.read(NODE, path, { sink });
    expect(content().equals(pattern(1_000_000))).toBe(true);
  });

  test("are out of reach where sudo does not allow that server, and it says so", async () => {
    const lone = addSudoUser(sshd.bin, ["/usr/bin/true"], `${user.name}-b`);
    const alone = transportTo(sshd, { username: lone.name });
    try {
      const error = await errorOf(alone.status(NODE, "/etc/passwd"));
      expect(error).toMatchObject({ code: "forbidden" });
      expect(error.message).toContain("sftp-server");
    } finally {
      await alone.close();
      lone.remove();
    }
  });
});
