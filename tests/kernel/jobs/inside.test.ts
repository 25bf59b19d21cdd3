import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { resolveInside } from "../../../kernel/call/inside-step.ts";
import type { Plan } from "../../../kernel/call/types.ts";
import type { Job } from "../../../kernel/jobs/types.ts";
import type { SshTransport } from "../../../kernel/transports/ssh/transport.ts";
import type { NodeAccess } from "../../../kernel/transports/ssh/types.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { type FileStep, file, type ShellStep, shell } from "../../../sdk/inside-steps.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { startSshd, type TestSshd } from "../../helpers/sshd.ts";
import { NODE, transportTo } from "../transports/ssh/harness.ts";
import { caller, Fixture, plan, QUICK, until } from "./fixture.ts";

const PLACE = { kind: "node", node: NODE } as const;
const QUICKLY = { timeoutMs: 20_000, sudo: false };

let sshd: TestSshd;
let ssh: SshTransport;
let fixture: Fixture;

beforeAll(async () => {
  sshd = await startSshd();
  ssh = transportTo(sshd);
});

afterAll(async () => {
  await ssh.close();
  await sshd.close();
});

beforeEach(async () => {
  fixture = await new Fixture().open();
});

afterEach(async () => {
  await fixture.close();
});

/** A plan of these steps past the API. */
function planOf(steps: readonly (ShellStep | FileStep)[]): Plan {
  const base = plan([]);
  const all = steps.map((step, index) => {
    const found = resolveInside({ ...step, id: `s${index + 1}` }, { catalog: loadCatalog(), login: "root" });
    return {
      step: { ...found.step, risk: "escape" as const },
      endpoint: found.endpoint,
      shownPath: `/nodes/${NODE}`,
      risk: "escape" as const,
      privileges: { who: "world" as const, alternatives: [], further: [], unread: false },
    };
  });
  return { ...base, risk: "escape", steps: all };
}

function serviceOn(access: NodeAccess = ssh, secrets: string[] = []) {
  return fixture.service({ clusters: [{ ...fixture.pve.cluster(), ssh: access }], secrets });
}

