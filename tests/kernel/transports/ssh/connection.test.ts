import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Secret } from "../../../../kernel/secrets/secret.ts";
import { NodeConnection } from "../../../../kernel/transports/ssh/connection.ts";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import { newKey, startSshd, type TestSshd } from "../../../helpers/sshd.ts";
import { command, errorOf, firstOutput, NODE, settingsFor, textOf, transportTo } from "./harness.ts";

let sshd: TestSshd;
let ssh: SshTransport;

beforeAll(async () => {
  sshd = await startSshd();
  sshd.program("say", 'for word; do printf "<%s>" "$word"; done');
  ssh = transportTo(sshd);
});

afterAll(async () => {
  await ssh.close();
  await sshd.close();
});

describe("the connection", () => {
  test("carries 100 commands at once", async () => {
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ssh.run(NODE, command(["say", String(index)]))),
    );
    expect(results.map(textOf)).toEqual(results.map((_, index) => `<${index}>`));
  }, 60_000);

  test.each([
    ["for a moment is asked again", 3, /^opened$/],
    [
      "for good is told of",
      Number.POSITIVE_INFINITY,
      /opened no session on it: open failed. Nothing was sent/,
    ],
  ])("whose server refuses a session %s", async (_what, refusals, told) => {
    const address = { node: NODE, host: "127.0.0.1", port: sshd.port };
    const connection = new NodeConnection({ settings: settingsFor(sshd), address, timeoutMs: 10_000 });
    let asked = 0;
    const open = async () => {
      asked += 1;
      if (asked <= refusals) throw Object.assign(new Error("open failed"), { reason: 2 });
      return "opened";
    };
    const opened = connection.withChannel(new AbortController().signal, open, async (channel) => channel);
    expect(await opened.catch((error: unknown) => String(error))).toMatch(told);
    connection.close();
  });

  test("that drops in the middle leaves the outcome open, and the next command gets a new one", async () => {
    const { output, onOutput } = firstOutput();
    const running = errorOf(ssh.run(NODE, command(["sh", "-c", "echo begun; sleep 300"], { onOutput })));
    await output;
    sshd.dropConnections();
    expect(await running).toMatchObject({ code: "outcome_unknown" });
    expect(textOf(await ssh.run(NODE, command(["say", "again"])))).toBe("<again>");
  });

  test("is off while no host key is pinned, and tells which to pin", async () => {
    const unpinned = transportTo(sshd, { hostKeys: [] });
    const error = await errorOf(unpinned.run(NODE, command(["true"])));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain(`ssh-ed25519 ${sshd.hostKey.fingerprint}`);
    expect(error.next).toContain(`PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY=${NODE}=${sshd.hostKey.fingerprint}`);
  });

  test("is refused where the host has another key than the pinned one", async () => {
    const other = newKey(join(sshd.folder, "other-host"));
    const sha256 = other.fingerprint.replace("SHA256:", "");
    const wrong = transportTo(sshd, { hostKeys: [{ kind: "fingerprint", sha256 }] });
    const marker = join(sshd.folder, "wrong-host");
    const error = await errorOf(wrong.run(NODE, command(["touch", marker])));
    expect(error).toMatchObject({ code: "forbidden", details: { fingerprint: sshd.hostKey.fingerprint } });
    expect(existsSync(marker)).toBe(false);
  });

  test("is refused where the host key is revoked, whatever else is pinned", async () => {
    const [type = "", key = ""] = sshd.hostKey.line.split(" ");
    const revoked = { kind: "key", hosts: ["*"], type, key, revoked: true } as const;
    const trusted = { ...revoked, revoked: false };
    const error = await errorOf(
      transportTo(sshd, { hostKeys: [trusted, revoked] }).run(NODE, command(["true"])),
    );
    expect(error.message).toContain("@revoked");
  });

  test("says that the node does not accept the user key", async () => {
    newKey(join(sshd.folder, "stranger"));
    const key = { path: join(sshd.folder, "stranger") };
    const error = await errorOf(transportTo(sshd, { key }).run(NODE, command(["true"])));
    expect(error.code).toBe("forbidden");
    expect(error.message).toContain("did not accept our key");
  });

  test("opens a key with its passphrase, and says where that does not fit", async () => {
    const passphrase = "correct horse";
    const path = join(sshd.folder, "locked");
    newKey(path, "ed25519", passphrase);
    const authorized = readFileSync(`${path}.pub`, "utf8");
    const opened = transportTo(sshd, { key: { path }, passphrase: new Secret(passphrase) });
    const shut = transportTo(sshd, { key: { path }, passphrase: new Secret("wrong one") });
    expect((await errorOf(shut.run(NODE, command(["true"])))).message).toContain("passphrase");
    await ssh.run(NODE, command(["tee", "-a", join(sshd.folder, "authorized_keys")], { stdin: authorized }));
    expect(await opened.run(NODE, command(["true"]))).toMatchObject({ exitCode: 0 });
    await opened.close();
  });

  test("that cannot be made names host and port", async () => {
    const port = 1;
    const nowhere = transportTo({ ...sshd, port });
    const error = await errorOf(nowhere.run(NODE, command(["true"])));
    expect(error).toMatchObject({ code: "unreachable", retry: true });
    expect(error.message).toContain("127.0.0.1:1");
  });
});
