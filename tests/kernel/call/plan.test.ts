import { describe, expect, test } from "@jest/globals";
import { Type } from "typebox";
import { RestFault } from "../../../kernel/transports/types.ts";
import { cli, rest } from "../../../sdk/steps.ts";
import { defineTool } from "../../../sdk/tool.ts";
import { configFile, writes } from "./config-file.ts";
import { errorOf, harness } from "./harness.ts";
import { anyCall, cloneVm, configVm, powerVm } from "./tools.ts";

const UPLOAD = "/nodes/{node}/storage/{storage}/upload";
const FILE = { from: { path: "/a" }, size: 1, mtimeMs: 1, sha256: "a".repeat(64) };

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

describe("a command that a tool may run", () => {
  const setVm = defineTool({
    ...{ name: "test_vm_set", title: "Set", describe: "Sets.", risk: "write", uses: ["cli:qm set"] },
    input: Type.Object({ set: Type.Record(Type.String(), Type.String()) }),
    plan: async ({ set }) => [cli("pve1", "qm set", { vmid: 100, ...set })],
  });
  const { call } = harness({ tools: [setVm], answer: configFile().answer });

  test("may set what the API keeps from tokens, with the risk of the API method behind it", async () => {
    const planned = await call("test_vm_set", { set: { hostpci0: "0000:01:00.0" }, dryRun: true });
    expect(planned.text).toContain("qm set on pve1 [write] as PUT /nodes/pve1/qemu/100/config");
    expect(planned.text).toContain("goes around Proxmox VE's own permissions");
  });

  test.each([
    { args: "-S" },
    { hookscript: "local:snippets/x" },
    { scsi1: "/dev/sda" },
    { scsi1: "local:0,import-from=/etc/shadow" },
    { delete: "unused0" },
  ])("may not go beyond the tool's risk with %j", async (set) => {
    const error = errorOf(await call("test_vm_set", { set, dryRun: true }));
    expect(error).toMatchObject({ code: "invalid_plan", message: expect.stringContaining("declares write") });
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

  test("an endpoint that no release has is told apart from one that a newer release has", async () => {
    const none = errorOf(await planning({}, "GET", "/nope"));
    expect(none).toMatchObject({ code: "unsupported" });
    expect(none.message).toContain("neither has any other release");
    const { call } = harness({ tools: [anyCall], release: "8.4" });
    const early = errorOf(
      await call("test_api_call", {
        method: "DELETE",
        path: "/cluster/ha/rules/{rule}",
        params: { rule: "a" },
      }),
    );
    expect(early.code).toBe("unsupported");
    expect(early.message).toContain("it exists from 9.2 on");
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
    ["a file where none is taken", [rest.put("/x", {}, { file: FILE })]],
    [
      "a file from two places",
      [rest.post(UPLOAD, {}, { file: { ...FILE, from: { path: "/a", artifact: "a" } } })],
    ],
    ["a file without its checksum", [rest.post(UPLOAD, {}, { file: { ...FILE, sha256: "" } })]],
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