async function run(steps: readonly (ShellStep | FileStep)[], access: NodeAccess = ssh): Promise<Job> {
  const running = await serviceOn(access, ["topsecret"]).start(planOf(steps), caller().context, QUICK);
  return running.ended;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("a free command", () => {
  test("runs once, and what it wrote is with its step alone, masked", async () => {
    const job = await run([
      shell(PLACE, ["sh", "-c", "cat; echo no >&2"], { ...QUICKLY, stdin: "is topsecret" }),
    ]);
    expect(job).toMatchObject({
      state: "succeeded",
      steps: [
        {
          state: "done",
          output: {
            place: `on node ${NODE}`,
            exitCode: 0,
            parts: [
              { name: "stdout", size: 12, text: "is [redacted]", masked: true },
              { name: "stderr", size: 3, text: "no\n" },
            ],
          },
        },
      ],
      checks: [{ state: "not_checked", details: ["what a free command does cannot be computed"] }],
    });
    expect(job.steps[0]).not.toHaveProperty("answer");
  });

  test("that ends in any other way than well is an error, with what it wrote", async () => {
    const job = await run([
      shell(PLACE, ["sh", "-c", "echo so far; exit 4"], QUICKLY),
      shell(PLACE, ["true"], QUICKLY),
    ]);
    expect(job).toMatchObject({
      state: "failed",
      error: { code: "task_failed", message: expect.stringContaining("exit code 4") },
      steps: [
        { state: "failed", output: { exitCode: 4, parts: [{ text: "so far\n" }] } },
        { state: "pending" },
      ],
    });
    expect(job.error?.next).toContain("Read what it wrote");
    const none = await run([shell(PLACE, ["no-such-program"], QUICKLY)]);
    expect(none.error?.next).toContain("no-such-program exists there");
  });

  test("is killed when its job is cancelled, and the job says so", async () => {
    const service = serviceOn();
    const mark = join(sshd.folder, "begun");
    const script = `echo begun; echo $$ > '${mark}'; exec sleep 3600`;
    const running = await service.start(
      planOf([shell(PLACE, ["sh", "-c", script], QUICKLY)]),
      caller().context,
      QUICK,
    );
    await until(() => isThere(mark));
    await service.cancel(running.job.id);
    const job = await running.ended;
    expect(job).toMatchObject({ state: "interrupted", steps: [{ state: "failed" }] });
    expect(job.error?.message).toMatch(/was cancelled; its processes were killed/);
    expect(job.steps[0]?.output?.parts).toMatchObject([{ name: "stdout", text: "begun\n" }]);
    await until(() => !isAlive(Number(readFileSync(mark, "utf8"))));
  });

  test("that may still run after a restart is said to, with its process group", async () => {
    const service = serviceOn();
    const mark = join(sshd.folder, "left");
    const script = `echo $$ > '${mark}'; exec sleep 3600`;
    const running = await service.start(
      planOf([shell(PLACE, ["sh", "-c", script], QUICKLY)]),
      caller().context,
      QUICK,
    );
    const record = join(fixture.stateDir, "jobs", `${running.job.id}.json`);
    await until(async () => isThere(mark) && (await readFile(record, "utf8")).includes("process group"));
    const group = Number(readFileSync(mark, "utf8"));
    await service.close();
    const stored: Job = JSON.parse(await readFile(record, "utf8"));
    expect(stored.state).toBe("running");
    await writeFile(record, JSON.stringify({ ...stored, pidStart: "before" }));
    const next = serviceOn();
    await next.recover();
    const job = await next.wait(running.job.id, 10_000);
    expect(job).toMatchObject({ state: "interrupted", error: { code: "outcome_unknown" } });
    expect(job?.steps[0]?.error).toBe(
      `It was sent, and its end was not seen: it may still be under way on node ${NODE}, as process group ${group}.`,
    );
    if (isAlive(group)) process.kill(-group, "SIGKILL");
  });
});

describe("a file", () => {
  test("that is read is with its step, and is no answer", async () => {
    const path = join(sshd.folder, "held");
    writeFileSync(path, "key = topsecret\n");
    const job = await run([file.read(PLACE, path)]);
    expect(job).toMatchObject({
      state: "succeeded",
      steps: [
        {
          output: {
            parts: [
              {
                name: "content",
                size: 16,
                sha256: sha256("key = topsecret\n"),
                text: "key = [redacted]\n",
                masked: true,
              },
            ],
          },
        },
      ],
    });
    expect(job.steps[0]).not.toHaveProperty("answer");
    expect(job.checks).toEqual([]);
  });

  test("that was written is read back", async () => {
    const path = join(sshd.folder, "written");
    const job = await run([file.write(PLACE, path, { text: "one" }, { expected: "absent", mode: 0o600 })]);
    expect(job).toMatchObject({
      state: "succeeded",
      checks: [{ object: `${path} on node ${NODE}`, state: "as_planned" }],
    });
    expect(readFileSync(path, "utf8")).toBe("one");
    const again = await run([file.write(PLACE, path, { text: "two" }, { expected: "absent" })]);
    expect(again).toMatchObject({ state: "failed", error: { code: "conflict" } });
    expect(readFileSync(path, "utf8")).toBe("one");
  });

  test("that does not hold what was written is an error", async () => {
    const path = join(sshd.folder, "ignored");
    writeFileSync(path, "old");
    const lying: NodeAccess = {
      run: (...all) => ssh.run(...all),
      status: (...all) => ssh.status(...all),
      list: (...all) => ssh.list(...all),
      read: (...all) => ssh.read(...all),
      write: async () => ({ size: 3, sha256: sha256("new") }),
      remove: (...all) => ssh.remove(...all),
      close: async () => undefined,
    };
    const job = await run([file.write(PLACE, path, { text: "new" })], lying);
    expect(job).toMatchObject({ state: "failed", error: { code: "not_applied" } });
    expect(job.checks).toMatchObject([
      { state: "not_applied", details: [expect.stringContaining(sha256("old"))] },
    ]);
  });

  test("that cannot be looked at again is not said to be as planned", async () => {
    const blind: NodeAccess = {
      ...lyingWrites(),
      read: async () => {
        throw new ToolError({ code: "unreachable", message: "The node is away." });
      },
    };
    const job = await run([file.write(PLACE, "/etc/x", { text: "new" })], blind);
    expect(job.checks).toMatchObject([{ state: "not_checked", details: ["The node is away."] }]);
  });
});

function lyingWrites(): NodeAccess {
  const none = () => Promise.reject(new Error("not asked for"));
  const write = async () => ({ size: 3, sha256: sha256("new") });
  return {
    run: none,
    status: none,
    list: none,
    read: none,
    write,
    remove: none,
    close: async () => undefined,
  };
}

function isThere(path: string): boolean {
  try {
    return readFileSync(path, "utf8").trim() !== "";
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
