import { describe, expect, test } from "@jest/globals";
import { ConfigDigests } from "../../../kernel/call/digests.ts";
import type { ConfigFile, Plan, PlanStep } from "../../../kernel/call/types.ts";
import { rest } from "../../../sdk/steps.ts";
import { catalog } from "./fakes.ts";

const CONFIG = "/nodes/{node}/qemu/{vmid}/config";

async function file(
  values: Record<string, unknown> = { cores: 2, scsi0: "a", digest: "d1" },
): Promise<ConfigFile> {
  const endpoint = (await catalog()).endpoint(`GET ${CONFIG}`);
  if (!endpoint) throw new Error("no such endpoint");
  return { endpoint, params: {}, shownPath: "/nodes/pve1/qemu/100/config", digest: "d1", values };
}

async function step(id: string, built: ReturnType<typeof rest.put>, config?: ConfigFile): Promise<PlanStep> {
  const { endpoint } = config ?? (await file());
  return {
    step: { ...built, id, risk: "write" },
    endpoint,
    shownPath: built.path.replace("{node}", "pve1").replace("{vmid}", "100"),
    risk: "write",
    privileges: { who: "all", alternatives: [], further: [], unread: false },
    ...(config ? { config } : {}),
  };
}

function planOf(steps: readonly PlanStep[]): Plan {
  return { tool: "t", cluster: "pve", subject: "s", risk: "write", steps, targets: [], guests: [] };
}

describe("digests of a run", () => {
  test("someone else's change between our steps is a conflict that names it", async () => {
    const config = await file();
    const steps = [
      await step("s1", rest.put(CONFIG, { node: "pve1", vmid: 100, cores: 4 }), config),
      await step("s2", rest.put(CONFIG, { node: "pve1", vmid: 100, name: "x" }), config),
    ] as const;
    const digests = new ConfigDigests(planOf(steps), async () => ({ cores: 4, scsi0: "b", digest: "d3" }));
    expect(await digests.before(steps[0])).toBe("d1");
    await expect(digests.before(steps[1])).rejects.toMatchObject({
      code: "conflict",
      details: { keys: ["scsi0"] },
    });
  });

  test("what our own step named may differ, also as a value, and what follows from it", async () => {
    const config = await file();
    const steps = [
      await step(
        "s1",
        rest.put("/nodes/{node}/qemu/{vmid}/resize", { node: "pve1", vmid: 100, disk: "scsi0", size: "+1G" }),
      ),
      await step("s2", rest.put(CONFIG, { node: "pve1", vmid: 100, cores: 4 }), config),
    ] as const;
    const digests = new ConfigDigests(planOf(steps), async () => ({
      cores: 2,
      scsi0: "a,size=3G",
      unused0: "z",
      digest: "d2",
    }));
    expect(await digests.before(steps[0])).toBeUndefined();
    expect(await digests.before(steps[1])).toBe("d2");
  });

  test("a step on another guest leaves the planned digest alone", async () => {
    const config = await file();
    const other = {
      ...(await step("s1", rest.put(CONFIG, { node: "pve1", vmid: 101 }))),
      shownPath: "/nodes/pve1/qemu/1001/config",
    };
    const own = await step("s2", rest.put(CONFIG, { node: "pve1", vmid: 100, cores: 4 }), config);
    const digests = new ConfigDigests(planOf([other, own]), () => Promise.reject(new Error("not needed")));
    expect(await digests.before(other)).toBeUndefined();
    expect(await digests.before(own)).toBe("d1");
  });

  test("a digest that the tool gave itself is left to it", async () => {
    const own = await step("s1", rest.put(CONFIG, { node: "pve1", vmid: 100, digest: "mine" }), await file());
    expect(await new ConfigDigests(planOf([own]), async () => ({})).before(own)).toBeUndefined();
  });
});
