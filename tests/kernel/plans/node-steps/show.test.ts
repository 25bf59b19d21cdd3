import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { showNodeStep } from "../../../../kernel/plans/node-steps/show.ts";
import type { NodeStep, PresentFile, PresentFiles } from "../../../../kernel/plans/node-steps/types.ts";
import { recheck } from "../../../../kernel/plans/recheck.ts";
import { createRedactor } from "../../../../kernel/secrets/redact.ts";
import type { NodeAccess } from "../../../../kernel/transports/ssh/types.ts";
import { ToolError } from "../../../../sdk/errors.ts";
import { accessTo, fakeCluster } from "../fake-cluster.ts";

const signal = new AbortController().signal;
const PLACE = { kind: "node", node: "pve1" } as const;
const ON = { id: "s1", place: PLACE, user: "ops", sudo: true } as const;
const bytes = (text: string) => new TextEncoder().encode(text);
const digest = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

/** Files of a node; an error is thrown. */
function node(files: Record<string, string | Uint8Array | Error>): PresentFiles {
  return {
    read: async (_node, path, { maxBytes }): Promise<PresentFile | undefined> => {
      const found = files[path];
      if (found instanceof Error) throw found;
      if (found === undefined) return undefined;
      const content = typeof found === "string" ? bytes(found) : found;
      const known = { size: content.length, sha256: digest(content) };
      return content.length > maxBytes ? known : { ...known, content };
    },
  };
}

/** A node whose files all hold this. */
function holding(text: string | undefined): NodeAccess {
  const read: NodeAccess["read"] = async (_node, path, { sink }) => {
    if (text === undefined) throw new ToolError({ code: "not_found", message: `There is no ${path}.` });
    await new Promise<void>((resolve) => sink.end(text, resolve));
    return { size: text.length, sha256: digest(bytes(text)) };
  };
  // Looking again reads, and does nothing else.
  return { read } as NodeAccess;
}

const show = (step: NodeStep, files: PresentFiles = node({})) =>
  showNodeStep(step, { files, redactor: createRedactor(["known-secret"]), signal });
const write = (path: string, content: string | Uint8Array | undefined): NodeStep => ({
  ...ON,
  kind: "file",
  path,
  content: content === undefined ? undefined : held(typeof content === "string" ? bytes(content) : content),
});
const held = (content: Uint8Array) => ({ size: content.length, sha256: digest(content), bytes: content });

describe("a command", () => {
  test("is shown with node, user, sudo and its very arguments", async () => {
    const { lines, checkable } = await show({
      ...ON,
      kind: "command",
      argv: ["qm", "set", "100", "--name", 'a "b"\n c', ""],
    });
    expect(lines[0]).toBe(
      String.raw`s1: on node pve1 as ops with sudo: ["qm","set","100","--name","a \"b\"\n c",""]`,
    );
    expect(checkable).toBe(true);
    const plain = await show({ ...ON, sudo: false, kind: "command", argv: ["qm", "list"] });
    expect(plain.lines[0]).toContain("as ops, without sudo:");
  });

  test("is shown without its secrets", async () => {
    const argv = ["qm", "set", "100", "--cipassword", "canary1", "--password=canary2", "-x", "known-secret"];
    const { lines } = await show({ ...ON, kind: "command", argv });
    expect(lines.join()).not.toMatch(/canary|known-secret/);
    expect(lines[0]).toContain('"--cipassword","[redacted]","--password=[redacted]"');
  });
});

