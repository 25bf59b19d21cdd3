import { describe, expect, jest, test } from "@jest/globals";
import { configFile, writes } from "./config-file.ts";
import { WEB1 } from "./fakes.ts";
import { errorOf, harness, human, SETTINGS } from "./harness.ts";
import { configTwice, configVm, powerVm } from "./tools.ts";

describe("confirming", () => {
  const destroy = { vmid: 100, action: "destroy" };

  test("a client that cannot ask gets confirmation_required, again and again", async () => {
    const { call, plans } = harness({ tools: [powerVm] });
    for (let turn = 0; turn < 3; turn += 1) {
      const error = errorOf(await call("test_vm_power", destroy));
      expect(error.code).toBe("confirmation_required");
      expect(error.next).toContain("PROXMOX_MCP_CONFIRM=none");
    }
    expect(plans).toHaveLength(0);
  });

  test("the human sees tool, target and steps, types the name, and is obeyed", async () => {
    const { ask, questions } = human("accepted");
    const { call, plans } = harness({ tools: [powerVm], answer: () => null });
    expect((await call("test_vm_power", destroy, { ask })).isError).toBe(false);
    expect(plans).toHaveLength(1);
    expect(questions[0]?.typed).toBe("web1");
    expect(questions[0]?.message).toMatch(
      /test_vm_power[\s\S]*VM 100 \(web1\) on pve1[\s\S]*DELETE \/nodes\/pve1\/qemu\/100[\s\S]*Cannot be undone/,
    );
  });

  test.each(["declined", "absent"] as const)("%s means no", async (said) => {
    const { call, plans, audit } = harness({ tools: [powerVm] });
    expect(errorOf(await call("test_vm_power", destroy, { ask: human(said).ask })).code).toBe("declined");
    expect(plans).toHaveLength(0);
    expect(audit).toMatchObject([{ event: "declined" }]);
  });

  test("a client that fails to ask, or never answers, means no", async () => {
    const limits = { ...SETTINGS.limits, confirmTimeoutMs: 10 };
    const { call, plans } = harness({ tools: [powerVm], settings: { limits } });
    const failing = () => Promise.reject(new Error("gone"));
    const silent = () => new Promise<never>(() => undefined);
    expect(errorOf(await call("test_vm_power", destroy, { ask: failing })).code).toBe("declined");
    expect(errorOf(await call("test_vm_power", destroy, { ask: silent })).code).toBe("declined");
    expect(plans).toHaveLength(0);
  });

  test("a call that ends while the human thinks runs nothing", async () => {
    const leaving = new AbortController();
    const ask = async () => {
      leaving.abort();
      return "accepted" as const;
    };
    const { call, plans } = harness({ tools: [powerVm] });
    const error = errorOf(await call("test_vm_power", destroy, { ask, signal: leaving.signal }));
    expect(error.code).toBe("cancelled");
    expect(plans).toHaveLength(0);
  });

  test("progress is reported while waiting", async () => {
    const progress = jest.fn();
    await harness({ tools: [powerVm], answer: () => null }).call("test_vm_power", destroy, {
      ask: human("accepted").ask,
      progress,
    });
    expect(progress).toHaveBeenCalledWith(expect.stringContaining("Waiting for a human"));
  });

  test("a guest that moved or was replaced meanwhile is a conflict", async () => {
    for (const guests of [[{ ...WEB1, node: "pve2" }], [{ ...WEB1, name: "db1" }], []]) {
      const { call, plans, state } = harness({ tools: [powerVm] });
      const ask = async () => {
        state.guests = guests;
        return "accepted" as const;
      };
      expect(errorOf(await call("test_vm_power", destroy, { ask })).code).toBe("conflict");
      expect(plans).toHaveLength(0);
    }
  });

  test("a file that changed meanwhile is a conflict that names the keys", async () => {
    const { answer, edit } = configFile();
    const { call, plans } = harness({ tools: [configVm], settings: { confirm: "write" }, answer });
    const ask = async () => {
      edit({ memory: "4096" });
      return "accepted" as const;
    };
    const error = errorOf(await call("test_vm_config", { vmid: 100, cores: 4 }, { ask }));
    expect(error.code).toBe("conflict");
    expect(error.message).toContain("memory");
    expect(plans).toHaveLength(0);
  });
});

