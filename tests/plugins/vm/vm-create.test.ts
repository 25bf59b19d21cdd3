import { describe, expect, test } from "@jest/globals";
import { vmCreate } from "../../../plugins/vm/vm-create.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { codeOf, fakeNode, fakeReader, planOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  nodes: [fakeNode("pve1")],
  answers: {
    "GET /cluster/nextid": ({ vmid }: { vmid?: number }) => {
      if (vmid === 100)
        throw new ToolError({ code: "invalid_input", message: "vmid: VM 100 already exists" });
      return String(vmid ?? 105);
    },
  },
});

async function paramsOf(input: object): Promise<unknown> {
  const [step, ...more] = await planOf(vmCreate, { node: "pve1", ...input }, reader);
  expect(more).toEqual([]);
  expect(step).toMatchObject({ method: "POST", path: "/nodes/{node}/qemu" });
  return step?.params;
}

describe("proxmox_vm_create", () => {
  test("writes the short forms out", async () => {
    const given = { name: "web", diskGiB: 8, diskStorage: "fast", bridge: "vmbr1" };
    expect(await paramsOf({ ...given, vmid: 200 })).toEqual({
      node: "pve1",
      vmid: 200,
      name: "web",
      scsi0: "fast:8",
      scsihw: "virtio-scsi-single",
      net0: "virtio,bridge=vmbr1",
    });
  });

  test("takes the next free VMID, as a number", async () => {
    expect(await paramsOf({})).toMatchObject({ vmid: 105 });
  });

  test("leaves given devices and controller alone", async () => {
    const given = { net1: "e1000,bridge=vmbr2", scsihw: "pvscsi", diskGiB: 1, diskStorage: "s" };
    const params = await paramsOf({ ...given, bridge: "vmbr0" });
    expect(params).toMatchObject({ net1: given.net1, scsihw: "pvscsi", scsi0: "s:1" });
    expect(params).not.toHaveProperty("net0");
  });

  test("makes no disk and no network where none is asked for", async () => {
    const params = await paramsOf({ bridge: "none", diskStorage: "fast" });
    expect(params).toEqual({ node: "pve1", vmid: 105 });
  });

  test.each([
    ["a disk twice", { diskGiB: 8, diskStorage: "s", scsi0: "s:8" }, "invalid_input"],
    ["a disk on no storage", { diskGiB: 8 }, "invalid_input"],
    ["a VMID in use", { vmid: 100 }, "conflict"],
    ["an unknown node", { node: "nope" }, "not_found"],
  ])("refuses %s", async (_what, input, code) => {
    expect(await codeOf(planOf(vmCreate, { node: "pve1", ...input }, reader))).toBe(code);
  });
});
