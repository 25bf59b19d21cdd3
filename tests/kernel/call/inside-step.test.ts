import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { resolveInside } from "../../../kernel/call/inside-step.ts";
import { isStep } from "../../../kernel/call/step-kinds.ts";
import { quoteArguments } from "../../../kernel/transports/ssh/quote.ts";
import { isToolError } from "../../../sdk/errors.ts";
import { type FileStep, file, type ShellStep, shell } from "../../../sdk/inside-steps.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";

const NODE = { kind: "node", node: "pve1" } as const;
const VM = { kind: "qemu", node: "pve1", vmid: 100 } as const;
const CT = { kind: "lxc", node: "pve1", vmid: 200 } as const;
const TIME = { timeoutMs: 1_000 };
const catalog = loadCatalog();

function resolved(step: ShellStep | FileStep, login: string | undefined = "ops") {
  return resolveInside({ ...step, id: "s1" }, { catalog, login });
}

function codeOf(step: ShellStep | FileStep): string {
  try {
    resolved(step);
    return "none";
  } catch (error) {
    if (isToolError(error)) return error.code;
    throw error;
  }
}

describe("a step past the API", () => {
  test("begins as the account of its place, and goes on as root where that is asked for", () => {
    const argv = ["true"];
    const account = (step: ShellStep | FileStep, login?: string) => {
      const { user, sudo } = resolved(step, login).step.over;
      return [user, sudo];
    };
    expect(account(shell(NODE, argv, TIME))).toEqual(["ops", true]);
    expect(account(shell(NODE, argv, { ...TIME, sudo: false }))).toEqual(["ops", false]);
    expect(account(shell(NODE, argv, TIME), "root")).toEqual(["root", false]);
    expect(account(file.read(NODE, "/a"))).toEqual(["ops", true]);
    expect(account(shell(VM, argv, TIME))).toEqual(["the guest agent's account", false]);
    expect(account(shell(CT, argv, TIME))).toEqual(["root of the container", false]);
  });

  test("in a VM takes the rights that the agent's commands take, for files too", () => {
    for (const step of [shell(VM, ["true"], TIME), file.read(VM, "/a"), file.write(VM, "/a", { text: "" })]) {
      expect(resolved(step).endpoint.path).toBe("/nodes/{node}/qemu/{vmid}/agent/exec");
      expect(resolved(step).step.params).toEqual({ node: "pve1", vmid: 100 });
    }
  });

  test.each([
    [shell(NODE, [], TIME)],
    [shell(NODE, [""], TIME)],
    [shell(NODE, ["a\0b"], TIME)],
    [shell(NODE, ["a".repeat(130_000)], TIME)],
    [shell(NODE, ["'".repeat(40_000)], TIME)],
    [shell(NODE, ["a"], { timeoutMs: 0 })],
    [shell(NODE, ["bash"], { ...TIME, raw: true })],
    [shell(NODE, ["/usr/sbin/qm"], { ...TIME, raw: true })],
    [shell(NODE, ["pveproxy", "stop"], { ...TIME, raw: true })],
    [shell(VM, ["qm"], { ...TIME, raw: true })],
    [file.read(NODE, "etc/hosts")],
    [file.read(NODE, "C:\\a")],
    [file.read(CT, "C:\\a")],
    [file.read(NODE, "/a/../b")],
    [file.read(VM, "C:\\a\\..\\b")],
    [file.read(NODE, "/a\0")],
    [file.write(NODE, "/a", { text: "" }, { mode: 0o10000 })],
    [file.write(NODE, "/a", { text: "password: [redacted]" })],
    [file.write(NODE, "/a", { from: { artifact: "a" }, size: 1, mtimeMs: 1, sha256: "a", isMasked: true })],
  ])("is refused before anything is sent: %j", (step) => {
    expect(codeOf(step)).toBe("invalid_input");
  });

  test("takes a path of Windows in a VM, and raw commands of programs that are Proxmox VE's own", () => {
    expect(codeOf(file.read(VM, "C:\\Windows\\a.txt"))).toBe("none");
    expect(codeOf(shell(NODE, ["qm", "--bogus"], { ...TIME, raw: true }))).toBe("none");
  });

  test("that is taken can be put on one line for a login shell", () => {
    const words = fc.array(fc.string({ unit: "binary", maxLength: 20_000 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(words, (argv) => {
        if (codeOf(shell(NODE, argv, TIME)) === "none") expect(quoteArguments(argv)).not.toBe("");
      }),
      { numRuns: 50 },
    );
    const most = shell(NODE, ["a".repeat(129_990)], TIME);
    expect(codeOf(most)).toBe("none");
    expect(quoteArguments(most.argv)).toHaveLength(129_992);
  });
});

describe("what a plugin hands over", () => {
  const step = { via: "shell", place: NODE, argv: ["a"], timeoutMs: 1 };

  test.each([
    [{ ...step, argv: "a" }],
    [{ ...step, argv: [1] }],
    [{ ...step, timeoutMs: "1" }],
    [{ ...step, sudo: "no" }],
    [{ ...step, raw: false }],
    [{ ...step, place: { kind: "node", node: "pve1; rm" } }],
    [{ ...step, place: { kind: "qemu", node: "pve1", vmid: "100" } }],
    [{ via: "file", place: NODE, action: "chmod", path: "/a" }],
    [{ via: "file", place: NODE, action: "write", path: "/a", content: { text: 1 } }],
    [{ via: "file", place: NODE, action: "write", path: "/a", content: { text: "" }, expected: "ABC" }],
  ])("is no step where its shape is wrong: %j", (given) => {
    expect(isStep(given)).toBe(false);
  });

  test("is a step otherwise", () => {
    expect(isStep(step)).toBe(true);
    expect(isStep(file.write(CT, "/a", { text: "" }, { expected: "absent", mode: 0 }))).toBe(true);
  });
});