describe("executing", () => {
  const start = { vmid: 100, action: "start" };

  test("records before and after, runs the job, forgets the inventory", async () => {
    const { call, audit, state } = harness({ tools: [powerVm], answer: () => null });
    const answer = await call("test_vm_power", start);
    expect(answer.text).toMatch(/^Done: test_vm_power on VM 100 \(web1\) on pve1\njob: job-c1/);
    expect(audit).toMatchObject([
      { event: "before", risk: "write", targets: ["VM 100 (web1) on pve1"], steps: [{ method: "POST" }] },
      { event: "after", job: "job-c1", outcome: "succeeded" },
    ]);
    expect(state.forgotten).toBe(1);
  });

  test("what cannot be recorded does not run", async () => {
    const { call, plans, requests, state } = harness({ tools: [powerVm], answer: () => null });
    state.auditFails = true;
    expect(errorOf(await call("test_vm_power", start)).code).toBe("not_recorded");
    expect(plans).toHaveLength(0);
    expect(requests).toHaveLength(0);
  });

  test("warnings are success", async () => {
    const { call, state } = harness({ tools: [powerVm], answer: () => null });
    state.endJob = (job) => ({ ...job, state: "succeeded", warnings: 1 });
    expect((await call("test_vm_power", start)).text).toContain("Done with 1 warning:");
  });

  test.each([
    [
      "failed",
      { code: "task_failed", message: "start failed: exit code 1", lastLines: ["TASK ERROR: no"] },
      "task_failed",
    ],
    ["outcome_unknown", undefined, "outcome_unknown"],
    ["interrupted", undefined, "cancelled"],
  ] as const)("a job that ended as %s is an error", async (ended, error, code) => {
    const { call, state, audit } = harness({ tools: [powerVm], answer: () => null });
    state.endJob = (job) => ({
      ...job,
      state: ended,
      ...(error ? { error: { ...error, lastLines: [...error.lastLines] } } : {}),
    });
    const answer = await call("test_vm_power", start);
    expect(errorOf(answer).code).toBe(code);
    expect(answer.text).toContain("job: job-c1");
    if (error) expect(answer.text).toContain("TASK ERROR: no");
    expect(audit.map(({ event }) => event)).toEqual(["before", "after"]);
  });

  test("deferred hands back the job at once; its end is still recorded", async () => {
    const { call, state, audit, detached } = harness({ tools: [powerVm], answer: () => null });
    let end: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    state.endJob = (job) => ended.then(() => ({ ...job, state: "succeeded" as const }));
    const answer = await call("test_vm_power", { ...start, waitMode: "deferred" });
    expect(answer.text).toContain("job: job-c1");
    expect(answer.text).toContain("job_wait");
    expect(detached).toEqual(["job-c1"]);
    expect(audit.map(({ event }) => event)).toEqual(["before"]);
    end?.();
    while (audit.length < 2) await new Promise(setImmediate);
    expect(audit[1]).toMatchObject({ event: "after", outcome: "succeeded" });
  });

  test("auto hands back the job after 20 s, wait keeps waiting until timeoutMs", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
    try {
      const { call, state, plans, detached } = harness({ tools: [powerVm], answer: () => null });
      state.endJob = () => new Promise(() => undefined);
      const auto = call("test_vm_power", start);
      const wait = call("test_vm_power", { ...start, waitMode: "wait", timeoutMs: 60_000 });
      while (plans.length < 2 || jest.getTimerCount() < 2) await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(19_999);
      expect(detached).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect((await auto).text).toContain("job: job-c1");
      expect(detached).toEqual(["job-c1"]);
      await jest.advanceTimersByTimeAsync(40_000);
      expect((await wait).isError).toBe(false);
      expect(detached).toEqual(["job-c1", "job-c2"]);
    } finally {
      jest.useRealTimers();
    }
  });

  test("a call cancelled after it began does not know the outcome", async () => {
    const leaving = new AbortController();
    const { call, state } = harness({ tools: [powerVm], answer: () => null });
    state.endJob = () => {
      leaving.abort();
      return new Promise(() => undefined);
    };
    const error = errorOf(
      await call("test_vm_power", { ...start, waitMode: "wait" }, { signal: leaving.signal }),
    );
    expect(error.code).toBe("outcome_unknown");
    expect(error.next).toContain("job-c1");
  });

  test("the planned digest goes with the first write, one read again with the next", async () => {
    const { answer, file } = configFile();
    const { call, requests } = harness({ tools: [configTwice], answer });
    expect((await call("test_vm_config_twice", { vmid: 100 })).isError).toBe(false);
    expect(writes(requests).map(({ params }) => params.digest)).toEqual(["d1", "d2"]);
    expect(file).toMatchObject({ cores: 4, memory: "2048" });
  });
});
