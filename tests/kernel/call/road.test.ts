import { describe, expect, test } from "@jest/globals";
import { RestFault } from "../../../kernel/transports/types.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { defineTool } from "../../../sdk/tool.ts";
import { errorOf, harness, SETTINGS } from "./harness.ts";
import { anyCall, configVm, getVm, listVms, powerVm } from "./tools.ts";

const config = () => ({ cores: 2, memory: 2048, name: "web1", digest: "d1" });

describe("a read", () => {
  test("answers compact text and data, and is audited as one call", async () => {
    const { call, audit } = harness({ tools: [getVm], answer: config });
    const answer = await call("test_vm_get", { vmid: "100" });
    expect(answer.text).toContain("VM 100 (web1)\ncores: 2");
    expect(answer.isError).toBe(false);
    expect(audit).toMatchObject([
      { event: "call", tool: "test_vm_get", outcome: "answered", callId: "c1", input: { vmid: "100" } },
    ]);
  });

  test("reaches only the declared endpoints", async () => {
    const sneaky = { ...getVm, uses: ["GET /version"] };
    const { call, requests } = harness({ tools: [sneaky], answer: config });
    const error = errorOf(await call("test_vm_get", { vmid: 100 }));
    expect(error.code).toBe("invalid_plan");
    expect(error.message).toContain("GET /nodes/{node}/qemu/{vmid}/config");
    expect(requests).toHaveLength(0);
  });

  test("never sends a write, even a declared one", async () => {
    const writing = defineTool({
      ...getVm,
      risk: "read",
      uses: ["POST /nodes/{node}/qemu/{vmid}/status/start"],
      read: (_input: unknown, pve) =>
        pve.post("/nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: 100 }),
    });
    const { call, requests } = harness({ tools: [writing], answer: config });
    expect(errorOf(await call("test_vm_get", { vmid: 100 })).code).toBe("invalid_plan");
    expect(requests).toHaveLength(0);
  });

  test("what Proxmox VE refused is told, and audited", async () => {
    const answer = () => {
      throw new RestFault("answer", "Permission check failed (/vms/100, VM.Audit)", { status: 403 });
    };
    const { call, audit } = harness({ tools: [getVm], answer });
    const shaped = await call("test_vm_get", { vmid: 100 });
    expect(shaped.text).toMatch(/^Error forbidden: .*VM\.Audit on \/vms\/100/);
    expect(audit).toMatchObject([{ event: "call", outcome: "failed", error: { code: "forbidden" } }]);
  });

  test("a cancelled one answers cancelled", async () => {
    const leaving = new AbortController();
    const answer = () => {
      leaving.abort();
      throw new RestFault("no_answer", "aborted");
    };
    const { call } = harness({ tools: [getVm], answer });
    expect(errorOf(await call("test_vm_get", { vmid: 100 }, { signal: leaving.signal })).code).toBe(
      "cancelled",
    );
  });

  test("a fault of the code is internal: the stack goes to the log alone", async () => {
    const answer = () => {
      throw new TypeError("reading 'x' of undefined, token s3cret-token");
    };
    const { call, log } = harness({ tools: [getVm], answer });
    const shaped = await call("test_vm_get", { vmid: 100 });
    expect(errorOf(shaped).code).toBe("internal");
    expect(shaped.text).toContain("call c1");
    expect(shaped.text).not.toMatch(/reading 'x'|\.ts:|s3cret/);
    expect(log.join("\n")).toMatch(/call c1 of test_vm_get failed: TypeError/);
  });

  test("a part of the server that an update took away while it ran is told as that", async () => {
    const answer = () => {
      throw Object.assign(new Error("Cannot find module /x/chunk.js"), { code: "ERR_MODULE_NOT_FOUND" });
    };
    const { call } = harness({ tools: [getVm], answer });
    const shaped = await call("test_vm_get", { vmid: 100 });
    expect(errorOf(shaped)).toMatchObject({
      code: "internal",
      next: expect.stringMatching(/start the server/),
    });
    expect(shaped.text).not.toContain("/x/chunk.js");
  });

  test("an error whose details cannot be shown is told without them", async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const answer = () => {
      throw new ToolError({ code: "conflict", message: "It is busy.", details: circular });
    };
    const { call } = harness({ tools: [getVm], answer });
    expect((await call("test_vm_get", { vmid: 100 })).text).toBe("Error conflict: It is busy.\nRetry: no");
  });

  test("500 at once are all answered", async () => {
    const { call, audit } = harness({ tools: [getVm, listVms], answer: config });
    const answers = await Promise.all(Array.from({ length: 500 }, () => call("test_vm_get", { vmid: 100 })));
    expect(answers.every(({ isError }) => !isError)).toBe(true);
    expect(audit).toHaveLength(500);
  });

  test("a failing audit does not take the answer away", async () => {
    const { call, state, log } = harness({ tools: [listVms] });
    state.auditFails = true;
    expect((await call("test_vm_list")).isError).toBe(false);
    await Promise.resolve();
    expect(log.join()).toContain("disk full");
  });
});

