import { describe, expect, test } from "@jest/globals";
import { lxcAction } from "../../../plugins/lxc/lxc-action.ts";
import { codeOf, planOf } from "../../helpers/fake-reader.ts";
import { fakeContainer, readerOf } from "./fakes.ts";

const reader = readerOf(
  [
    fakeContainer({ vmid: 200, name: "web" }),
    fakeContainer({ vmid: 201, status: "stopped" }),
    fakeContainer({ vmid: 900, template: true }),
  ],
  [201],
);

describe("proxmox_lxc_action", () => {
  test.each([
    ["start", { vmid: 200 }, "running"],
    ["resume", { vmid: 200 }, "running"],
    ["stop", { vmid: 201 }, "stopped"],
    ["shutdown", { vmid: 201 }, "stopped"],
    ["reboot", { vmid: 201 }, "running"],
    ["suspend", { vmid: 201 }, "stopped"],
  ])("%s is done when the container has got there", async (action, which, status) => {
    const [step] = await planOf(lxcAction, { ...which, action }, reader);
    expect(step).toMatchObject({
      method: "POST",
      path: `/nodes/{node}/lxc/{vmid}/status/${action}`,
      params: { node: "pve1", ...which },
      settle: { kind: "guest", ...which, status },
    });
  });

  test.each([
    ["start", 201],
    ["resume", 201],
    ["stop", 200],
    ["shutdown", 200],
    ["reboot", 200],
    ["suspend", 200],
  ])("%s is refused in the wrong state, whatever the inventory says", async (action, vmid) => {
    expect(await codeOf(planOf(lxcAction, { vmid, action }, reader))).toBe("conflict");
  });

  test("passes on the options of the action, and only these", async () => {
    const options = { timeout: 5, forceStop: true };
    const [step] = await planOf(lxcAction, { vmid: 201, action: "shutdown", ...options }, reader);
    expect(step?.params).toEqual({ node: "pve1", vmid: 201, ...options });
    expect(await codeOf(planOf(lxcAction, { vmid: 201, action: "stop", ...options }, reader))).toBe(
      "invalid_input",
    );
  });

  test("templates do not run", async () => {
    expect(await codeOf(planOf(lxcAction, { vmid: 900, action: "start" }, reader))).toBe("invalid_input");
  });
});
