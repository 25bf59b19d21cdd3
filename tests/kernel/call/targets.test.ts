import { describe, expect, test } from "@jest/globals";
import { nameTargets, touchesGuests } from "../../../kernel/call/targets.ts";
import { rest, type StepParams } from "../../../sdk/steps.ts";
import { fakeVm } from "../../helpers/fake-reader.ts";

function stepsOf(path: string, params: StepParams) {
  return [{ step: { ...rest.post(path, params), id: "s1", risk: "write" as const }, shownPath: path }];
}

describe("targets of a plan", () => {
  const known = [fakeVm({ vmid: 100, name: "web" }), fakeVm({ vmid: 200, name: "ct", kind: "lxc" })];

  test.each([
    ["/nodes/{node}/qemu", { vmid: 100, archive: "a:b", force: true }, "VM 100 (web) on pve1"],
    ["/nodes/{node}/lxc", { vmid: 200, restore: true, force: 1 }, "container 200 (ct) on pve1"],
  ])("%s with force is about the guest that is overwritten", (path, params, target) => {
    const steps = stepsOf(path, { node: "pve1", ...params });
    expect(touchesGuests(steps)).toBe(true);
    const { targets, guests } = nameTargets(steps, known);
    expect(targets).toEqual([target]);
    expect(guests.map(({ vmid }) => vmid)).toEqual([params.vmid]);
  });

  test.each([[{}], [{ force: false }], [{ force: "0" }]])(
    "without force (%j) it is about a new guest",
    (params) => {
      const steps = stepsOf("/nodes/{node}/qemu", { node: "pve1", vmid: 300, ...params });
      expect(touchesGuests(steps)).toBe(false);
      expect(nameTargets(steps, known)).toEqual({ targets: ["new VM 300 on pve1"], guests: [] });
    },
  );
});