describe("resolving", () => {
  test("an unknown tool answers the nearest names", async () => {
    const { call } = harness({ tools: [getVm, listVms] });
    const error = errorOf(await call("test_vm_lst"));
    expect(error.code).toBe("not_found");
    expect(error.next).toContain("test_vm_list");
  });

  test("a hidden tool answers why and what would show it", async () => {
    const hidden = {
      why: "its validation is experimental",
      show: "Set PROXMOX_MCP_MIN_VALIDATION=experimental.",
    };
    const { call, audit } = harness({ tools: [getVm], hidden });
    const error = errorOf(await call("test_vm_get", { vmid: 100 }));
    expect(error).toMatchObject({ code: "denied", next: hidden.show });
    expect(error.message).toContain(hidden.why);
    expect(audit).toMatchObject([{ event: "denied" }]);
  });

  test("so does one whose plugin is not there", async () => {
    const absent = {
      other_tool: { why: "its plugin is not selected", show: "Set PROXMOX_MCP_PLUGINS=all." },
    };
    const { call } = harness({ absent });
    expect(errorOf(await call("other_tool"))).toMatchObject({
      code: "denied",
      next: "Set PROXMOX_MCP_PLUGINS=all.",
    });
  });

  test("bad arguments are answered before anything is asked", async () => {
    const { call, requests } = harness({ tools: [configVm], answer: config });
    for (const args of [
      "text",
      [],
      { vmid: "1x" },
      {},
      { vmid: 100, corse: 2 },
      { vmid: 100, waitMode: "never" },
    ]) {
      expect(errorOf(await call("test_vm_config", args)).code).toBe("invalid_input");
    }
    const extra = errorOf(await call("test_vm_config", { vmid: 100, corse: 2 }));
    expect(extra.message).toContain("did you mean cores?");
    expect(extra.next).toContain("vmid, cores");
    expect(requests).toHaveLength(0);
  });

  test("a read takes no inputs of changes", async () => {
    const { call } = harness({ tools: [getVm], answer: config });
    expect(errorOf(await call("test_vm_get", { vmid: 100, dryRun: true })).code).toBe("invalid_input");
  });

  test("a guest that does not exist is not found", async () => {
    const { call } = harness({ tools: [getVm], answer: config });
    expect(errorOf(await call("test_vm_get", { vmid: 999 })).code).toBe("not_found");
  });
});

describe("authorizing", () => {
  test("a tool with nothing in reach is denied before it plans", async () => {
    const { call, requests } = harness({ tools: [configVm], settings: { access: "read" }, answer: config });
    const error = errorOf(await call("test_vm_config", { vmid: 100, cores: 4 }));
    expect(error.code).toBe("denied");
    expect(error.next).toContain("PROXMOX_MCP_ACCESS=write");
    expect(requests).toHaveLength(0);
  });

  test("a step above the access level is denied, a step within is not", async () => {
    const { call, audit, plans } = harness({
      tools: [powerVm],
      settings: { access: "write" },
      answer: () => null,
    });
    const error = errorOf(await call("test_vm_power", { vmid: 100, action: "destroy" }));
    expect(error).toMatchObject({ code: "denied" });
    expect(error.next).toContain("PROXMOX_MCP_ACCESS=destructive");
    expect(audit).toMatchObject([{ event: "denied" }]);
    expect((await call("test_vm_power", { vmid: 100, action: "start" })).isError).toBe(false);
    expect(plans).toHaveLength(1);
  });

  test("a plugin without rest:write cannot change anything", async () => {
    const { call, plans } = harness({ tools: [powerVm], grants: ["rest:read"], answer: () => null });
    const error = errorOf(await call("test_vm_power", { vmid: 100, action: "start" }));
    expect(error.code).toBe("denied");
    expect(error.next).toContain("PROXMOX_MCP_PLUGIN_GRANTS=test=rest:write");
    expect(plans).toHaveLength(0);
  });

  test("the escape hatch is judged by what it plans", async () => {
    const { call, plans } = harness({
      tools: [anyCall],
      settings: { access: "write" },
      answer: () => ({ version: "9.2" }),
    });
    expect((await call("test_api_call", { method: "GET", path: "/version" })).text).toContain("version: 9.2");
    expect(plans).toHaveLength(0);
    const error = errorOf(
      await call("test_api_call", {
        method: "DELETE",
        path: "/nodes/{node}/qemu/{vmid}",
        params: { node: "pve1", vmid: 100 },
      }),
    );
    expect(error.code).toBe("denied");
  });
});

describe("kernel tools", () => {
  const job = (risk: "read" | "write") => ({
    name: "job_x",
    title: "Job",
    describe: "Acts on a job.",
    risk,
    inputSchema: {
      type: "object",
      properties: { job: { type: "string" } },
      required: ["job"],
      additionalProperties: false,
    },
    result: {},
    run: async () => ({ text: "ok", isError: false }),
  });

  test("are validated, judged and audited like any other", async () => {
    const reading = harness({ kernelTools: [job("read")], settings: { access: "read" } });
    expect((await reading.call("job_x", { job: "1" })).text).toBe("ok");
    expect(errorOf(await reading.call("job_x", {})).code).toBe("invalid_input");
    expect(reading.audit).toMatchObject([
      { event: "call" },
      { event: "call", error: { code: "invalid_input" } },
    ]);
    const writing = harness({ kernelTools: [job("write")], settings: { ...SETTINGS, access: "read" } });
    expect(errorOf(await writing.call("job_x", { job: "1" })).code).toBe("denied");
  });

  test("one that changes something is recorded before and after, or not run", async () => {
    const { call, audit, state } = harness({ kernelTools: [job("write")] });
    await call("job_x", { job: "1" });
    expect(audit).toMatchObject([{ event: "before" }, { event: "after", outcome: "succeeded" }]);
    state.auditFails = true;
    expect(errorOf(await call("job_x", { job: "1" })).code).toBe("not_recorded");
  });
});
