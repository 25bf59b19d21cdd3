import { describe, expect, test } from "@jest/globals";
import { resolveCli } from "../../../kernel/call/cli-step.ts";
import { isToolError } from "../../../sdk/errors.ts";
import { cli } from "../../../sdk/steps.ts";
import { cliCommands, loadCatalog } from "../../../vendor/pve-docs/index.ts";

const catalog = loadCatalog("9.2");

function resolved(command: string, params: Parameters<typeof cli>[2] = {}) {
  return resolveCli({ ...cli("pve1", command, params), id: "s1" }, catalog);
}

function codeOf(command: string, params: Parameters<typeof cli>[2] = {}): string {
  try {
    resolved(command, params);
  } catch (error) {
    if (isToolError(error)) return error.code;
    throw error;
  }
  return "none";
}

describe("a command", () => {
  test("stands for the API method behind it, on the node that it runs on", () => {
    const { step, isFree } = resolved("qm set", { vmid: 100, memory: 512 });
    expect(step).toMatchObject({
      method: "PUT",
      path: "/nodes/{node}/qemu/{vmid}/config",
      params: { node: "pve1", vmid: 100, memory: 512 },
      over: { by: "cli", node: "pve1", command: "qm set" },
    });
    expect(isFree).toBe(false);
  });

  test("of pvesh stands for what it is told to call, also on another node", () => {
    const { step } = resolved("pvesh delete", { api_path: "/nodes/pve2/qemu/100", purge: true });
    expect(step).toMatchObject({
      method: "DELETE",
      path: "/nodes/{node}/qemu/{vmid}",
      params: { node: "pve2", vmid: "100", purge: true },
    });
    expect(catalog.risk(resolved("pvesh delete", { api_path: "/nodes/pve2/qemu/100" }).endpoint)).toBe(
      "destructive",
    );
  });

  test("without an API method is free, and its parameters are still known", () => {
    const { endpoint, isFree, step } = resolved("qm showcmd", { vmid: 100, pretty: true });
    expect(isFree).toBe(true);
    expect(catalog.check(endpoint, step.params)).toEqual([]);
    expect(catalog.check(endpoint, { ...step.params, color: "red" })).toHaveLength(1);
  });

  test("cannot be made to say another node than the one it runs on", () => {
    expect(resolved("qm set", { vmid: 100, node: "pve9" }).step.params.node).toBe("pve1");
  });

  test.each([
    ["qm sett", { vmid: 100 }, "not_found"],
    ["qm", {}, "not_found"],
    ["qm set", {}, "invalid_input"],
    ["qm list", { "output-format": "text" }, "invalid_input"],
    ["pvesh get", {}, "invalid_input"],
    ["pvesh get", { api_path: "/no/such" }, "invalid_input"],
    ["pvesh get", { api_path: "/nodes/pve1/qemu/100/config", vmid: 101 }, "invalid_input"],
    ["pveum user add", { userid: "-oops" }, "invalid_input"],
  ])("%s with %j is refused: %s", (command, params, code) => {
    expect(codeOf(command, params)).toBe(code);
  });

  test("of every family resolves, or says why it is not served", () => {
    for (const { command, required, args, verb, plain, daemon } of cliCommands()) {
      const params = Object.fromEntries([...required, ...args].map((name) => [name, "x"]));
      const given = verb === undefined ? params : { ...params, api_path: "/version" };
      const code = codeOf(command, given);
      if (plain || daemon) expect([command, code]).toEqual([command, "unsupported"]);
      else if (verb === undefined || verb === "GET") expect([command, code]).toEqual([command, "none"]);
    }
  });
});
