import { describe, expect, test } from "@jest/globals";
import { clusterStatus } from "../../../plugins/cluster/cluster-status.ts";
import { inventoryOverview } from "../../../plugins/cluster/inventory-overview.ts";
import { fakeNode, fakeReader, fakeVm, readOf } from "../../helpers/fake-reader.ts";

const GIB = 2 ** 30;

describe("proxmox_inventory_overview", () => {
  const shared = {
    storage: "ceph",
    status: "available",
    shared: true,
    content: ["images"],
    disk: GIB,
    maxdisk: 4 * GIB,
  };
  const reader = fakeReader({
    nodes: [
      fakeNode("pve1", { cpu: 0.256, maxcpu: 8, mem: 4 * GIB, maxmem: 16 * GIB }),
      fakeNode("pve2", { status: "offline" }),
    ],
    guests: [
      fakeVm({ vmid: 100, status: "running" }),
      fakeVm({ vmid: 101 }),
      fakeVm({ vmid: 900, template: true }),
      fakeVm({ vmid: 200, kind: "lxc", node: "pve2" }),
    ],
    storages: [
      { ...shared, node: "pve1" },
      { ...shared, node: "pve2" },
      { storage: "local", node: "pve1", status: "available", shared: false, content: [] },
      { storage: "local", node: "pve2", status: "unknown", shared: false, content: [] },
    ],
  });

  test("counts guests by kind and status, and templates apart", async () => {
    expect(await readOf(inventoryOverview, {}, reader)).toMatchObject({
      fields: {
        version: "9.2.11",
        vms: { total: 2, running: 1, stopped: 1 },
        containers: { total: 1, stopped: 1 },
        templates: 1,
      },
    });
  });

  test("shows the load of nodes, and of those that are off what is known", async () => {
    expect(await readOf(inventoryOverview, {}, reader)).toMatchObject({
      fields: {
        nodes: [
          { node: "pve2", status: "offline", guests: 1, running: 0 },
          { node: "pve1", cpuPercent: 25.6, memoryPercent: 25, memoryGiB: 16, guests: 2, running: 1 },
        ],
      },
    });
  });

  test("shows a storage once, whether shared or on every node", async () => {
    expect(await readOf(inventoryOverview, {}, reader)).toMatchObject({
      fields: {
        storages: [
          { storage: "ceph", on: "(shared)", available: "yes", usedPercentMost: 25, sizeGiB: 4 },
          { storage: "local", on: "2 nodes", available: "on 1 of 2" },
        ],
      },
    });
  });
});

describe("proxmox_cluster_status", () => {
  test("shows quorum and members, whatever way booleans come", async () => {
    const answers = {
      "GET /cluster/status": [
        { type: "cluster", name: "lab", nodes: 2, quorate: 1, version: 3 },
        { type: "node", name: "pve1", nodeid: 1, ip: "192.0.2.1", online: "1", local: 1, level: "" },
        { type: "node", name: "pve2", nodeid: 2, ip: "192.0.2.2", online: 0, local: 0, level: "c" },
      ],
    };
    expect(await readOf(clusterStatus, {}, fakeReader({ answers }))).toMatchObject({
      title: "Cluster lab",
      fields: {
        quorate: true,
        nodesOnline: 1,
        nodesTotal: 2,
        nodes: [
          { node: "pve1", online: true, answering: true },
          { node: "pve2", online: false, subscription: "c" },
        ],
      },
    });
  });

  test("says so where there is no cluster", async () => {
    const answers = { "GET /cluster/status": [{ type: "node", name: "vm", nodeid: 0, online: 1 }] };
    const result = await readOf(clusterStatus, {}, fakeReader({ answers }));
    expect(result).toMatchObject({ title: "Standalone node", note: expect.stringContaining("no cluster") });
    expect(result).not.toHaveProperty("fields.quorate");
  });
});
