import { describe, expect, test } from "@jest/globals";
import { resolveInside } from "../../../kernel/call/inside-step.ts";
import type { PlanStep } from "../../../kernel/call/types.ts";
import { detourGrant } from "../../../kernel/policy/access.ts";
import { judgePlan } from "../../../kernel/policy/policy.ts";
import { parsePolicy } from "../../../kernel/policy/rules/parse.ts";
import { stepDeed } from "../../../kernel/policy/step-deed.ts";
import { type FileStep, file, type ShellStep, shell } from "../../../sdk/inside-steps.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { accessTo, fakeCluster } from "../plans/fake-cluster.ts";

const NODE = { kind: "node", node: "pve1" } as const;
const VM = { kind: "qemu", node: "pve1", vmid: 100 } as const;
const TIME = { timeoutMs: 60_000 };

function planned(step: ShellStep | FileStep, login = "ops"): PlanStep {
  const found = resolveInside({ ...step, id: "s1" }, { catalog: loadCatalog(), login });
  return {
    step: { ...found.step, risk: "escape" },
    endpoint: found.endpoint,
    shownPath: "/nodes/pve1",
    risk: "escape",
    privileges: { who: "world", alternatives: [], further: [], unread: false },
  };
}

/** What the rules say about a step: `deny` with why, `confirm`, or nothing. */
async function said(policy: string, step: ShellStep | FileStep, login = "ops"): Promise<string> {
  const rules = policy === "" ? [] : parsePolicy(policy);
  const cluster = accessTo(fakeCluster());
  const plan = { tool: "proxmox_cli_run", steps: [planned(step, login)] };
  const parts = { rules, plugin: "escape-hatches", cluster, signal: new AbortController().signal };
  const { refusal, confirm } = await judgePlan(plan, parts);
  if (refusal !== undefined) return `deny: ${refusal.message} ${refusal.next}`;
  return confirm === undefined ? "nothing" : "confirm";
}

const run = (place: typeof NODE | typeof VM, more: Partial<ShellStep> = {}) =>
  shell(place, ["sh", "-c", "true"], { ...TIME, ...more });

describe("rules about free commands", () => {
  test.each([
    ["allow sudo=no", run(NODE), "ops", "deny"],
    ["allow sudo=no", run(NODE, { sudo: false }), "ops", "nothing"],
    ["allow sudo=no", run(NODE), "root", "nothing"],
    ["allow sudo=no", run(VM), "ops", "nothing"],
    ["allow max-timeout=30s", run(NODE), "ops", "deny"],
    ["allow max-timeout=60s", run(NODE), "ops", "nothing"],
    ["confirm risk=escape", run(NODE), "ops", "confirm"],
    // Nobody can tell which programs a shell goes on to run, or what they reach.
    ["deny family=qm", run(NODE), "ops", "deny"],
    ["deny path=/etc", run(NODE), "ops", "deny"],
    ["deny vmid=4711", run(NODE), "ops", "deny"],
    ["deny vmid=4711", run(VM), "ops", "nothing"],
  ])("%s", async (policy, step, login, expected) => {
    expect(await said(policy, step, login)).toMatch(new RegExp(`^${expected}`));
  });
});

describe("rules about files", () => {
  const write = file.write(NODE, "/etc/network/interfaces", { text: "a" });

  test.each([
    ["deny path=/etc", "deny"],
    ["deny path=/etc/net", "nothing"],
    ["deny path=/var", "nothing"],
    ["allow path=/etc sudo=no", "deny"],
    ["deny family=qm", "nothing"],
  ])("%s", async (policy, expected) => {
    expect(await said(policy, write)).toMatch(new RegExp(`^${expected}`));
  });
});

describe("rules about commands of Proxmox VE's own", () => {
  const deed = (sudo: boolean) => {
    const over = { by: "cli", node: "pve1", command: "qm set", sudo } as const;
    const { step } = planned(run(NODE));
    const cliStep = {
      step: { ...step, over },
      risk: "write" as const,
      shownPath: "/nodes/pve1/qemu/100/config",
    };
    return stepDeed(cliStep, { tool: "proxmox_cli_run", plugin: "escape-hatches", cluster: "pve" });
  };

  test("see the program, the path in the API, and whether the login becomes root", () => {
    expect(deed(true)).toMatchObject({ family: "qm", path: "/nodes/pve1/qemu/100/config", sudo: true });
    expect(deed(false)).toMatchObject({ sudo: false });
  });
});

describe("a raw command line", () => {
  const raw = shell(NODE, ["qm", "set", "100", "--whatever"], { ...TIME, raw: true });

  test("takes the grant of commands", () => {
    expect(detourGrant(planned(raw).step.over)).toBe("cli");
    expect(detourGrant(planned(run(NODE)).step.over)).toBe("shell");
    expect(detourGrant(planned(run(VM)).step.over)).toBe("guest");
  });

  test.each([
    ["", "deny"],
    ["allow", "deny"],
    ["allow plugin=escape-hatches", "deny"],
    ["allow tool=proxmox_*", "deny"],
    ["allow tool!=proxmox_vm_get", "deny"],
    ["allow family!=pct", "deny"],
    ["allow family=pct", "deny"],
    ["shadow allow family=qm", "deny"],
    ["allow family=qm", "nothing"],
    ["allow family=pct,qm", "nothing"],
    ["allow tool=proxmox_cli_run", "nothing"],
    ["confirm family=qm", "confirm"],
    ["allow family=qm max-timeout=1s", "deny"],
    ["deny tag=prod; allow family=qm", "deny"],
    ["deny node=pve1; allow family=qm", "deny"],
  ])("is judged by %j", async (policy, expected) => {
    expect(await said(policy, raw)).toMatch(new RegExp(`^${expected}`));
  });

  test("that no rule allows is told which rule would", async () => {
    expect(await said("", raw)).toContain("such as: allow tool=proxmox_cli_run family=qm");
  });
});
