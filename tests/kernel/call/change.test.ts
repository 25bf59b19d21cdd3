import { describe, expect, jest, test } from "@jest/globals";
import type { RestRequest } from "../../../kernel/transports/types.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { rest } from "../../../sdk/steps.ts";
import { errorOf, harness, human, SETTINGS, WEB1 } from "./harness.ts";
import { anyCall, cloneVm, configTwice, configVm, powerVm } from "./tools.ts";

/** A VM's configuration file that changes with every write, as the real one does. */
function configFile() {
  const file: Record<string, unknown> = { cores: 2, memory: "1024", name: "web1" };
  let version = 1;
  const edit = (values: Record<string, unknown>) => {
    Object.assign(file, values);
    version += 1;
  };
  const answer = ({ endpoint, params }: RestRequest): unknown => {
    if (endpoint.method === "GET") return { ...file, digest: `d${version}` };
    if (params.digest !== undefined && params.digest !== `d${version}`) {
      throw new RestFault("answer", "checksum mismatch (file change by other user?)", { status: 500 });
    }
    const { digest: _digest, node: _node, vmid: _vmid, ...values } = params;
    edit(values);
    return null;
  };
  return { answer, edit, file };
}

const writes = (requests: readonly RestRequest[]) =>
  requests.filter(({ endpoint }) => endpoint.method !== "GET");

describe("a dry run", () => {
  test("shows every step, its privileges and what changes, and changes nothing", async () => {
    const { answer } = configFile();
    const { call, requests, audit, plans } = harness({ tools: [configVm], answer });
    const shown = await call("test_vm_config", { vmid: 100, cores: 4, cipassword: "hunter22", dryRun: true });
    expect(shown.text).toContain("nothing was changed");
    expect(shown.text).toContain("PUT /nodes/pve1/qemu/100/config [write]");
    expect(shown.text).toContain("cores: 2 -> 4");
    expect(shown.text).toContain("net0: (unset) -> virtio,bridge=vmbr0");
    expect(shown.text).toMatch(/needs .*VM\.Config/);
    expect(shown.text).toContain("VM 100 (web1) on pve1");
    expect(JSON.stringify(shown)).not.toContain("hunter22");
    expect(shown.data).toMatchObject({
      dryRun: true,
      risk: "write",
      steps: [
        {
          id: "s1",
          method: "PUT",
          path: "/nodes/pve1/qemu/100/config",
          diff: expect.arrayContaining([{ key: "cores", before: "2", after: "4" }]),
        },
      ],
    });
    expect(writes(requests)).toHaveLength(0);
    expect(plans).toHaveLength(0);
    expect(audit).toMatchObject([{ event: "call", outcome: "answered" }]);
  });

  test("says when the call itself would be refused", async () => {
    const { call } = harness({ tools: [powerVm], settings: { access: "write" } });
    const shown = await call("test_vm_power", { vmid: 100, action: "destroy", dryRun: true });
    expect(shown.isError).toBe(false);
    expect(shown.text).toContain("would be refused");
    expect(shown.text).toContain("PROXMOX_MCP_ACCESS=destructive");
  });
});

describe("planning", () => {
  const planning = (
    params: Record<string, unknown>,
    method = "PUT",
    path = "/nodes/{node}/qemu/{vmid}/config",
  ) =>
    harness({ tools: [anyCall], answer: configFile().answer }).call("test_api_call", {
      method,
      path,
      params,
      dryRun: true,
    });

  test("every parameter fault is named before anything is sent", async () => {
    const error = errorOf(await planning({ node: "pve1", vmid: 100, cores: "many", nope: 1 }));
    expect(error.code).toBe("invalid_input");
    expect(error.message).toContain("cores: ");
    expect(error.message).toContain("nope: ");
  });

  test("a node name cannot leave its place in the path", async () => {
    const { call, requests } = harness({ tools: [configVm], answer: configFile().answer });
    const error = errorOf(await call("test_vm_config", { vmid: 100, cores: 4, node: "../../access" }));
    expect(error.code).toBe("invalid_input");
    expect(error.message).toContain("node: ");
    expect(requests).toHaveLength(0);
  });

  test("an endpoint that no release has, and one that only another has", async () => {
    const none = errorOf(await planning({}, "GET", "/nope"));
    expect(none).toMatchObject({ code: "unsupported" });
    const old = errorOf(await planning({}, "GET", "/nodes/{node}/nope"));
    expect(old.code).toBe("unsupported");
  });

  test("what only root may set is refused with the way out", async () => {
    const { call, plans } = harness({ tools: [configVm], answer: configFile().answer });
    const error = errorOf(await call("test_vm_config", { vmid: 100, args: "-s" }));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("root@pam");
    expect(plans).toHaveLength(0);
  });

  test("a step outside the uses or above the risk is the tool's fault", async () => {
    const step = rest.delete("/nodes/{node}/qemu/{vmid}", { node: "pve1", vmid: 100 });
    const outside = { ...configVm, plan: async () => [step] };
    const above = { ...powerVm, risk: "write" as const };
    for (const [tool, args] of [
      [outside, { vmid: 100 }],
      [above, { vmid: 100, action: "destroy" }],
    ] as const) {
      const { call, plans } = harness({ tools: [tool], answer: configFile().answer });
      expect(errorOf(await call(tool.name, args)).code).toBe("invalid_plan");
      expect(plans).toHaveLength(0);
    }
  });

  test.each([
    ["no list", { steps: [] }],
    ["no step", [{ via: "shell", command: "rm" }]],
    ["a reference to a later step", [rest.put("/x", { a: { $from: "s2", at: "" } }), rest.put("/x")]],
    ["one id twice", [rest.put("/x", {}, { id: "a" }), rest.put("/x", {}, { id: "a" })]],
  ])("%s is refused", async (_what, answer) => {
    const broken = { ...configVm, plan: async () => answer as never };
    const { call } = harness({ tools: [broken] });
    expect(errorOf(await call("test_vm_config", { vmid: 100 })).code).toBe("invalid_plan");
  });

  test("a copy made by an earlier step has no file yet to compare with", async () => {
    const answer = () => {
      throw new RestFault("answer", "Configuration file 'nodes/pve1/qemu-server/900.conf' does not exist", {
        status: 500,
      });
    };
    const { call } = harness({ tools: [cloneVm], answer });
    const shown = await call("test_vm_clone", { vmid: 100, newid: 900, dryRun: true });
    expect(shown.isError).toBe(false);
    expect(shown.text).toContain("new VM 900");
    expect(shown.text).toContain("description={clone}");
  });

  test("an empty plan is nothing to do", async () => {
    const { call, plans, audit } = harness({ tools: [{ ...configVm, plan: async () => [] }] });
    expect((await call("test_vm_config", { vmid: 100 })).text).toContain("Nothing to do");
    expect(plans).toHaveLength(0);
    expect(audit).toMatchObject([{ event: "call" }]);
  });
});

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
