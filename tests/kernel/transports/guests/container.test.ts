import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ContainerRoute } from "../../../../kernel/transports/guests/container.ts";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import type { NodeAccess } from "../../../../kernel/transports/ssh/types.ts";
import { hasNamespaces, startContainer, type TestContainer } from "../../../helpers/container.ts";
import { addSudoUser, startSshd, type TestSshd } from "../../../helpers/sshd.ts";
import { command, errorOf, NODE, textOf, transportTo } from "../ssh/harness.ts";

let sshd: TestSshd;
let ssh: SshTransport;
let route: ContainerRoute;
let container: TestContainer;
let guest: { kind: "lxc"; node: string; vmid: number };
let folder: string;
let count = 0;

beforeAll(async () => {
  if (!hasNamespaces) return;
  sshd = await startSshd();
  container = await startContainer(sshd);
  ssh = transportTo(sshd);
  route = new ContainerRoute(ssh);
  guest = { kind: "lxc", node: NODE, vmid: container.vmid };
});

afterAll(async () => {
  if (!hasNamespaces) return;
  await ssh.close();
  container.stop();
  await sshd.close();
});

beforeEach(() => {
  if (!hasNamespaces) return;
  count += 1;
  folder = join(container.folder, `${count}`);
  container.sh(`mkdir ${folder}`);
});

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A node that answers commands in a way of its own, and has no files. */
function answering(run: NodeAccess["run"]): NodeAccess {
  const none = () => Promise.reject(new Error("not asked for"));
  return {
    run,
    status: none,
    list: none,
    read: none,
    write: none,
    remove: none,
    close: async () => undefined,
  };
}

function collector() {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      setImmediate(done);
    },
  });
  return { sink, content: () => Buffer.concat(chunks) };
}

/** Every byte value, and nothing that repeats near a block's length. */
function pattern(size: number): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(size / 4) }, (_, at) => at * 2_654_435_761).buffer,
    0,
    size,
  );
}

(hasNamespaces ? describe : describe.skip)("a command in a container", () => {
  test("gets its arguments as they are, and its own processes and files", async () => {
    const words = ["", "a b", "-x", "--", "'\"\\$HOME`id`", "two\nlines", "äß€", "*", "A=1"];
    const result = await route.run(
      guest,
      command(["sh", "-c", 'for word; do printf "<%s>" "$word"; done', "sh", ...words]),
    );
    expect(textOf(result)).toBe(words.map((word) => `<${word}>`).join(""));
    expect(result).toMatchObject({ exitCode: 0, stdout: { size: result.stdout.bytes.length } });
    const mounts = await route.run(guest, command(["cat", "/proc/1/cmdline"]));
    expect(textOf(mounts)).toContain("sleep\0infinity");
  });

  test("tells its exit code and both outputs, and streams them without anything of ours", async () => {
    const seen = { stdout: "", stderr: "" };
    const result = await route.run(
      guest,
      command(["sh", "-c", "cat; echo err >&2; exit 7"], {
        stdin: "in\n",
        onOutput: (chunk, from) => {
          seen[from] += Buffer.from(chunk).toString();
        },
      }),
    );
    expect(result.exitCode).toBe(7);
    expect(seen).toEqual({ stdout: "in\n", stderr: "err\n" });
    expect(textOf(result)).toBe("in\n");
  });

  test("that is not there ends with 127 like any other", async () => {
    const result = await route.run(guest, command(["no-such-program"]));
    expect(result.exitCode).toBe(127);
  });

  test.each([
    ["is stopped", 201, "", { code: "conflict", message: expect.stringContaining("is stopped") }],
    ["is not on the node", 999, undefined, { code: "not_found", retry: true }],
  ])("of one that %s is not begun", async (_what, vmid, state, expected) => {
    if (state !== undefined)
      await ssh.write(NODE, join(sshd.bin, `pct.${vmid}`), { content: Buffer.from(state) });
    expect(await errorOf(route.run({ ...guest, vmid }, command(["true"])))).toMatchObject(expected);
  });

  test.each([
    [
      'lxc-attach: 200: ../src/lxc/attach.c: 1841 No such file or directory - Failed to exec "sh"',
      "unsupported",
    ],
    ["lxc-attach: 200: ../src/lxc/attach.c: get_attach_context: 405 Failed to get init pid", "conflict"],
    ["can't lock file '/run/lock/lxc/pve-config-200.lock' - got timeout", "conflict"],
    ["sudo: a password is required", "forbidden"],
    ["sh: 1: exec: pct: not found", "unsupported"],
    ["it is raining", "upstream"],
  ])("of which nothing begins, as pct says: %s", async (said, code) => {
    const fails = new ContainerRoute(
      answering(async () => ({
        exitCode: 1,
        stdout: { bytes: new Uint8Array(), size: 0 },
        stderr: { bytes: Buffer.from(said), size: said.length },
      })),
    );
    expect(await errorOf(fails.run(guest, command(["true"])))).toMatchObject({ code });
  });

  test("ends with all that it began inside when it is cancelled", async () => {
    const stop = new AbortController();
    const script = 'trap "" TERM; sleep 301 & echo begun; wait; sleep 302';
    const running = route.run(
      guest,
      command(["sh", "-c", script], {
        signal: stop.signal,
        onOutput: () => stop.abort(),
      }),
    );
    const error = await errorOf(running);
    expect(error).toMatchObject({ code: "cancelled", details: { vmid: guest.vmid, stdout: "begun\n" } });
    expect(container.sh("ps -eo stat,args | grep -v ^Z | grep -c '[s]leep 30' || true")).toBe("0\n");
  });

  test("is ended inside where it left its process group, and says that more may run", async () => {
    const error = await errorOf(route.run(guest, command(["setsid", "sleep", "304"], { timeoutMs: 1_000 })));
    expect(error).toMatchObject({ code: "outcome_unknown", details: { vmid: guest.vmid } });
    expect(error.message).toContain("killed inside");
    expect(container.sh("ps -eo stat,args | grep -v ^Z | grep -c '[s]leep 304' || true")).toBe("0\n");
  });

  test("leaves its outcome open where the connection drops", async () => {
    const running = route.run(
      guest,
      command(["sh", "-c", "echo begun; sleep 1"], { onOutput: () => sshd.dropConnections() }),
    );
    expect(await errorOf(running)).toMatchObject({ code: "outcome_unknown" });
  });
});

