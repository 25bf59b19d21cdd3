import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { auditLines } from "./audit-files.ts";
import { wholeState } from "./lab-view.ts";
import {
  Bench,
  type Human,
  jobOf,
  type Session,
  settingsFor,
  sshSettingsFor,
  UNGUARDED,
  until,
} from "./support.ts";

const bench = new Bench();
const state = bench.folder();
let lab: Lab;
let ssh: Record<string, string>;

const POLICY = `
deny vmid=201 tool=proxmox_lxc_exec
allow family=qm tool=proxmox_cli_run max-timeout=10m
deny path=/etc/pve
`;

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  ssh = await sshSettingsFor(lab);
});
afterAll(() => bench.close());

function server(more: Record<string, string> = {}, who?: Human): Promise<Session> {
  const env = { ...settingsFor(lab), ...UNGUARDED, ...ssh, PROXMOX_MCP_ACCESS: "escape", ...more };
  return bench.server(env, who);
}

describe("rules", () => {
  let session: Session;
  beforeAll(async () => {
    session = await server({ PROXMOX_MCP_POLICY: POLICY });
  });

  async function denied(name: string, args: Record<string, unknown>): Promise<string> {
    const { code, text } = await session.refused(name, args);
    expect(code).toBe("denied");
    return text;
  }

  test("hold for files by their path, and for everything that a shell could reach", async () => {
    const shadow = { node: "pve1", path: "/etc/pve/user.cfg" };
    expect(await denied("proxmox_file_read", shadow)).toContain("rule 3");
    await session.ok("proxmox_file_read", { node: "pve1", path: "/etc/hostname" });
    const overHosts = { path: "/etc/hostname", content: "x\n", dryRun: true, node: "pve1" };
    expect((await session.ok("proxmox_file_write", overHosts)).text).toContain("-pve1");
    expect(await denied("proxmox_shell_run", { node: "pve1", script: "true" })).toContain("rule 3");
  });

  test("hold for the guest that a command runs in", async () => {
    expect(await denied("proxmox_lxc_exec", { vmid: 201, command: ["true"] })).toContain("rule 1");
  });

  test("bound the time that a command is given, and not the time that a call waits", async () => {
    const raw = { node: "pve1", rawCommand: ["qm", "list"], commandTimeoutMs: 700_000 };
    expect(await denied("proxmox_cli_run", raw)).toMatch(/rule 2 .* 700000 ms/);
  });
});

describe("a raw command line", () => {
  const raw = { node: "pve1", rawCommand: ["qm", "set", "101", "--description", "it's raw"] };

  test("is denied without a rule, which is named", async () => {
    const session = await server();
    const { code, text } = await session.refused("proxmox_cli_run", raw);
    expect([code, text]).toEqual(["denied", expect.stringContaining("allow tool=proxmox_cli_run family=qm")]);
    const planned = await session.ok("proxmox_cli_run", { ...raw, dryRun: true });
    expect(planned.text).toMatch(/effect not computable[\s\S]*The call itself would be refused/);
    expect(wholeState(lab)).not.toContain("it's raw");
  });

  test("runs where a rule names its program", async () => {
    const session = await server({ PROXMOX_MCP_POLICY: "allow family=qm" });
    await session.refused("proxmox_cli_run", { node: "pve1", rawCommand: ["pct", "list"] });
    await session.ok("proxmox_cli_run", raw);
    expect(wholeState(lab)).toContain("it's raw");
  });
});

test("a dry run that would be refused shows nothing of the file that is there", async () => {
  const session = await server({ PROXMOX_MCP_POLICY: "deny path=/etc" });
  const write = { node: "pve1", path: "/etc/hostname", content: "x\n", dryRun: true };
  const { text } = await session.ok("proxmox_file_write", write);
  expect(text).toMatch(/it is not looked at[\s\S]*The call itself would be refused/);
  expect(text).not.toContain("-pve1");
});

test("what is protected refuses every shell on a node, and commands inside that guest alone", async () => {
  const session = await server({ PROXMOX_MCP_PROTECT: "201" });
  const refused = await session.refused("proxmox_shell_run", { node: "pve2", script: "true" });
  expect(refused.code).toBe("denied");
  expect((await session.refused("proxmox_lxc_exec", { vmid: 201, command: ["true"] })).code).toBe("denied");
});

test("a human sees the script that goes out", async () => {
  const questions: string[] = [];
  const session = await server(
    { PROXMOX_MCP_CONFIRM: "write", PROXMOX_MCP_STATE_DIR: state },
    async ({ message }) => {
      questions.push(message);
      return { action: "decline" };
    },
  );
  const script = "echo one\necho two";
  const { code } = await session.refused("proxmox_shell_run", { node: "pve1", script });
  expect(code).toBe("declined");
  expect(questions[0]).toMatch(/\| echo one\n +\| echo two/);
  expect(questions[0]).toContain("effect not computable");
});

test.each([
  ["a container", "proxmox_lxc_exec", 201, "its processes were killed"],
  ["a VM", "proxmox_vm_guest_exec", 101, "it was stopped through the agent"],
])("a command in %s is killed with its job, which says so", async (_, tool, vmid, said) => {
  const session = await server({ PROXMOX_MCP_STATE_DIR: state });
  const job = jobOf(await session.ok(tool, { vmid, command: ["sleep", "36000"], waitMode: "deferred" }));
  // Its job knows it by its process once it runs.
  await until(async () => {
    const record = readFileSync(join(state, "jobs", `${job}.json`), "utf8");
    return /as process (?:group )?\d+/.test(record) || undefined;
  });
  await session.ok("job_cancel", { job });
  const ended = await until(async () => {
    const { text } = await session.call("job_get", { job });
    return text.includes("interrupted") || text.includes("cancelled") ? text : undefined;
  });
  expect(ended).toContain(`was cancelled; ${said}`);
  const told = (await auditLines(state)).map((line) => JSON.stringify(line)).join("\n");
  expect(told).toContain("sleep");
});
