import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { Pty } from "../helpers/pty.ts";
import { allText, auditLines } from "./audit-files.ts";
import { powerOf, wholeState } from "./lab-view.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const ADMIN = resolve("dist/admin.js");
const PASSPHRASE = "correct horse battery";
const bench = new Bench();
const state = bench.folder();
let lab: Lab;
let session: Session;

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  await setPassphrase(state);
  session = await start();
});
afterAll(() => bench.close());

function start(more: Record<string, string> = {}) {
  const { PROXMOX_MCP_CONFIRM: _none, ...open } = UNGUARDED;
  return bench.server({ ...settingsFor(lab), ...open, PROXMOX_MCP_STATE_DIR: state, ...more });
}

/** The admin command at a terminal of its own. */
function atTerminal(args: readonly string[], folder = state): Pty {
  return bench.closing(new Pty([process.execPath, ADMIN, ...args], { PROXMOX_MCP_STATE_DIR: folder }));
}

/** The admin command without a terminal, fed through a pipe. */
async function piped(args: readonly string[], input: string) {
  const env = { PATH: process.env.PATH ?? "", PROXMOX_MCP_STATE_DIR: state };
  // Detached means a session of its own, which has no controlling terminal.
  const child = spawn(process.execPath, [ADMIN, ...args], { env, detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => (output += part.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, output };
}

async function setPassphrase(folder: string, passphrase = PASSPHRASE): Promise<void> {
  const admin = atTerminal(["passphrase"], folder);
  await admin.see("New passphrase");
  admin.type(passphrase);
  await admin.see("again:");
  admin.type(passphrase);
  await admin.see("is set");
  expect(await admin.ended()).toBe(0);
}

/** Asks for a change that needs a human; answers the id of the plan that waits. */
async function waiting(who: Session, tool: string, args: Record<string, unknown>): Promise<string> {
  const refused = await who.refused(tool, args);
  expect(refused.code).toBe("confirmation_required");
  const [, id = ""] = /proxmox-mcp-admin approve (p_[0-9a-f]{24}) --state-dir /.exec(refused.text) ?? [];
  expect(id).not.toBe("");
  return id;
}

async function approved(id: string, name: string): Promise<void> {
  const admin = atTerminal(["approve", id]);
  await admin.see(`Type ${name} to approve: `);
  admin.type(name);
  await admin.see("Passphrase: ");
  admin.type(PASSPHRASE);
  await admin.see("Approved, once");
  expect(await admin.ended()).toBe(0);
}

const STOP = { action: "stop" };

describe("a client that cannot ask", () => {
  test("gets a plan and the command; after the approval the plan is applied, once", async () => {
    const id = await waiting(session, "proxmox_vm_action", { vmid: 101, ...STOP });
    const early = await session.refused("proxmox_plan_apply", { plan: id });
    expect([early.code, early.text]).toEqual([
      "confirmation_required",
      expect.stringContaining("nobody has approved"),
    ]);
    expect(powerOf(lab, 101)).toBe("running");

    const admin = atTerminal(["approve", id]);
    const shown = await admin.see("Type web1 to approve: ");
    expect(shown).toContain("proxmox_vm_action, destructive, on the cluster default");
    expect(shown).toContain("VM 101 (web1) on pve1");
    expect(shown).toContain("POST /nodes/pve1/qemu/101/status/stop [destructive]");
    admin.type("web1");
    await admin.see("Passphrase: ");
    admin.type(PASSPHRASE);
    await admin.see("Approved, once");
    expect(await admin.ended()).toBe(0);
    expect(admin.screen).not.toContain(PASSPHRASE);

    await session.ok("proxmox_plan_apply", { plan: id, pollIntervalMs: 200 });
    expect(powerOf(lab, 101)).toBe("stopped");
    expect((await session.refused("proxmox_plan_apply", { plan: id })).code).toBe("conflict");
    const before = auditLines(state).findLast(({ event }) => event === "before");
    expect(before).toMatchObject({ consent: "approved", plan: id });
  });

  test("a plan of another change is not approved with it, and calling again is no consent", async () => {
    const first = await waiting(session, "proxmox_vm_destroy", { vmid: 112 });
    await approved(first, "scratch");
    const second = await waiting(session, "proxmox_vm_destroy", { vmid: 112, purge: true });
    expect((await session.refused("proxmox_plan_apply", { plan: second })).code).toBe(
      "confirmation_required",
    );
    expect(lab.state.guests.has(112)).toBe(true);
  });

  test("what changed since the approval is a conflict", async () => {
    const id = await waiting(session, "proxmox_vm_destroy", { vmid: 110 });
    await approved(id, "staging-web");
    lab.state.guests.get(110)?.config.set("name", "somebody-elses");
    expect((await session.refused("proxmox_plan_apply", { plan: id })).code).toBe("conflict");
    expect(lab.state.guests.has(110)).toBe(true);
  });

  test("an object that is no guest is named as well", async () => {
    const id = await waiting(session, "proxmox_api_call", {
      method: "DELETE",
      path: "/cluster/firewall/groups/nosuch",
    });
    const admin = atTerminal(["approve", id]);
    await admin.see("Type nosuch to approve: ");
    admin.type("no such");
    await admin.see("That is no.");
    expect(await admin.ended()).toBe(1);
  });
});

describe("no approval comes of", () => {
  test.each([
    ["another name", ["web2"], "That is no."],
    ["no name", [""], "That is no."],
    ["a wrong passphrase", ["dns1", "wrong one", "wrong two", "wrong three"], "That is not the passphrase."],
    ["giving up", ["dns1", "\u0003"], "That is not the passphrase."],
  ])("%s", async (_what, lines, answer) => {
    const id = await waiting(session, "proxmox_lxc_action", { vmid: 201, ...STOP });
    const before = wholeState(lab);
    const admin = atTerminal(["approve", id]);
    for (const [at, line] of lines.entries()) {
      await admin.see(at === 0 ? "to approve: " : "Passphrase: ");
      admin.type(line);
    }
    await admin.see(answer);
    expect(await admin.ended()).toBe(1);
    expect((await session.refused("proxmox_plan_apply", { plan: id })).code).toBe("confirmation_required");
    expect(wholeState(lab)).toBe(before);
  });

  test("a pipe in place of a terminal", async () => {
    const id = await waiting(session, "proxmox_lxc_action", { vmid: 201, ...STOP });
    const { code, output } = await piped(["approve", id], `dns1\n${PASSPHRASE}\n`);
    expect([code, output]).toEqual([1, expect.stringContaining("no controlling terminal")]);
    expect((await piped(["passphrase"], "mine mine mine\nmine mine mine\n")).code).toBe(1);
    expect((await session.refused("proxmox_plan_apply", { plan: id })).code).toBe("confirmation_required");
  });

  test("a file that somebody without the passphrase wrote", async () => {
    const id = await waiting(session, "proxmox_lxc_action", { vmid: 201, ...STOP });
    const { digest } = JSON.parse(readFileSync(join(state, "plans", `${id}.json`), "utf8"));
    const forged = { plan: id, digest, at: Date.now(), signature: Buffer.alloc(64).toString("base64") };
    writeFileSync(join(state, "plans", `${id}.approval`), JSON.stringify(forged));
    const refused = await session.refused("proxmox_plan_apply", { plan: id });
    expect([refused.code, refused.text]).toEqual([
      "confirmation_required",
      expect.stringContaining("does not count"),
    ]);
  });

  test("the approval of another plan, copied", async () => {
    const mild = await waiting(session, "proxmox_lxc_action", { vmid: 202, ...STOP });
    await approved(mild, "dns2");
    const other = await waiting(session, "proxmox_lxc_action", { vmid: 201, ...STOP });
    const text = readFileSync(join(state, "plans", `${mild}.approval`), "utf8");
    writeFileSync(join(state, "plans", `${other}.approval`), text.replaceAll(mild, other));
    expect((await session.refused("proxmox_plan_apply", { plan: other })).text).toContain("does not count");
  });

  test("a passphrase that replaced the one of the server's start", async () => {
    const id = await waiting(session, "proxmox_lxc_action", { vmid: 201, ...STOP });
    const file = join(state, "passphrase.json");
    const kept = readFileSync(file, "utf8");
    const elsewhere = bench.folder();
    await setPassphrase(elsewhere, "an attacker's own");
    writeFileSync(file, readFileSync(join(elsewhere, "passphrase.json")));
    const admin = atTerminal(["approve", id]);
    await admin.see("Type dns1 to approve: ");
    admin.type("dns1");
    await admin.see("Passphrase: ");
    admin.type("an attacker's own");
    await admin.see("Approved, once");
    await admin.ended();
    writeFileSync(file, kept);
    const refused = await session.refused("proxmox_plan_apply", { plan: id });
    expect([refused.code, refused.text]).toEqual([
      "confirmation_required",
      expect.stringContaining("server started"),
    ]);
  });

  test("a record that was edited, an unknown plan, and one of a server that has ended", async () => {
    const id = await waiting(session, "proxmox_lxc_action", { vmid: 201, ...STOP });
    const path = join(state, "plans", `${id}.json`);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("dns1", "toy"));
    const edited = atTerminal(["approve", id]);
    await edited.see("tampered with");
    expect(await edited.ended()).toBe(1);
    const unknown = atTerminal(["approve", "p_000000000000000000000000"]);
    await unknown.see("There is no plan");
    expect(await unknown.ended()).toBe(1);

    const short = await start();
    const orphan = await waiting(short, "proxmox_lxc_action", { vmid: 201, ...STOP });
    await short.close();
    await short.ended();
    const late = atTerminal(["approve", orphan]);
    await late.see("has ended: plan again");
    expect(await late.ended()).toBe(1);
  });
});

describe("the passphrase", () => {
  test("is kept as a check for its owner alone, and nowhere else", () => {
    const file = join(state, "passphrase.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(allText(state)).not.toContain(PASSPHRASE);
  });

  test("is changed only by whoever knows it; a short one and two that differ are refused", async () => {
    const folder = bench.folder();
    await setPassphrase(folder, "the first one");
    const wrong = atTerminal(["passphrase"], folder);
    await wrong.see("Present passphrase:");
    wrong.type("another");
    await wrong.see("not the present passphrase");
    expect(await wrong.ended()).toBe(1);

    const change = atTerminal(["passphrase"], folder);
    await change.see("Present passphrase:");
    change.type("the first one");
    await change.see("New passphrase");
    change.type("short");
    await change.see("shorter than 8");
    expect(await change.ended()).toBe(1);

    const unlike = atTerminal(["passphrase"], bench.folder());
    await unlike.see("New passphrase");
    unlike.type("one of these");
    await unlike.see("again:");
    unlike.type("one of those");
    await unlike.see("The two differ");
    expect(await unlike.ended()).toBe(1);
  });

  test("that was never set is what the call says", async () => {
    const folder = bench.folder();
    const bare = await start({ PROXMOX_MCP_STATE_DIR: folder });
    const id = await waiting(bare, "proxmox_lxc_action", { vmid: 201, ...STOP });
    expect((await bare.refused("proxmox_plan_apply", { plan: id })).text).toContain("no passphrase was set");
    const admin = atTerminal(["approve", id], folder);
    await admin.see("No passphrase is set");
    expect(await admin.ended()).toBe(1);
    expect(readdirSync(join(folder, "plans")).filter((name) => name.endsWith(".approval"))).toEqual([]);
  });
});
