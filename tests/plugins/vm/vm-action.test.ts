import { describe, expect, test } from "@jest/globals";
import { vmAction } from "../../../plugins/vm/vm-action.ts";
import { codeOf, fakeReader, fakeVm, planOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  guests: [fakeVm({ vmid: 100, name: "web" }), fakeVm({ vmid: 900, template: true })],
});

describe("proxmox_vm_action", () => {
  test.each([
    ["start", "start", "running"],
    ["stop", "stop", "stopped"],
    ["shutdown", "shutdown", "stopped"],
    ["reboot", "reboot", "running"],
    ["reset", "reset", "running"],
    ["suspend", "suspend", "paused"],
    ["hibernate", "suspend", "stopped"],
    ["resume", "resume", "running"],
  ])("%s calls status/%s and waits for %s", async (action, endpoint, status) => {
    const [step] = await planOf(vmAction, { vmid: "web", action }, reader);
    expect(step).toMatchObject({
      method: "POST",
      path: `/nodes/{node}/qemu/{vmid}/status/${endpoint}`,
      settle: { kind: "guest", vmid: 100, status },
    });
    expect(step?.params).toEqual({
      node: "pve1",
      vmid: 100,
      ...(action === "hibernate" ? { todisk: true } : {}),
    });
  });

  test("hands on the options of its action", async () => {
    const options = { timeout: 60, forceStop: true, keepActive: false };
    const [step] = await planOf(vmAction, { vmid: 100, action: "shutdown", ...options }, reader);
    expect(step?.params).toMatchObject(options);
  });

  test("every endpoint it plans is declared", async () => {
    for (const action of ["start", "stop", "shutdown", "reboot", "reset", "suspend", "hibernate", "resume"]) {
      const [step] = await planOf(vmAction, { vmid: 100, action }, reader);
      expect(vmAction.uses).toContain(`${step?.method} ${step?.path}`);
    }
  });

  test.each([
    ["options of another action", { vmid: 100, action: "start", forceStop: true }],
    ["statestorage without hibernate", { vmid: 100, action: "suspend", statestorage: "local" }],
    ["a template", { vmid: 900, action: "start" }],
  ])("refuses %s", async (_what, input) => {
    expect(await codeOf(planOf(vmAction, input, reader))).toBe("invalid_input");
  });
});