describe("free shell", () => {
  const shell = (argv: readonly string[], input?: string): NodeStep => ({
    ...ON,
    kind: "shell",
    argv,
    timeoutMs: 9_000,
    ...(input === undefined ? {} : { input }),
  });
  const FREE = "effect not computable: it is neither checked afterwards nor undone; killed after 9000 ms";

  test("promises nothing", async () => {
    const input = "systemctl restart pveproxy\necho known-secret\n";
    const { lines, undo, checkable, fingerprint } = await show(shell(["bash", "-s"], input));
    expect(lines).toEqual([
      's1: on node pve1 as ops with sudo: shell ["bash","-s"]',
      FREE,
      `input: ${input.length} bytes, SHA-256 ${digest(bytes(input))}`,
      "| systemctl restart pveproxy",
      "| echo [redacted]",
      "[redacted] stands for what is hidden here, and is run all the same",
    ]);
    expect(undo).toMatchObject({ how: "none" });
    expect(checkable).toBe(false);
    expect(fingerprint).toEqual([]);
  });

  test("shows a script of several lines, and one that is encoded, as text", async () => {
    const script = "cd /tmp\nrm -rf ./x";
    const { lines } = await show(shell(["sh", "-c", script]));
    expect(lines.slice(0, 1)).toEqual([
      's1: on node pve1 as ops with sudo: shell ["sh","-c","(the script below)"]',
    ]);
    expect(lines.slice(2)).toEqual([
      `script: ${script.length} bytes, SHA-256 ${digest(bytes(script))}`,
      "| cd /tmp",
      "| rm -rf ./x",
    ]);
    const encoded = Buffer.from("Get-Item ü; 'known-secret'", "utf16le").toString("base64");
    for (const option of ["-EncodedCommand", "-enc", "-e", "/ec"]) {
      const argv = ["C:\\x\\PowerShell.exe", "-NoProfile", option, encoded];
      const shown = (await show(shell(argv))).lines.join("\n");
      expect(shown).toContain("| Get-Item ü; '[redacted]'");
      expect(shown).not.toContain(encoded);
    }
  });

  test("hides nothing of a script behind what only looks like the value of a secret", async () => {
    const { lines } = await show(shell(["sh", "-c", "TOKEN=x rm -rf /srv"]));
    expect(lines[0]).toContain("TOKEN=x rm -rf /srv");
    const { lines: several } = await show(shell(["sh", "-c", "passwd root\nTOKEN=x reboot"]));
    expect(several).toEqual(expect.arrayContaining(["| passwd root", "| TOKEN=x reboot"]));
  });

  test("says how much of a long script is not shown", async () => {
    const { lines } = await show(shell(["sh"], "true\n".repeat(450)));
    expect(lines.at(-1)).toBe("… 50 more lines that are not shown");
  });
});

