import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { resolveInside } from "../../../../kernel/call/inside-step.ts";
import { planFacts } from "../../../../kernel/plans/facts.ts";
import { createRedactor } from "../../../../kernel/secrets/redact.ts";
import type { NodeAccess } from "../../../../kernel/transports/ssh/types.ts";
import { ToolError } from "../../../../sdk/errors.ts";
import type { FileStep, ShellStep } from "../../../../sdk/inside-steps.ts";
import { file, shell } from "../../../../sdk/inside-steps.ts";
import { loadCatalog } from "../../../../vendor/pve-docs/index.ts";
import { accessTo, fakeCluster } from "../fake-cluster.ts";
import { planOf } from "../fixture.ts";

const PVE1 = { kind: "node", node: "pve1" } as const;

/** A node that holds one file. */
function holding(path: string, text: string): NodeAccess {
  const read: NodeAccess["read"] = async (_node, asked, { sink }) => {
    if (asked !== path) throw new ToolError({ code: "not_found", message: `There is no ${asked}.` });
    await new Promise<void>((resolve) => sink.end(text, resolve));
    return { size: text.length, sha256: "" };
  };
  // Finding out about a plan reads, and does nothing else.
  return { read } as NodeAccess;
}

async function factsOf(step: FileStep | ShellStep) {
  const resolved = resolveInside({ ...step, id: "s1" }, { catalog: loadCatalog(), login: "ops" });
  const planned = {
    ...resolved,
    step: { ...resolved.step, risk: "escape" as const },
    shownPath: "/nodes/pve1",
    risk: "escape" as const,
    privileges: { who: "world" as const, alternatives: [], further: [], unread: false },
  };
  const cluster = fakeCluster({ answers: { "/nodes/pve1": [{ name: "qemu" }] } });
  return planFacts(planOf([planned]), {
    access: { ...accessTo(cluster), ssh: holding("/etc/hosts", "old\n") },
    signal: new AbortController().signal,
    isRootLogin: false,
    sshLogin: "ops",
    redactor: createRedactor([]),
  });
}

test("a plan that writes a file is made for that file as it is, and for nothing of the API", async () => {
  const { fingerprint, undo, shown } = await factsOf(file.write(PVE1, "/etc/hosts", { text: "new\n" }));
  const sha256 = createHash("sha256").update("old\n").digest("hex");
  expect(fingerprint.map(({ entry }) => entry).filter(({ kind }) => kind !== "node")).toEqual([
    { kind: "file", place: PVE1, path: "/etc/hosts", sha256 },
  ]);
  expect(undo).toMatchObject([{ step: "s1", how: "manual" }]);
  expect(shown[0]?.lines).toEqual(expect.arrayContaining(["| -old", "| +new"]));
});

test("a plan that runs a shell says that nobody knows what it does", async () => {
  const { undo, shown } = await factsOf(
    shell(PVE1, ["sh", "-c", "reboot"], { timeoutMs: 1_000, sudo: false }),
  );
  expect(undo).toMatchObject([{ step: "s1", how: "none" }]);
  expect(shown[0]?.lines.join("\n")).toMatch(/as ops, without sudo.*\n.*effect not computable/);
});
