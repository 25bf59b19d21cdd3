import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { openLabTarget } from "../../../sdk/testing/lab-target.ts";
import { runScenario } from "../../../sdk/testing/run-scenario.ts";
import type { Scenario, ScenarioRun } from "../../../sdk/testing/scenario.ts";

const TOOL = "test_description_set";
const script = fileURLToPath(new URL("../../helpers/scripted-mcp-server.mjs", import.meta.url));
const setting = {
  openTarget: openLabTarget,
  server: { command: process.execPath, args: [script], env: {} },
};

/** Faults that the runner finds in a scenario of the changing tool. */
async function faultsOf(run: Scenario["run"], settings: Partial<Scenario> = {}): Promise<readonly string[]> {
  const scenario = { tool: TOOL, title: "a scenario", run, ...settings };
  return (await runScenario(scenario, { risk: "write", changes: true }, setting)).faults;
}

async function described(t: ScenarioRun): Promise<unknown> {
  const { description } = await t.cluster.get<{ description?: string }>("/nodes/pve1/config");
  return description?.trim();
}

async function goodScenario(t: ScenarioRun): Promise<void> {
  await t.ok(TOOL, { description: "by the test" });
  t.expect.equal(await described(t), "by the test", "description of pve1");
  await t.refused(TOOL, { description: 7 }, "invalid_input");
}

describe("running a scenario", () => {
  test("a good one passes, against a cluster of its own each time", async () => {
    const fresh = async (t: ScenarioRun) => {
      t.expect.equal(await described(t), undefined, "description at the start");
      await goodScenario(t);
    };
    expect(await faultsOf(fresh)).toEqual([]);
    expect(await faultsOf(fresh)).toEqual([]);
  });

  test("what is not as expected is told with what was found", async () => {
    const faults = await faultsOf(async (t) => {
      await t.ok(TOOL, { description: "one" });
      t.expect.equal(await described(t), "two", "description of pve1");
    });
    expect(faults).toEqual(['description of pve1: expected "two", found "one"']);
  });

  test("a refusal must be one, and of the code named", async () => {
    expect(
      await faultsOf((t) => t.refused(TOOL, { description: "x" }, "denied").then(() => undefined)),
    ).toEqual(["test_description_set was to be refused (denied) and answered: set to x"]);
    expect(await faultsOf((t) => t.refused(TOOL, {}, "denied").then(() => undefined))).toEqual([
      "test_description_set was to be refused with denied, not: Error invalid_input: refused by the test server",
    ]);
  });

  test.each<[string, Scenario["run"], string]>([
    ["that does nothing", async () => undefined, `it never calls ${TOOL}`],
    [
      "that only sees it fail",
      async (t) => void (await t.refused(TOOL, {}, "invalid_input")),
      `no call of ${TOOL} succeeds`,
    ],
    [
      "that only plans",
      async (t) => {
        await t.ok(TOOL, { description: "x", dryRun: true });
        await t.refused(TOOL, {}, "invalid_input");
        await t.cluster.get("/nodes");
      },
      `no call of ${TOOL} succeeds`,
    ],
    [
      "that believes the tool's own answer",
      async (t) => {
        await t.cluster.get("/nodes");
        await t.ok(TOOL, { description: "x" });
        await t.refused(TOOL, {}, "invalid_input");
      },
      "it does not read the cluster after the change; use t.cluster",
    ],
    [
      "without a refusal",
      async (t) => {
        await t.ok(TOOL, { description: "x" });
        await t.cluster.get("/nodes");
      },
      `it asserts no refusal of ${TOOL}; use t.refused with an error code`,
    ],
  ])("refuses one %s", async (_what, run, fault) => {
    expect(await faultsOf(run)).toEqual([fault]);
  });

  test("refuses one that passes without the tool", async () => {
    const faults = await faultsOf(async (t) => {
      const answer = await t.call(TOOL, { description: "x" });
      await t.cluster.get("/nodes");
      if (!answer.isError) await t.refused(TOOL, {}, "invalid_input");
    });
    expect(faults).toEqual(["it passes without the tool, so it proves nothing"]);
  });

  test("the human declines until told otherwise", async () => {
    const faults = await faultsOf(
      async (t) => {
        await t.refused(TOOL, { description: "x" }, "declined");
        t.expect.equal(await described(t), undefined, "description after the refusal");
        t.answerConfirm("accept");
        await t.ok(TOOL, { description: "x" });
        t.expect.equal(await described(t), "x", "description after the consent");
      },
      { confirm: "write" },
    );
    expect(faults).toEqual([]);
  });

  test("one that says it runs live is kept from what no scenario made, on the lab too", async () => {
    const run: Scenario["run"] = async (t) => {
      await t.ok(TOOL, { description: "x", vmid: 100 });
      t.expect.equal(await described(t), "x", "description");
      await t.refused(TOOL, {}, "invalid_input");
    };
    expect(await faultsOf(run)).toEqual([]);
    expect(await faultsOf(run, { live: true })).toEqual([
      `${TOOL} would touch 100, which is neither of 9000 to 9099 nor named mcp-scenario…`,
    ]);
  });

  test("a password is known to be taken or not", async () => {
    const faults = await faultsOf(
      async (t) => {
        const { userid } = await t.make.userWithSecondFactors();
        t.expect.equal(await t.cluster.signsIn(userid, "some other password"), false, "another password");
        await goodScenario(t);
      },
      { live: true },
    );
    expect(faults).toEqual([]);
  });

  test("a restart changes settings and keeps the cluster", async () => {
    const faults = await faultsOf(async (t) => {
      await t.ok(TOOL, { description: "before" });
      await t.restart({ access: "read" });
      await t.refused(TOOL, { description: "after" }, "denied");
      t.expect.equal(await described(t), "before", "description after the restart");
    });
    expect(faults).toEqual([]);
  });

  test("a server that does not start is a fault with what it said", async () => {
    const broken = {
      command: process.execPath,
      args: ["-e", "console.error('no luck'); process.exit(1)"],
      env: {},
    };
    const scenario = { tool: TOOL, title: "x", run: goodScenario };
    const outcome = await runScenario(
      scenario,
      { risk: "write", changes: true },
      { ...setting, server: broken },
    );
    expect(outcome.faults).toEqual(["the server did not start: no luck"]);
  });
});