describe("a file", () => {
  const PATH = "/var/lib/vz/snippets/user.yaml";

  test("is shown by size and SHA-256 with a diff against the present one", async () => {
    const before = "#cloud-config\nhostname: web1\npackages:\n  - nginx\n";
    const after = before.replace("web1", "web2");
    const { lines, fingerprint, undo } = await show(write(PATH, after), node({ [PATH]: before }));
    expect(lines).toEqual([
      `s1: on node pve1 as ops with sudo: file "${PATH}"`,
      `content: ${after.length} bytes, SHA-256 ${digest(bytes(after))}; present file: ${before.length} bytes, SHA-256 ${digest(bytes(before))}`,
      "| @@ -1,4 +1,4 @@",
      "|  #cloud-config",
      "| -hostname: web1",
      "| +hostname: web2",
      "|  packages:",
      "|    - nginx",
    ]);
    expect(fingerprint.map(({ entry }) => entry)).toEqual([
      { kind: "file", place: PLACE, path: PATH, sha256: digest(bytes(before)) },
    ]);
    expect(undo.how).toBe("manual");
  });

  test("that is new, the same, or removed is said to be", async () => {
    const fresh = await show(write(PATH, "a\n"));
    expect(fresh.lines.join("\n")).toMatch(/there is no such file yet\n\| @@ -0,0 \+1,1 @@\n\| \+a$/);
    expect(fresh.fingerprint[0]?.entry).toMatchObject({ sha256: "absent" });
    const same = await show(write(PATH, "a\n"), node({ [PATH]: "a\n" }));
    expect(same.lines.at(-1)).toBe("changes nothing: the file is like that already");
    const gone = await show(write(PATH, undefined), node({ [PATH]: "a\n" }));
    expect(gone.lines.join("\n")).toMatch(/removes it; present file: 2 bytes[\s\S]*\| -a$/);
  });

  test("gets a mode that is shown", async () => {
    const { lines } = await show({ ...ON, kind: "file", path: PATH, content: held(bytes("a")), mode: 0o640 });
    expect(lines[1]).toContain("mode 0640");
  });

  test.each<[string, string | Uint8Array, string | Uint8Array | Error, RegExp]>([
    ["is no text", new Uint8Array([0, 1]), "a", /no diff: not text/],
    ["was no text", "a", new Uint8Array([0xff, 0xfe]), /no diff: not text/],
    ["is too large", "a", "x".repeat(300_000), /no diff: not text, not at hand, or larger/],
    [
      "cannot be read",
      "a",
      new ToolError({ code: "forbidden", message: "sudo refused." }),
      /could not be read: sudo refused[\s\S]*no diff/,
    ],
  ])("that %s has no diff, and says why", async (_what, content, present, told) => {
    const { lines } = await show(write(PATH, content), node({ [PATH]: present }));
    expect(lines.join("\n")).toMatch(told);
    expect(lines.some((line) => line.startsWith("|"))).toBe(false);
  });

  test("that could not be read is not compared, and not said to be undoable", async () => {
    const { fingerprint, undo } = await show(write(PATH, "a"), node({ [PATH]: new Error("broken") }));
    expect(fingerprint[0]?.entry).toMatchObject({ kind: "unread", what: `${PATH} on node pve1` });
    expect(undo.how).toBe("none");
  });

  test.each([
    "/etc/pve/priv/storage/cifs.pw",
    "/etc/shadow",
    "/root/.ssh/id_ed25519",
    "/etc/ssl/private/a",
    "/x/tls.key",
  ])("%s is secret as a whole", async (path) => {
    const { lines } = await show(write(path, "canary-new"), node({ [path]: "canary-old" }));
    expect(lines.join("\n")).not.toContain("canary");
    expect(lines.at(-1)).toContain("secret as a whole");
  });

  test("is shown without the secrets in it", async () => {
    const secret = [
      "password: canary",
      "  passwd: $6$saltsalt$canaryhash12345",
      'api_token = "canary"',
      "export SECRET_KEY=canary",
      "wpa-psk: x",
      "psk canary",
      "chpasswd:",
      "  list: |",
      "    root:canary",
      "",
      "    other:canary",
      "hostname: web1",
      "note: known-secret",
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      "canary",
      "-----END OPENSSH PRIVATE KEY-----",
      "",
    ].join("\n");
    const { lines } = await show(write(PATH, secret));
    expect(lines.join("\n")).not.toMatch(/canary|known-secret/);
    expect(lines.join("\n")).toContain("| +hostname: web1");
  });

  test("that differs in secrets alone says so", async () => {
    const { lines } = await show(write(PATH, "password: canary1\n"), node({ [PATH]: "password: canary2\n" }));
    expect(lines.at(-1)).toBe("differs in masked values alone");
  });

  test("cannot forge a line of the plan", async () => {
    const { lines } = await show(write("/x\n2. s2: harmless", "a\u2028Plan p_0\r\n"));
    expect(lines.every((line) => !/[\n\r\u2028]/.test(line))).toBe(true);
  });
});

describe("a file that a plan was made for", () => {
  const PATH = "/etc/hosts";
  async function conflict(before: string | undefined, now: string | undefined): Promise<string> {
    const { fingerprint } = await show(
      write(PATH, "new"),
      node(before === undefined ? {} : { [PATH]: before }),
    );
    return recheck(fingerprint, {
      tool: "t",
      access: { ...accessTo(fakeCluster()), ssh: holding(now) },
      signal,
      next: "Again.",
      retry: false,
    }).then(
      () => "",
      (error: unknown) => String(error),
    );
  }

  test.each([
    ["a", "a", ""],
    [undefined, undefined, ""],
    ["a", "b", "/etc/hosts on node pve1 has another content"],
    ["a", undefined, "/etc/hosts on node pve1 is gone"],
    [undefined, "b", "/etc/hosts on node pve1 exists now"],
  ])("held %s and holds %s", async (before, now, told) => {
    const said = await conflict(before, now);
    if (told === "") expect(said).toBe("");
    else expect(said).toContain(told);
  });
});
