import { expect, test } from "@jest/globals";
import { lxcGet } from "../../../plugins/lxc/lxc-get.ts";
import { lxcInterfaces } from "../../../plugins/lxc/lxc-interfaces.ts";
import { lxcList } from "../../../plugins/lxc/lxc-list.ts";
import { lxcSnapshotList } from "../../../plugins/lxc/lxc-snapshots.ts";
import { fakeVm, readOf } from "../../helpers/fake-reader.ts";
import { fakeContainer, readerOf } from "./fakes.ts";

test("the list has containers alone, templates marked, from one look at the inventory", async () => {
  const guests = [
    fakeVm({ vmid: 100 }),
    fakeContainer({ vmid: 200 }),
    fakeContainer({ vmid: 900, template: true }),
  ];
  const reader = readerOf(guests);
  expect(await readOf(lxcList, {}, reader)).toMatchObject({
    rows: [
      { vmid: 200, template: false },
      { vmid: 900, template: true },
    ],
  });
  expect(reader.calls).not.toHaveBeenCalled();
});

test("a container takes two requests, and shows HA only where it has any", async () => {
  const reader = readerOf([fakeContainer({ vmid: 200 })], [], {
    "GET /nodes/{node}/lxc/{vmid}/config": { hostname: "ct200", digest: "d" },
    "GET /nodes/{node}/lxc/{vmid}/status/current": { status: "running", ha: { managed: 0 }, swap: 1 },
  });
  expect(await readOf(lxcGet, { vmid: 200 }, reader)).toMatchObject({
    title: "Container 200 (ct200) on pve1",
    fields: { status: "running", ha: undefined, swap: 1, config: { hostname: "ct200" } },
  });
  expect(reader.calls).toHaveBeenCalledTimes(2);
});

test.each([
  [
    "as Proxmox VE 9 answers them",
    {
      "ip-addresses": [
        { "ip-address": "192.0.2.9", prefix: 24, "ip-address-type": "inet" },
        { "ip-address": "192.0.2.10", prefix: 24, "ip-address-type": "inet" },
      ],
    },
    "192.0.2.9/24 192.0.2.10/24",
  ],
  ["as older releases answer them", { inet: "192.0.2.9/24" }, "192.0.2.9/24"],
  ["not there yet", { "ip-addresses": [] }, undefined],
])("addresses %s", async (_, parts, ipv4) => {
  const reader = readerOf([fakeContainer({ vmid: 200 })], [], {
    "GET /nodes/{node}/lxc/{vmid}/interfaces": [{ name: "eth0", hwaddr: "aa:bb", ...parts }],
  });
  expect(await readOf(lxcInterfaces, { vmid: 200 }, reader)).toMatchObject({
    rows: [{ name: "eth0", mac: "aa:bb", ipv4, ipv6: undefined }],
  });
});

test("a container that does not run has no interfaces", async () => {
  const reader = readerOf([fakeContainer({ vmid: 200 })], [], {
    "GET /nodes/{node}/lxc/{vmid}/interfaces": null,
  });
  expect(await readOf(lxcInterfaces, { vmid: 200 }, reader)).toMatchObject({
    rows: [],
    note: "Container 200 (ct200) does not run.",
  });
});

test("snapshots come oldest first, and the present state is not one of them", async () => {
  const reader = readerOf([fakeContainer({ vmid: 200 })], [], {
    "GET /nodes/{node}/lxc/{vmid}/snapshot": [
      { name: "b", snaptime: 20, parent: "a", description: "" },
      { name: "current", parent: "b" },
      { name: "a", snaptime: 10, description: "first\n" },
    ],
  });
  expect(await readOf(lxcSnapshotList, { vmid: 200 }, reader)).toMatchObject({
    rows: [
      { name: "a", current: false, description: "first" },
      { name: "b", parent: "a", current: true, description: undefined },
    ],
  });
});
