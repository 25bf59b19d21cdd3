import { expect, test } from "@jest/globals";
import { Value } from "typebox/value";
import { vmPciAttach, vmPciDetach } from "../../../plugins/vm/vm-pci.ts";
import { codeOf, fakeReader, fakeVm, planOf, stepsOf } from "../../helpers/fake-reader.ts";

const cluster = {
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
};
const reader = fakeReader(cluster);
const withSsh = fakeReader({ ...cluster, ways: { rootLogin: false, ssh: true } });
const asRoot = fakeReader({ ...cluster, ways: { rootLogin: true, ssh: true } });

test("a mapped device goes into the next free slot, with its flags", async () => {
  const [step] = await planOf(vmPciAttach, { vmid: 100, mapping: "gpu", rombar: false, mdev: "x-1" }, reader);
  expect(step?.params).toEqual({ node: "pve1", vmid: 100, hostpci3: "mapping=gpu,rombar=0,mdev=x-1" });
});

test("a raw address goes by the command line of the VM's node from the start", async () => {
  const host = "0000:01:00.0;02:00";
  const [step] = await stepsOf(vmPciAttach, { vmid: 100, host, slot: 9, digest: "d", pcie: false }, withSsh);
  expect(step).toMatchObject({
    via: "cli",
    node: "pve1",
    command: "qm set",
    params: { vmid: 100, hostpci9: `host=${host},pcie=0`, digest: "d" },
    note: expect.stringContaining("around Proxmox VE's permissions"),
  });
});

test("whoever is root of the API needs no command line for it", async () => {
  const [step] = await planOf(vmPciAttach, { vmid: 100, host: "0000:01:00.0" }, asRoot);
  expect(step?.params.hostpci3).toBe("host=0000:01:00.0");
});

test.each([
  ["giving", () => stepsOf(vmPciAttach, { vmid: 100, host: "0000:01:00.0" }, reader)],
  ["taking away", () => stepsOf(vmPciDetach, { vmid: 100, slot: 1 }, reader)],
])("%s a raw device without root or SSH is refused, and it is said what to set up", async (_, planned) => {
  await expect(planned()).rejects.toMatchObject({
    code: "unsupported",
    next: expect.stringContaining("PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH"),
  });
});

test.each(["0000:01:00.0,romfile=../../etc/shadow", "gpu", "01:00.0;", "0000:01:00.0\n"])(
  "%j is no address",
  (host) => {
    expect(Value.Check(vmPciAttach.input, { vmid: 100, host })).toBe(false);
  },
);

test("what Proxmox VE takes for an address is one", () => {
  for (const host of ["0000:01:00.0", "01:00", "0000:af:00.1;0000:af:00.2"]) {
    expect(Value.Check(vmPciAttach.input, { vmid: 100, host })).toBe(true);
  }
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

test("a mapped device is taken away over the API, one that is not by the command line", async () => {
  const [mapped] = await stepsOf(vmPciDetach, { vmid: 100, slot: 0, mapping: "gpu" }, withSsh);
  expect(mapped).toMatchObject({ via: "rest", params: { delete: "hostpci0" } });
  const [raw] = await stepsOf(vmPciDetach, { vmid: 100, slot: 1 }, withSsh);
  expect(raw).toMatchObject({ via: "cli", command: "qm set", params: { vmid: 100, delete: "hostpci1" } });
});

test.each([{}, { mapping: "gpu" }, { mapping: "none" }, { slot: 5 }, { slot: 1, mapping: "gpu" }])(
  "%j names no single device",
  async (which) => {
    expect(await codeOf(planOf(vmPciDetach, { vmid: 100, ...which }, reader))).toBe("invalid_input");
  },
);
