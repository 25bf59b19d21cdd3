import { beforeAll, describe, expect, test } from "@jest/globals";
import { apiCall } from "../../../plugins/escape-hatches/api-call.ts";
import { apiDescribe } from "../../../plugins/escape-hatches/api-describe.ts";
import type { DefinedTool } from "../../../sdk/tool.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { codeOf, fakeReader, pageOf, planOf, readOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({});
let call: DefinedTool;
let describeTool: DefinedTool;

beforeAll(() => {
  const catalog = loadCatalog();
  call = apiCall(catalog);
  describeTool = apiDescribe(catalog);
});

describe("proxmox_api_call", () => {
  test("turns a path with values into a template with parameters", async () => {
    const params = { memory: 512, vmid: 100 };
    const [step] = await planOf(call, { method: "PUT", path: "/nodes/pve1/qemu/100/config", params }, reader);
    expect(step).toMatchObject({ method: "PUT", path: "/nodes/{node}/qemu/{vmid}/config" });
    expect(step?.params).toEqual({ memory: 512, node: "pve1", vmid: "100" });
  });

  test.each(["/api2/json/version", "/version/", " /version "])("takes %j as /version", async (path) => {
    const [step] = await planOf(call, { method: "GET", path }, reader);
    expect(step).toMatchObject({ method: "GET", path: "/version" });
  });

  test.each([
    ["a path that is not there", { method: "GET", path: "/nodes/pve1/nope" }, "not_found"],
    ["a method that is not there", { method: "DELETE", path: "/version" }, "not_found"],
    ["a query in the path", { method: "GET", path: "/cluster/resources?type=vm" }, "invalid_input"],
    [
      "a value that differs from the path's",
      { method: "GET", path: "/nodes/pve1/status", params: { node: "pve2" } },
      "invalid_input",
    ],
  ])("refuses %s", async (_what, input, code) => {
    expect(await codeOf(planOf(call, input, reader))).toBe(code);
  });
});

describe("proxmox_api_describe", () => {
  test("finds endpoints by all words, nearest first", async () => {
    const { rows } = await pageOf(describeTool, { search: "post qemu clone" }, reader);
    expect(rows[0]).toMatchObject({
      method: "POST",
      path: "/nodes/{node}/qemu/{vmid}/clone",
      risk: "write",
      task: "task",
    });
  });

  test.each(["/nodes/{node}/qemu/{vmid}/clone", "/nodes/pve1/qemu/100/clone"])(
    "describes %s",
    async (path) => {
      const { fields } = (await readOf(describeTool, { path }, reader)) as {
        fields: Record<string, unknown>;
      };
      expect(fields).toMatchObject({
        POST: { answers: "a task", risk: "write" },
        "POST parameters": {
          newid: expect.stringMatching(/^integer 100\.\.999999999/),
          full: "boolean, optional",
        },
      });
    },
  );

  test("says what is near where there is nothing", async () => {
    await expect(
      readOf(describeTool, { path: "/nodes/{node}/qemu/{vmid}/klone" }, reader),
    ).rejects.toMatchObject({
      code: "not_found",
      next: expect.stringContaining("/nodes/{node}/qemu/{vmid}"),
    });
  });
});
