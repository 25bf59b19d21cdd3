import { describe, expect, test } from "@jest/globals";
import { vmClone } from "../../../plugins/vm/vm-clone.ts";
import { vmConvertToTemplate } from "../../../plugins/vm/vm-convert-to-template.ts";
import { vmDestroy } from "../../../plugins/vm/vm-destroy.ts";
import { codeOf, fakeNode, fakeReader, fakeVm, planOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  guests: [
    fakeVm({ vmid: 100, name: "web" }),
    fakeVm({ vmid: 101 }),
    fakeVm({ vmid: 900, name: "debian", template: true, node: "pve2" }),
  ],
  nodes: [fakeNode("pve1")],
  answers: {
    "GET /cluster/nextid": ({ vmid }: { vmid?: number }) => String(vmid ?? 105),
    "GET /nodes/{node}/qemu/{vmid}/status/current": ({ vmid }: { vmid: number }) => ({
      status: vmid === 101 ? "running" : "stopped",
    }),
  },
});

describe("proxmox_vm_clone", () => {
  test("runs where the source is, to the next free VMID", async () => {
    const [step] = await planOf(
      vmClone,
      { vmid: "debian", name: "copy", full: false, target: "pve1" },
      reader,
    );
    expect(step).toMatchObject({ method: "POST", path: "/nodes/{node}/qemu/{vmid}/clone" });
    expect(step?.params).toEqual({
      node: "pve2",
      vmid: 900,
      newid: 105,
      name: "copy",
      full: false,
      target: "pve1",
    });
  });

  test("refuses a target that is not there", async () => {
    expect(await codeOf(planOf(vmClone, { vmid: 900, newid: 300, target: "nope" }, reader))).toBe(
      "not_found",
    );
  });
});

describe("proxmox_vm_convert_to_template", () => {
  test("converts a VM once", async () => {
    const [step] = await planOf(vmConvertToTemplate, { vmid: 100 }, reader);
    expect(step).toMatchObject({ method: "POST", path: "/nodes/{node}/qemu/{vmid}/template" });
    expect(await codeOf(planOf(vmConvertToTemplate, { vmid: 900 }, reader))).toBe("conflict");
  });
});

describe("proxmox_vm_destroy", () => {
  test("is done when the VM is gone", async () => {
    const [step] = await planOf(vmDestroy, { vmid: "web", purge: true }, reader);
    expect(step).toMatchObject({
      method: "DELETE",
      path: "/nodes/{node}/qemu/{vmid}",
      settle: { kind: "guest", vmid: 100, status: "absent" },
    });
    expect(step?.params).toEqual({ node: "pve1", vmid: 100, purge: true });
  });
});

test.each([vmDestroy, vmConvertToTemplate])(
  "a VM that runs is refused by $name, whatever the inventory says",
  async (tool) => {
    expect(await codeOf(planOf(tool, { vmid: 101 }, reader))).toBe("conflict");
  },
);
