import { describe, expect, jest, test } from "@jest/globals";
import type { CallAnswer } from "../../../kernel/call/types.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { configFile, writes } from "./config-file.ts";
import { WEB1 } from "./fakes.ts";
import { errorOf, type Harness, type HarnessOptions, harness, human } from "./harness.ts";
import { configTwice, configVm, getVm, powerVm } from "./tools.ts";

const destroy = { vmid: 100, action: "destroy" };

function planIn({ data }: CallAnswer): string {
  if (typeof data === "object" && data !== null && "plan" in data) return String(data.plan);
  throw new Error("no plan was kept");
}

async function planned(
  options: HarnessOptions,
  tool: string,
  args: Record<string, unknown>,
): Promise<Harness & { id: string }> {
  const made = harness({ tools: [powerVm, configVm, configTwice], answer: () => null, ...options });
  const answer = await made.call(tool, { ...args, dryRun: true });
  return { ...made, id: planIn(answer) };
}

describe("applying a plan", () => {
  test("runs its very steps, with the digest that was planned", async () => {
    const { answer, file } = configFile();
    const { call, id, requests } = await planned({ answer }, "test_vm_config_twice", { vmid: 100 });
    expect(writes(requests)).toEqual([]);
    expect((await call("proxmox_plan_apply", { plan: id })).isError).toBe(false);
    expect(writes(requests).map(({ params }) => params.digest)).toEqual(["d1", "d2"]);
    expect(file).toMatchObject({ cores: 4, memory: "2048" });
  });

  test("is nothing that another subject can do", async () => {
    const { call, id, plans } = await planned({}, "test_vm_power", { vmid: 100, action: "start" });
    for (const tool of ["proxmox_plan_apply", "proxmox_plan_discard"]) {
      expect(errorOf(await call(tool, { plan: id }, { subject: "bert" })).code).toBe("not_found");
    }
    expect((await call("proxmox_plan_list", {}, { subject: "bert" })).text).toBe("No plans.");
    expect(plans).toHaveLength(0);
    expect((await call("proxmox_plan_apply", { plan: id })).isError).toBe(false);
  });

  test("asks the human as the call would have, and looks again after the answer", async () => {
    const { call, id, plans, state } = await planned({}, "test_vm_power", destroy);
    const ask = async () => {
      state.guests = [{ ...WEB1, name: "db1" }];
      return "accepted" as const;
    };
    const error = errorOf(await call("proxmox_plan_apply", { plan: id }, { ask }));
    expect(error).toMatchObject({ code: "conflict", message: expect.stringContaining("is now named db1") });
    expect(plans).toHaveLength(0);
    state.guests = [WEB1];
    expect(errorOf(await call("proxmox_plan_apply", { plan: id }, { ask })).message).toContain("is void");
  });

  test("asks one human once where two apply at the same instant", async () => {
    const { call, id, plans } = await planned({}, "test_vm_power", destroy);
    const { ask, questions } = human("accepted");
    const both = await Promise.all([1, 2].map(() => call("proxmox_plan_apply", { plan: id }, { ask })));
    expect(both.map(({ isError }) => isError).sort()).toEqual([false, true]);
    expect(questions).toHaveLength(1);
    expect(plans).toHaveLength(1);
  });

  test("can be tried again where nothing had begun: not recorded, not reachable, cancelled", async () => {
    const config = { digest: "d1" };
    let isDown = false;
    const answer = () => {
      if (isDown) throw new RestFault("not_sent", "connection refused");
      return config;
    };
    const { call, id, plans, state } = await planned({ answer }, "test_vm_power", {
      vmid: 100,
      action: "start",
    });
    state.auditFails = true;
    expect(errorOf(await call("proxmox_plan_apply", { plan: id })).code).toBe("not_recorded");
    state.auditFails = false;
    isDown = true;
    expect(errorOf(await call("proxmox_plan_apply", { plan: id })).code).toBe("unreachable");
    isDown = false;
    const left = AbortSignal.abort();
    expect(errorOf(await call("proxmox_plan_apply", { plan: id }, { signal: left })).code).toBe("cancelled");
    expect(plans).toHaveLength(0);
    expect((await call("proxmox_plan_apply", { plan: id })).isError).toBe(false);
    expect(plans).toHaveLength(1);
  });

  test("is over once it has begun, however it ended", async () => {
    const { call, id, state, plans } = await planned({}, "test_vm_power", { vmid: 100, action: "start" });
    state.endJob = (job) => ({ ...job, state: "failed", error: { code: "task_failed", message: "no" } });
    expect(errorOf(await call("proxmox_plan_apply", { plan: id })).code).toBe("task_failed");
    expect(errorOf(await call("proxmox_plan_apply", { plan: id })).message).toContain("was applied already");
    expect(plans).toHaveLength(1);
  });

  test("expires", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
    try {
      const { call, id, plans } = await planned({}, "test_vm_power", { vmid: 100, action: "start" });
      jest.advanceTimersByTime(600_000);
      expect(errorOf(await call("proxmox_plan_apply", { plan: id })).message).toContain("expired");
      expect(plans).toHaveLength(0);
    } finally {
      jest.useRealTimers();
    }
  });

  test("is judged by the access there is, not by that of the dry run", async () => {
    const read = harness({ tools: [powerVm], settings: { access: "read" } });
    const error = errorOf(await read.call("proxmox_plan_apply", { plan: `p_${"0".repeat(24)}` }));
    expect(error).toMatchObject({
      code: "denied",
      next: expect.stringContaining("PROXMOX_MCP_ACCESS=write"),
    });
    const write = await planned({ settings: { access: "write" } }, "test_vm_power", destroy);
    expect(errorOf(await write.call("proxmox_plan_apply", { plan: write.id })).code).toBe("denied");
    expect(write.plans).toHaveLength(0);
  });
});

