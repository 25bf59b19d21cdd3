import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ContainerRoute } from "../../../../kernel/transports/guests/container.ts";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { errorOf } from "../../../kernel/transports/ssh/harness.ts";
import { ask, read } from "../client.ts";
import { collector, sshTo } from "./harness.ts";

const SNIPPETS = "/var/lib/vz/snippets";

let lab: Lab;
let ssh: SshTransport;

beforeAll(async () => {
  lab = await createLab({ seed: "small", speed: 20 });
  ssh = await sshTo(lab);
});

afterAll(async () => {
  await ssh.close();
  await lab.close();
});

async function run(node: string, argv: readonly string[], stdin = "") {
  const { stdout, stderr, ...rest } = await ssh.run(node, { argv, stdin, timeoutMs: 20_000 });
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  return { ...rest, stdout: text(stdout.bytes), stderr: text(stderr.bytes) };
}

async function contentOf(node: string, path: string): Promise<string> {
  const { sink, content } = collector();
  await ssh.read(node, path, { sink });
  return content().toString();
}

async function snippets(node: string, storage: string): Promise<readonly string[]> {
  const found = await read<{ volid: string }[]>(
    lab,
    `/nodes/${node}/storage/${storage}/content?content=snippets`,
  );
  return found.map(({ volid }) => volid);
}

describe("files of a node of the lab", () => {
  test("are written, looked at, listed, read and removed", async () => {
    const content = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, at) => at));
    const written = await ssh.write("pve1", "/tmp/some", { content: Readable.from([content]), mode: 0o640 });
    expect(written.sha256).toBe(createHash("sha256").update(content).digest("hex"));
    expect(await ssh.status("pve1", "/tmp/some")).toMatchObject({
      kind: "file",
      size: 200_000,
      mode: 0o640,
      uid: 0,
    });
    expect((await ssh.list("pve1", "/tmp")).map(({ name }) => name)).toEqual(["some"]);
    const { sink, content: back } = collector();
    expect(await ssh.read("pve1", "/tmp/some", { sink })).toEqual(written);
    expect(back().equals(content)).toBe(true);
    expect(await ssh.status("pve2", "/tmp/some")).toBeUndefined();
    await ssh.remove("pve1", "/tmp/some");
    expect(await ssh.status("pve1", "/tmp/some")).toBeUndefined();
    expect(await errorOf(ssh.remove("pve1", "/tmp/some"))).toMatchObject({ code: "not_found" });
    expect(await errorOf(ssh.list("pve1", "/tmp/none"))).toMatchObject({ code: "not_found" });
    const absent = ssh.write("pve1", "/etc/hostname", { content: Buffer.from("x"), expected: "absent" });
    expect(await errorOf(absent)).toMatchObject({ code: "conflict" });
    expect(await contentOf("pve1", "/etc/hostname")).toBe("pve1\n");
  });

  test("in a storage's folder of snippets are its volumes, and the other way round", async () => {
    await ssh.write("pve1", `${SNIPPETS}/mine.yaml`, {
      content: Buffer.from("#cloud-config\nhostname: ä\n"),
    });
    expect(await snippets("pve1", "local")).toEqual([
      "local:snippets/mine.yaml",
      "local:snippets/user-data.yaml",
    ]);
    expect(await snippets("pve2", "local")).toEqual(["local:snippets/user-data.yaml"]);
    const body = `cicustom=${encodeURIComponent("user=local:snippets/mine.yaml")}`;
    expect(await ask(lab, "PUT", "/nodes/pve1/qemu/900/config", { body })).toMatchObject({ status: 200 });
    await ask(lab, "DELETE", "/nodes/pve1/storage/local/content/local:snippets/mine.yaml");
    await lab.tasks.ended(lab.tasks.all().at(-1)?.upid ?? "");
    expect(await ssh.status("pve1", `${SNIPPETS}/mine.yaml`)).toBeUndefined();
    const { size } = (await ssh.status("pve1", `${SNIPPETS}/user-data.yaml`)) ?? {};
    expect(size).toBe(512);
    await ssh.remove("pve1", `${SNIPPETS}/user-data.yaml`);
    expect(await snippets("pve1", "local")).toEqual([]);
  });

  test("on a shared storage are the same on all nodes", async () => {
    await ssh.write("pve1", "/mnt/pve/nfs/snippets/all.yaml", { content: Buffer.from("one") });
    expect(await contentOf("pve3", "/mnt/pve/nfs/snippets/all.yaml")).toBe("one");
    await ssh.write("pve2", "/mnt/pve/nfs/snippets/all.yaml", { content: Buffer.from("two") });
    expect(await contentOf("pve1", "/mnt/pve/nfs/snippets/all.yaml")).toBe("two");
    expect(await snippets("pve3", "nfs")).toContain("nfs:snippets/all.yaml");
  });
});

