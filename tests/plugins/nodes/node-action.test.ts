import { describe, expect, test } from "@jest/globals";
import { nodeAction } from "../../../plugins/nodes/node-action.ts";
import { useName } from "../../../sdk/tool.ts";
import { codeOf, fakeNode, fakeReader, planOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  nodes: [fakeNode("pve1"), fakeNode("pve2"), fakeNode("pve3", { status: "offline" })],
});

async function stepOf(input: object) {
  const [step, ...more] = await planOf(nodeAction, input, reader);
  expect(more).toEqual([]);
  expect(nodeAction.uses.map(useName)).toContain(`${step?.method} ${step?.path}`);
  return step;
}

describe("proxmox_node_action", () => {
  test("a reboot is done when the node went and came back", async () => {
    expect(await stepOf({ node: "pve1", action: "reboot" })).toEqual({
      via: "rest",
      method: "POST",
      path: "/nodes/{node}/status",
      params: { node: "pve1", command: "reboot" },
      settle: { kind: "node", node: "pve1", goes: "down-up" },
    });
  });

  test("a shutdown is done when the node is gone", async () => {
    expect(await stepOf({ node: "pve1", action: "shutdown" })).toMatchObject({
      params: { command: "shutdown" },
      settle: { goes: "down" },
    });
  });

  test("waking asks another node, about one that is off", async () => {
    const step = await stepOf({ node: "pve3", action: "wakeonlan" });
    expect(step?.params).toEqual({ node: "pve3" });
    expect(await codeOf(stepOf({ node: "pve1", action: "wakeonlan" }))).toBe("conflict");
  });

  test("actions on all guests take their own options", async () => {
    const stop = await stepOf({
      node: "pve1",
      action: "stopall",
      timeout: 30,
      "force-stop": false,
      vms: [100],
    });
    expect(stop?.params).toEqual({ node: "pve1", timeout: 30, "force-stop": false, vms: [100] });
    const start = await stepOf({ node: "pve1", action: "startall", force: true, "max-workers": 2 });
    expect(start?.params).toEqual({ node: "pve1", force: true, "max-workers": 2 });
  });

  test("migrating all names its workers as every version does", async () => {
    const step = await stepOf({ node: "pve1", action: "migrateall", target: "pve2", "max-workers": 3 });
    expect(step?.params).toEqual({ node: "pve1", target: "pve2", maxworkers: 3 });
  });

  test.each([
    ["migrateall without target", { node: "pve1", action: "migrateall" }, "invalid_input"],
    ["migrateall to itself", { node: "pve1", action: "migrateall", target: "pve1" }, "invalid_input"],
    ["migrateall to a node that is off", { node: "pve1", action: "migrateall", target: "pve3" }, "conflict"],
    ["rebooting a node that is off", { node: "pve3", action: "reboot" }, "conflict"],
    ["options of another action", { node: "pve1", action: "reboot", force: true }, "invalid_input"],
    ["an unknown node", { node: "nope", action: "reboot" }, "not_found"],
  ])("refuses %s", async (_what, input, code) => {
    expect(await codeOf(planOf(nodeAction, input, reader))).toBe(code);
  });
});