describe("a dry run", () => {
  test("that cannot keep its plan answers it all the same", async () => {
    const made = harness({ tools: [powerVm], answer: () => null });
    const full = new ToolError({ code: "not_recorded", message: "No space is left." });
    jest.spyOn(made.store, "keep").mockRejectedValue(full);
    const { text, isError, data } = await made.call("test_vm_power", { ...destroy, dryRun: true });
    expect(isError).toBe(false);
    expect(text).toMatch(
      /DELETE \/nodes\/pve1\/qemu\/100[\s\S]*The plan was not kept: No space is left\. Call again/,
    );
    expect(data).not.toHaveProperty("plan");
  });

  test("of nothing to do, and a read, keep no plan", async () => {
    const { call } = harness({ tools: [getVm, powerVm], answer: () => ({ cores: 1 }) });
    await call("test_vm_get", { vmid: 100 });
    expect((await call("proxmox_plan_list")).text).toBe("No plans.");
  });

  test("says whether the account has what each step needs, and how to undo it", async () => {
    const made = harness({
      tools: [powerVm],
      answer: ({ endpoint }) => (endpoint.path === "/access/permissions" ? { "/": { "VM.Audit": 1 } } : null),
    });
    const { text, data } = await made.call("test_vm_power", { ...destroy, dryRun: true });
    expect(text).toContain("NOT HELD: VM.Allocate on /vms/100");
    expect(text).toContain("Undo of s1: the guest and its disks are gone");
    expect(data).toMatchObject({
      privileges: [{ step: "s1", held: "no" }],
      undo: [{ step: "s1", how: "none" }],
      blastRadius: { affected: [], unseen: expect.anything() },
    });
  });
});

test("a plain change asks nothing that only a plan would show", async () => {
  const { call, requests } = harness({ tools: [powerVm], answer: () => null });
  await call("test_vm_power", { vmid: 100, action: "start" });
  expect(requests.map(({ endpoint }) => endpoint.method)).toEqual(["POST"]);
});