(hasNamespaces ? describe : describe.skip)("a file in a container", () => {
  test("goes there and back unchanged, over many blocks", async () => {
    const content = pattern(5_000_001);
    const path = join(folder, "a 'file'\n$(name)");
    const source = Readable.from([content.subarray(0, 7), content.subarray(7)]);
    const written = await route.write(guest, path, { content: source });
    expect(written).toEqual({ size: content.length, sha256: sha256(content) });
    expect(existsSync(path)).toBe(false);
    const { sink, content: back } = collector();
    expect(await route.read(guest, path, { sink })).toEqual(written);
    expect(back().equals(content)).toBe(true);
    expect(sink.writableFinished).toBe(true);
    expect(container.sh(`ls -A ${folder} | wc -l`).trim()).toBe("2");
  });

  test("can be empty, or tell no size of its own", async () => {
    const path = join(folder, "empty");
    expect(await route.write(guest, path, { content: new Uint8Array() })).toMatchObject({ size: 0 });
    const empty = collector();
    expect(await route.read(guest, path, { sink: empty.sink })).toMatchObject({ size: 0 });
    const { sink, content } = collector();
    await route.read(guest, "/proc/self/status", { sink });
    expect(content().toString()).toContain("Name:");
    const bounded = collector();
    expect(
      await errorOf(route.read(guest, "/proc/self/status", { sink: bounded.sink, maxBytes: 9 })),
    ).toMatchObject({
      code: "unsupported",
    });
  });

  test("keeps its mode and owner, or gets the asked ones", async () => {
    container.sh(`cd ${folder}; echo old > kept; chown 33:34 kept; chmod 4711 kept`);
    const content = Buffer.from("new");
    await route.write(guest, join(folder, "kept"), { content });
    await route.write(guest, join(folder, "fresh"), { content });
    await route.write(guest, join(folder, "asked"), { content, mode: 0o2640, owner: { uid: 1, gid: 2 } });
    expect(container.sh(`cd ${folder}; stat -c '%n %a %u:%g' *`)).toBe(
      "asked 2640 1:2\nfresh 644 0:0\nkept 4711 33:34\n",
    );
  });

  test("behind a link is replaced, and the link stays", async () => {
    container.sh(`cd ${folder}; echo old > target; ln -s target link`);
    await route.write(guest, join(folder, "link"), { content: Buffer.from("new") });
    expect(container.sh(`cd ${folder}; cat target; readlink link`)).toBe("newtarget\n");
  });

  test("is left alone where it is not as expected", async () => {
    const path = join(folder, "raced");
    container.sh(`printf somebody > ${path}`);
    const write = (expected: string) => route.write(guest, path, { content: Buffer.from("ours"), expected });
    expect(await errorOf(write(sha256("mine")))).toMatchObject({
      code: "conflict",
      details: { sha256: sha256("somebody") },
    });
    expect(await errorOf(write("absent"))).toMatchObject({ code: "conflict" });
    expect(container.sh(`cd ${folder}; cat raced; ls -A`)).toBe("somebodyraced\n");
    await write(sha256("somebody").toUpperCase());
    expect(container.read(path)).toBe("ours");
    await route.write(guest, join(folder, "none"), { content: Buffer.from("x"), expected: "absent" });
    expect(
      await errorOf(
        route.write(guest, join(folder, "no"), { content: Buffer.from("x"), expected: sha256("") }),
      ),
    ).toMatchObject({
      code: "conflict",
      details: { sha256: "absent" },
    });
  });

  test("beyond the bound is not read", async () => {
    container.sh(`head -c 100 /dev/zero > ${folder}/long`);
    const { sink, content } = collector();
    const error = await errorOf(route.read(guest, join(folder, "long"), { sink, maxBytes: 99 }));
    expect(error).toMatchObject({ code: "unsupported", details: { size: 100 } });
    expect(content()).toHaveLength(0);
  });

  test("that is a folder, a pipe, or not there is told as such", async () => {
    container.sh(`mkfifo ${folder}/pipe; ln -s nowhere ${folder}/dangling`);
    const read = (path: string) => errorOf(route.read(guest, path, { sink: collector().sink }));
    const write = (path: string) => errorOf(route.write(guest, path, { content: Buffer.from("x") }));
    expect((await read(folder)).message).toContain("is a folder");
    expect((await write(folder)).message).toContain("is a folder");
    expect(await read(join(folder, "pipe"))).toMatchObject({ code: "unsupported" });
    expect(await write(join(folder, "pipe"))).toMatchObject({ code: "unsupported" });
    expect(await read(join(folder, "none"))).toMatchObject({ code: "not_found" });
    expect(await read(join(folder, "dangling"))).toMatchObject({ code: "not_found" });
    expect(await write(join(folder, "no/file"))).toMatchObject({ code: "not_found" });
    expect(await write(join(folder, "dangling"))).toMatchObject({ code: "not_found" });
  });

  test("that does not fit leaves the old one whole, and nothing beside it", async () => {
    const path = join(folder, "full");
    container.sh(`echo old > ${path}`);
    const content = Readable.from(Array.from({ length: 80 }, () => Buffer.alloc(1_000_000)));
    const error = await errorOf(route.write(guest, path, { content }));
    expect(error.message).toContain("No space left on device");
    expect(container.sh(`cd ${folder}; ls -A; cat full`)).toBe("full\nold\n");
  });

  test("that is short of what it was when reading began is a conflict", async () => {
    const result = {
      exitCode: 0,
      stdout: { bytes: new Uint8Array(), size: 0 },
      stderr: { bytes: new Uint8Array(), size: 0 },
    };
    const short = new ContainerRoute(
      answering(async (_node, { argv, onOutput }) => {
        const mark = argv[argv.indexOf("sh") + 3];
        await onOutput?.(Buffer.from(`${mark} 17\nfile 10\n12345`), "stdout");
        return result;
      }),
    );
    const error = await errorOf(short.read(guest, "/x", { sink: collector().sink }));
    expect(error).toMatchObject({ code: "conflict", retry: true });
  });

  test("that breaks off leaves the old one whole, and nothing beside it", async () => {
    const path = join(folder, "kept");
    container.sh(`echo old > ${path}`);
    async function* broken(then: () => void) {
      yield pattern(300_000);
      then();
      yield pattern(300_000);
    }
    const fails = Readable.from(
      broken(() => {
        throw new Error("the source is gone");
      }),
    );
    await expect(route.write(guest, path, { content: fails })).rejects.toThrow("the source is gone");
    const stop = new AbortController();
    const cancelled = Readable.from(broken(() => stop.abort()));
    expect(
      await errorOf(route.write(guest, path, { content: cancelled, signal: stop.signal })),
    ).toMatchObject({
      code: "cancelled",
    });
    expect(container.sh(`cd ${folder}; ls -A; cat kept`)).toBe("kept\nold\n");
    const dropped = Readable.from(broken(sshd.dropConnections));
    expect(await errorOf(route.write(guest, path, { content: dropped }))).toMatchObject({
      code: "outcome_unknown",
    });
    expect(container.read(path)).toBe("old\n");
  });
});

(hasNamespaces ? test : test.skip)("a login that is not root takes no more than pct and kill", async () => {
  const user = addSudoUser(
    sshd.bin,
    [join(sshd.bin, "pct"), "/usr/bin/kill -s * -- -[0-9]*"],
    `pve-ct-${process.pid}`,
  );
  const limited = transportTo(sshd, { username: user.name });
  try {
    const limitedRoute = new ContainerRoute(limited);
    const path = join(folder, "by-sudo");
    await limitedRoute.write(guest, path, { content: Buffer.from("content") });
    const { sink, content } = collector();
    await limitedRoute.read(guest, path, { sink });
    expect(content().toString()).toBe("content");
    const stop = new AbortController();
    const running = limitedRoute.run(
      guest,
      command(["sh", "-c", "echo begun; sleep 303"], { signal: stop.signal, onOutput: () => stop.abort() }),
    );
    expect(await errorOf(running)).toMatchObject({ code: "cancelled" });
    expect(container.sh("ps -eo stat,args | grep -v ^Z | grep -c '[s]leep 303' || true")).toBe("0\n");
  } finally {
    await limited.close();
    user.remove();
  }
});
