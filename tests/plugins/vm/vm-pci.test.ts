import { expect, test } from "@jest/globals";
import { vmPciAttach, vmPciDetach } from "../../../plugins/vm/vm-pci.ts";
import { codeOf, fakeReader, fakeVm, planOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  guests: [fakeVm({ vmid: 100, name: "web" }), fakeVm({ vmid: 101, node: "pve2" })],
  answers: {
    "GET /nodes/{node}/qemu/{vmid}/config": {
      hostpci0: "mapping=gpu,pcie=1",
      hostpci1: "0000:02:00.0",
      hostpci2: "mapping=gpu",
      machine: "pc-i440fx-9.0",
    },
    "GET /cluster/mapping/pci/{id}": { map: ["path=0000:01:00.0,node=pve1,id=10de:1eb8"] },
  },
});

test("a mapped device goes into the next free slot, with its flags", async () => {
  const [step] = await planOf(vmPciAttach, { vmid: 100, mapping: "gpu", rombar: false, mdev: "x-1" }, reader);
  expect(step?.params).toEqual({ node: "pve1", vmid: 100, hostpci3: "mapping=gpu,rombar=0,mdev=x-1" });
});

test("a raw address is left to the check of what root alone may do", async () => {
  const [step] = await planOf(vmPciAttach, { vmid: 100, host: "0000:01:00.0", slot: 9 }, reader);
  expect(step?.params.hostpci9).toBe("host=0000:01:00.0");
});

test.each([
  ["both names", { vmid: 100, mapping: "gpu", host: "0000:01:00.0" }, "invalid_input"],
  ["no name", { vmid: 100 }, "invalid_input"],
  ["a slot that is taken", { vmid: 100, mapping: "gpu", slot: 1 }, "conflict"],
  ["PCI Express on an old machine", { vmid: 100, mapping: "gpu", pcie: true }, "conflict"],
  ["a device of another node", { vmid: 101, mapping: "gpu" }, "conflict"],
])("attaching refuses %s", async (_, input, code) => {
  expect(await codeOf(planOf(vmPciAttach, input, reader))).toBe(code);
});

test.each([
  [{ slot: 1 }, "hostpci1"],
  [{ slot: 0, mapping: "gpu" }, "hostpci0"],
])("%j detaches %s", async (which, name) => {
  const [step] = await planOf(vmPciDetach, { vmid: 100, ...which }, reader);
  expect(step?.params).toMatchObject({ delete: name });
});

test.each([{}, { mapping: "gpu" }, { mapping: "none" }, { slot: 5 }, { slot: 1, mapping: "gpu" }])(
  "%j names no single device",
  async (which) => {
    expect(await codeOf(planOf(vmPciDetach, { vmid: 100, ...which }, reader))).toBe("invalid_input");
  },
);
