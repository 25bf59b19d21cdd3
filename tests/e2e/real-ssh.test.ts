import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { type LabPrograms, serveLabPrograms } from "../helpers/lab-programs.ts";
import { addSudoUser, isRoot, ownLogin, startSshd, type TestSshd, type TestUser } from "../helpers/sshd.ts";
import { Bench, jobOf, type Session, settingsFor, UNGUARDED, until } from "./support.ts";

const NODE = "pve1";
const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let sshd: TestSshd;
let programs: LabPrograms;
let session: Session;

beforeAll(async () => {
  lab = await bench.lab({ speed: 1 });
  sshd = bench.closing(await startSshd());
  programs = bench.closing(await serveLabPrograms(lab, sshd, NODE));
  session = await serverAs(ownLogin);
});
afterAll(() => bench.close());

async function serverAs(username: string, more: Readonly<Record<string, string>> = {}): Promise<Session> {
  return bench.server({
    ...settingsFor(lab),
    ...UNGUARDED,
    PROXMOX_SHELL_SSH_USERNAME: username,
    PROXMOX_SHELL_SSH_PRIVATE_KEY: sshd.userKey,
    PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: sshd.hostKey.fingerprint,
    PROXMOX_SHELL_SSH_HOSTS: `${NODE}=127.0.0.1:${sshd.port}`,
    ...more,
  });
}

/** What a guest is set to, now or from its next start. */
const config = (vmid: number, key: string) => {
  const { pending, config: present } = lab.state.guests.get(vmid) ?? {};
  return pending?.get(key) ?? present?.get(key);
};

(isRoot ? describe : describe.skip)("Proxmox VE's commands behind a real SSH server", () => {
  test("are run as root on the node, each argument as it is given", async () => {
    const description = 'it\'s "quoted"\n$HOME `id` -- ;&|';
    await session.ok("proxmox_cli_run", {
      command: "qm set",
      params: { vmid: 101, args: "-no-hpet", description },
    });
    expect(config(101, "args")).toBe("-no-hpet");
    expect(config(101, "description")).toBe(description);
  });

  test("are not run where the host's key is not the pinned one", async () => {
    const other = `SHA256:${"A".repeat(43)}`;
    const wary = await serverAs(ownLogin, { PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: other });
    const params = { vmid: 101, args: "-no-acpi" };
    const answer = await wary.refused("proxmox_cli_run", { command: "qm set", params });
    expect(answer.code).toBe("forbidden");
    expect(answer.text).toContain(sshd.hostKey.fingerprint);
    expect(config(101, "args")).not.toBe("-no-acpi");
  });

  test("are run 100 at once", async () => {
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        session.ok("proxmox_cli_run", {
          command: "pvesh create",
          params: { api_path: "/pools", poolid: `many-${at}` },
          node: NODE,
          waitMode: "wait",
          timeoutMs: 55_000,
        }),
      ),
    );
    expect(all).toHaveLength(100);
    expect([...lab.state.pools.keys()].filter((id) => id.startsWith("many-"))).toHaveLength(100);
  }, 120_000);

  test("end on the node when their job is cancelled", async () => {
    const params = { vmid: 201, "extra-args": ["sleep", "3000"] };
    const begun = await session.ok("proxmox_cli_run", {
      ...{ command: "pct exec", params, waitMode: "deferred" },
      ...QUICK,
    });
    const job = jobOf(begun);
    await until(() => (programs.running() === 1 ? true : undefined));
    await session.call("job_cancel", { job });
    await until(() => (programs.running() === 0 ? true : undefined));
    const end = await session.call("job_wait", { job, timeoutMs: 30_000 });
    expect(end.text).toContain("killed");
  });

  test("are in doubt where the connection drops, and are not sent again", async () => {
    const params = { vmid: 201, "extra-args": ["sleep", "3000"] };
    const running = session.call("proxmox_cli_run", { command: "pct exec", params, ...QUICK });
    await until(() => (programs.running() === 1 ? true : undefined));
    sshd.dropConnections();
    expect(await running).toMatchObject({ isError: true, code: "outcome_unknown" });
    await session.ok("proxmox_cli_run", { command: "qm set", params: { vmid: 101, tags: "after" } });
    expect(config(101, "tags")).toBe("after");
  });

  test("run in containers, with input, output and exit code", async () => {
    const done = await session.ok("proxmox_lxc_exec", { vmid: 201, command: ["cat", "/etc/hostname"] });
    expect(done.text).toContain("dns1");
    const missing = await session.refused("proxmox_lxc_exec", { vmid: 201, command: ["no-such-program"] });
    expect(missing.text).toContain("127");
    const stopped = await session.refused("proxmox_lxc_exec", { vmid: 203, command: ["true"] });
    expect(["conflict", "unreachable"]).toContain(stopped.code);
  });

  test("end in containers when their job is cancelled", async () => {
    const before = programs.running();
    const begun = await session.ok("proxmox_lxc_exec", {
      ...{ vmid: 201, command: ["sleep", "3000"], waitMode: "deferred" },
      ...QUICK,
    });
    const job = jobOf(begun);
    await until(() => (programs.running() === before + 1 ? true : undefined));
    await session.call("job_cancel", { job });
    await until(() => (programs.running() === before ? true : undefined));
    expect((await session.call("job_wait", { job, timeoutMs: 30_000 })).text).toContain("killed");
  });

  test("leave files in containers and on nodes as they were written, or as they were", async () => {
    const path = join(sshd.folder, "by-mcp");
    for (const [place, target] of [
      [{ vmid: 201 }, "/root/by-mcp"],
      [{ node: NODE }, path],
    ] as const) {
      const write = { ...place, path: target, content: "grün\n" };
      await session.ok("proxmox_file_write", write);
      expect((await session.ok("proxmox_file_read", { ...place, path: target })).text).toContain("grün");
    }
    expect(readFileSync(path, "utf8")).toBe("grün\n");
    await session.ok("proxmox_shell_run", { node: NODE, script: `echo "$0 $$" > ${path}; exit 0` });
    expect(readFileSync(path, "utf8")).toMatch(/^\S+ \d+\n$/);
  });

  describe("by a login that is not root", () => {
    let user: TestUser;
    let limited: Session;

    beforeAll(async () => {
      const allowed = ["qm", "pct"].map((name) => join(sshd.bin, name));
      user = addSudoUser(sshd.bin, [...allowed, "/usr/bin/kill -s * -- -[0-9]*"], `pve-e2e-${process.pid}`);
      limited = await serverAs(user.name);
    });
    afterAll(() => user.remove());

    test("are run through sudo, and ended through it", async () => {
      await limited.ok("proxmox_cli_run", { command: "qm set", params: { vmid: 101, args: "-by-sudo" } });
      expect(config(101, "args")).toBe("-by-sudo");
      const params = { vmid: 201, "extra-args": ["sleep", "3000"] };
      const before = programs.running();
      const begun = await limited.ok("proxmox_cli_run", {
        ...{ command: "pct exec", params, waitMode: "deferred" },
        ...QUICK,
      });
      await until(() => (programs.running() === before + 1 ? true : undefined));
      await limited.call("job_cancel", { job: jobOf(begun) });
      await until(() => (programs.running() === before ? true : undefined));
    });

    test("get no further than sudo lets them", async () => {
      const answer = await limited.refused("proxmox_cli_run", {
        command: "pvesh create",
        params: { api_path: "/pools", poolid: "forbidden" },
        node: NODE,
      });
      expect(answer.text).toContain("sudo");
      expect(lab.state.pools.has("forbidden")).toBe(false);
    });
  });
});
