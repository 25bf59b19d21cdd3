import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { auditLines } from "./audit-files.ts";
import { powerOf, wholeState } from "./lab-view.ts";
import { Bench, type Human, type Session, settingsFor, UNGUARDED } from "./support.ts";

const POLICY = `# Who may do what
deny risk>=destructive tag=prod
deny tool=proxmox_user_* risk=read
confirm vmid=110-119 risk=write
shadow deny pool=production
deny cluster=default node=pve2 tool=proxmox_api_call
`;

const bench = new Bench();
let lab: Lab;
let session: Session;
let human: Human;
const state = bench.folder();

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await start(POLICY, { PROXMOX_MCP_STATE_DIR: state }, async (question) => await human(question));
});
afterAll(() => bench.close());

function start(policy: string, more: Record<string, string> = {}, who?: Human) {
  return bench.server({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_POLICY: policy, ...more }, who);
}

async function denied(name: string, args: Record<string, unknown>, who: Session = session) {
  const before = wholeState(lab);
  const refused = await who.refused(name, args);
  expect(refused.code).toBe("denied");
  expect(wholeState(lab)).toBe(before);
  return refused.text;
}

describe("a rule that denies", () => {
  test("is named with its number, line and text, and nothing runs", async () => {
    const text = await denied("proxmox_vm_action", { vmid: 101, action: "stop" });
    expect(text).toContain("rule 1 (deny risk>=destructive tag=prod) says deny");
    expect(text).toContain("line 2 of PROXMOX_MCP_POLICY");
  });

  test("leaves alone what it does not mean", async () => {
    await session.ok("proxmox_vm_update_config", { vmid: 101, description: "a write" });
    await session
      .ok("proxmox_vm_action", { vmid: 111, action: "stop", pollIntervalMs: 200 })
      .catch(() => undefined);
  });

  test("holds for a call that would hit one such guest among many: the strictest counts", async () => {
    const text = await denied("proxmox_node_action", { node: "pve1", action: "stopall" });
    expect(text).toMatch(/rule 1 .* says deny: POST \/nodes\/pve1\/stopall|on (VM|container) \d+ /);
  });

  test("holds for the API behind typed tools, and for one cluster, node and tool", async () => {
    await denied("proxmox_api_call", { method: "DELETE", path: "/nodes/pve1/qemu/101" });
    const description = { method: "PUT", path: "/nodes/pve2/qemu/102/config", params: { description: "x" } };
    expect(await denied("proxmox_api_call", description)).toContain("rule 5");
  });

  test("holds for reads where it says so", async () => {
    expect(await denied("proxmox_user_list", {})).toContain("rule 2");
    await session.ok("proxmox_vm_list");
  });
});

describe("a rule that confirms", () => {
  test("asks a human below PROXMOX_MCP_CONFIRM, and says because of which rule", async () => {
    const asked: string[] = [];
    human = async ({ message }) => {
      asked.push(message);
      return { action: "decline" };
    };
    const refused = await session.refused("proxmox_vm_update_config", { vmid: 112, cores: 3 });
    expect(refused.code).toBe("declined");
    expect(asked[0]).toContain("rule 3 (confirm vmid=110-119 risk=write)");
    human = async () => ({ action: "accept", content: { confirm: true } });
    await session.ok("proxmox_vm_update_config", { vmid: 112, cores: 3 });
  });

  test("answers confirmation_required where the client cannot ask", async () => {
    const mute = await start("confirm risk=write");
    const refused = await mute.refused("proxmox_vm_update_config", { vmid: 112, cores: 4 });
    expect(refused.code).toBe("confirmation_required");
    expect(refused.text).toContain("rule 1 (confirm risk=write)");
  });
});

test("an allow waives no question of PROXMOX_MCP_CONFIRM and raises no access", async () => {
  const strict = await start("allow", {
    PROXMOX_MCP_CONFIRM: "destructive",
    PROXMOX_MCP_ACCESS: "destructive",
  });
  expect((await strict.refused("proxmox_vm_action", { vmid: 112, action: "stop" })).code).toBe(
    "confirmation_required",
  );
  expect(
    (await strict.refused("proxmox_api_call", { method: "POST", path: "/nodes/pve1/termproxy" })).code,
  ).toBe("denied");
});

test("a rule in shadow changes nothing; what it would do is in the log and in the audit", async () => {
  await session.ok("proxmox_vm_update_config", { vmid: 102, description: "seen" });
  expect(session.stderr).toMatch(/shadow rule 4 \(shadow deny pool=production\) would deny PUT .*VM 102/);
  const entries = auditLines(state);
  const before = entries.findLast(({ event }) => event === "before");
  expect(before?.policy).toEqual([expect.stringContaining("shadow rule 4")]);
});

test("a dry run says which rule would refuse, and capabilities name all rules", async () => {
  const dry = await session.ok("proxmox_vm_action", { vmid: 101, action: "stop", dryRun: true });
  expect(dry.text).toMatch(/would be refused: .*rule 1/);
  const { text } = await session.ok("proxmox_capabilities");
  expect(text).toContain("1: deny risk>=destructive tag=prod; 2: deny tool=proxmox_user_* risk=read;");
  expect(text).toContain("4 (shadow): shadow deny pool=production");
});

describe("at the start", () => {
  test("a rule that cannot be read stops it and points at the character, also in a file", async () => {
    const file = join(bench.folder(), "policy");
    writeFileSync(file, "allow tag=lab\ndeny vmids=100\n");
    const bad = bench.unconnected({ ...settingsFor(lab), PROXMOX_MCP_POLICY_FILE: file });
    await expect(bad.client.connect(bad.transport)).rejects.toThrow();
    expect(bad.stderr).toContain("PROXMOX_MCP_POLICY: line 2, column 6");
    expect(bad.stderr).toMatch(/\n {6}deny vmids=100\n {11}\^\n/);
  });

  test("a rule for a cluster that there is not stops it", async () => {
    const bad = bench.unconnected({ ...settingsFor(lab), PROXMOX_MCP_POLICY: "deny cluster=prdo" });
    await expect(bad.client.connect(bad.transport)).rejects.toThrow();
    expect(bad.stderr).toContain('rule 1 (line 1) is for the cluster "prdo"');
  });
});

test("what was stopped is really stopped", async () => {
  const open = await start("allow vmid=112; deny");
  await open.ok("proxmox_vm_action", { vmid: 112, action: "start", pollIntervalMs: 200 });
  expect(powerOf(lab, 112)).toBe("running");
  await denied("proxmox_vm_action", { vmid: 104, action: "start" }, open);
});
