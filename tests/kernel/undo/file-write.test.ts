import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { resolveInside } from "../../../kernel/call/inside-step.ts";
import type { Plan } from "../../../kernel/call/types.ts";
import type { KeptPlan, PlanStore } from "../../../kernel/plans/types.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import type { NodeAccess } from "../../../kernel/transports/ssh/types.ts";
import { fileBefore, putFileBack } from "../../../kernel/undo/file-write.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { type FileStep, file, shell } from "../../../sdk/inside-steps.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { fakeLogger } from "../call/fakes.ts";
import { accessTo, fakeCluster } from "../plans/fake-cluster.ts";

const PLACE = { kind: "node", node: "pve1" } as const;
const signal = new AbortController().signal;
const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");

function planOf(...steps: readonly (FileStep | ReturnType<typeof shell>)[]): Plan {
  return {
    ...{
      tool: "proxmox_file_write",
      cluster: "pve",
      subject: "ann",
      risk: "escape",
      targets: [],
      guests: [],
    },
    steps: steps.map((step, index) => {
      const found = resolveInside(
        { ...step, id: `s${index + 1}` },
        { catalog: loadCatalog(), login: "root" },
      );
      return {
        step: { ...found.step, risk: "escape" },
        endpoint: found.endpoint,
        shownPath: "/nodes/pve1",
        risk: "escape",
        privileges: { who: "world", alternatives: [], further: [], unread: false },
      };
    }),
  };
}

/** A node whose files all hold this. */
function access(held: string | Uint8Array | undefined | Error) {
  const read: NodeAccess["read"] = async (_node, path, { sink }) => {
    if (held instanceof Error) throw held;
    if (held === undefined) throw new ToolError({ code: "not_found", message: `There is no ${path}.` });
    await new Promise<void>((resolve) => sink.end(held, resolve));
    return { size: held.length, sha256: "" };
  };
  // Looking at files is all that is done.
  return { ...accessTo(fakeCluster()), ssh: { read } as NodeAccess };
}

async function offered(plan: Plan, held: Parameters<typeof access>[0]) {
  const kept: Plan[] = [];
  const keep: PlanStore["keep"] = async (back, { origin, facts }) => {
    kept.push(back);
    // The store's other fields are not looked at here.
    return { id: "p_1", expiresAt: 0, plan: back, origin, facts } as KeptPlan;
  };
  const cluster = access(held);
  const before = await fileBefore(plan, cluster, signal);
  if (before === undefined) return { before, kept };
  // Only keeping is asked of the plans.
  const plans = { keep } as PlanStore;
  const parts = {
    access: cluster,
    plans,
    redactor: createRedactor([]),
    logger: fakeLogger([]),
    sshLogin: "root",
  };
  return { before, kept, undo: await putFileBack(plan, before, parts) };
}

describe("the way back of a written file", () => {
  const write = file.write(PLACE, "/etc/motd", { text: "new" }, { expected: sha256("old"), mode: 0o600 });

  test("writes back what it held, over what was written alone", async () => {
    const { undo, kept } = await offered(planOf(write), "old");
    expect(undo?.text).toMatch(
      /^plan p_1 puts back write \/etc\/motd on node pve1 until .*; not undone: its mode$/,
    );
    expect(kept[0]?.steps[0]?.step.over).toMatchObject({
      ...{ by: "file", action: "write", path: "/etc/motd" },
      ...{ content: { text: "old" }, expected: sha256("new") },
    });
    expect(kept[0]?.steps[0]?.step.over).not.toHaveProperty("mode");
  });

  test.each([
    ["that was not there", undefined, "remove /etc/motd on node pve1"],
    ["that was no text", Uint8Array.of(255, 0), "no text"],
    ["that was too large", "x".repeat(300_000), "too large"],
    ["that could not be read", new Error("away"), "is not known"],
  ])("of one %s is told in words", async (_, held, words) => {
    const { undo, kept } = await offered(planOf(write), held);
    expect(undo?.plan).toBeUndefined();
    expect(undo?.text).toContain(words);
    expect(kept).toEqual([]);
  });

  test("is not looked for where it is not all that a plan does", async () => {
    const command = shell(PLACE, ["true"], { timeoutMs: 1_000 });
    for (const plan of [planOf(write, command), planOf(command), planOf(file.read(PLACE, "/a"))]) {
      expect((await offered(plan, "old")).before).toBeUndefined();
    }
  });
});