describe("programs on a node of the lab", () => {
  test("run as on a real one, with input, output and exit code", async () => {
    expect(await run("pve2", ["hostname"])).toEqual({ exitCode: 0, stdout: "pve2\n", stderr: "" });
    expect(await run("pve2", ["cat"], "grün\n")).toMatchObject({ stdout: "grün\n" });
    expect(await run("pve2", ["sh", "-c", 'echo "$1" | cat; exit 3', "sh", "AB"])).toMatchObject({
      exitCode: 3,
      stdout: "AB\n",
    });
    const script = "cd /tmp; echo a > /tmp/x; mkdir /tmp/d; mv /tmp/x /tmp/d/y; cat /tmp/d/y; cat /tmp/x";
    expect(await run("pve2", ["sh", "-c", script])).toMatchObject({ exitCode: 1, stdout: "a\n" });
    const copies = 'd=$(mktemp -d); echo b | tee "$d/x"; cp "$d/x" "$d/y"; stat -c %a "$d"; cat "$d/y"';
    expect(await run("pve2", ["sh", "-c", copies])).toMatchObject({ exitCode: 0, stdout: "b\n700\nb\n" });
    expect((await run("pve2", ["bash", "-c", "qm config '102'"])).stdout).toContain("name: web2\n");
    expect(await run("pve2", ["nothing-of-that-name"])).toMatchObject({ exitCode: 127 });
  });

  test("of Proxmox VE show what cloud-init gets, and attach raw PCI devices", async () => {
    const dump = await run("pve1", ["qm", "cloudinit", "dump", "900", "user"]);
    expect(dump).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^#cloud-config\n/) });
    const set = await run("pve1", ["qm", "set", "101", "--hostpci0=0000:01:00.0"]);
    expect(set).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await run("pve1", ["qm", "config", "101"])).stdout).toContain("hostpci0: 0000:01:00.0\n");
  });

  test("are killed when they are cancelled", async () => {
    const stop = new AbortController();
    const running = ssh.run("pve1", { argv: ["sleep", "36000"], timeoutMs: 20_000, signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await errorOf(running)).toMatchObject({ code: "cancelled" });
  });
});

describe("containers of the lab", () => {
  const guest = { kind: "lxc", node: "pve1", vmid: 201 } as const;
  const bounds = { timeoutMs: 20_000 };
  let route: ContainerRoute;

  beforeAll(() => {
    route = new ContainerRoute(ssh);
  });

  test("run commands of their own", async () => {
    const result = await route.run(guest, { argv: ["sh", "-c", "cat; exit 4"], stdin: "ü", ...bounds });
    expect(result.exitCode).toBe(4);
    expect(Buffer.from(result.stdout.bytes).toString()).toBe("ü");
    expect(await route.run(guest, { argv: ["no-such"], ...bounds })).toMatchObject({ exitCode: 127 });
    expect(await run("pve1", ["pct", "exec", "201", "--", "no-such"])).toMatchObject({ exitCode: 127 });
  });

  test("begin nothing where they are stopped or elsewhere", async () => {
    const stopped = { kind: "lxc", node: "pve3", vmid: 203 } as const;
    expect(await errorOf(route.run(stopped, { argv: ["true"], ...bounds }))).toMatchObject({
      code: "conflict",
    });
    const elsewhere = { ...guest, node: "pve2" };
    expect(await errorOf(route.run(elsewhere, { argv: ["true"], ...bounds }))).toMatchObject({
      code: "not_found",
    });
  });

  test("have files that are replaced whole, and only where they are as expected", async () => {
    const content = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, at) => at));
    const written = await route.write(guest, "/etc/mine", {
      content,
      mode: 0o600,
      owner: { uid: 5, gid: 6 },
    });
    const { sink, content: back } = collector();
    expect(await route.read(guest, "/etc/mine", { sink })).toEqual(written);
    expect(back().equals(content)).toBe(true);
    const changed = route.write(guest, "/etc/mine", { content: Buffer.from("x"), expected: "absent" });
    expect(await errorOf(changed)).toMatchObject({ code: "conflict", details: { sha256: written.sha256 } });
    await route.write(guest, "/etc/mine", { content: Buffer.from("new"), expected: written.sha256 });
    const status = await route.run(guest, { argv: ["stat", "-c", "%a %u:%g %s", "/etc/mine"], ...bounds });
    expect(Buffer.from(status.stdout.bytes).toString()).toBe("600 5:6 3\n");
    expect(await errorOf(route.read(guest, "/etc/none", { sink: collector().sink }))).toMatchObject({
      code: "not_found",
    });
    const own = await route.run(guest, { argv: ["hostname"], ...bounds });
    expect(Buffer.from(own.stdout.bytes).toString()).toBe("dns1\n");
    const names = await route.run(guest, { argv: ["ls", "/etc"], ...bounds });
    expect(Buffer.from(names.stdout.bytes).toString()).not.toContain(".new");
  });

  test("give and take files by pct pull and push, which end well also where nothing was copied", async () => {
    await ssh.write("pve1", "/tmp/to-push", { content: Buffer.from("pushed") });
    expect(
      await run("pve1", ["pct", "push", "201", "/tmp/to-push", "/root/got", "--perms", "600"]),
    ).toMatchObject({
      exitCode: 0,
    });
    expect(await run("pve1", ["pct", "exec", "201", "--", "stat", "-c", "%a", "/root/got"])).toMatchObject({
      stdout: "600\n",
    });
    await run("pve1", ["pct", "pull", "201", "/root/got", "/tmp/pulled"]);
    expect(await contentOf("pve1", "/tmp/pulled")).toBe("pushed");
    expect(await run("pve1", ["pct", "pull", "201", "/root/none", "/tmp/x"])).toMatchObject({
      exitCode: 0,
      stderr: "failed to open /root/none: No such file or directory\n",
    });
  });

  test("are stopped together with what runs in them", async () => {
    const stop = new AbortController();
    const running = route.run(guest, { argv: ["sleep", "36000"], timeoutMs: 20_000, signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await errorOf(running)).toMatchObject({ code: "cancelled" });
  });
});
