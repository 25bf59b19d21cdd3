import { describe, expect, test } from "@jest/globals";
import { nodeGet } from "../../../plugins/nodes/node-get.ts";
import { nodeList } from "../../../plugins/nodes/node-list.ts";
import { codeOf, fakeNode, fakeReader, fakeVm, pageOf, readOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  nodes: [fakeNode("pve1", { cpu: 0.5 }), fakeNode("pve2", { status: "offline" })],
  guests: [fakeVm({ vmid: 100, status: "running" }), fakeVm({ vmid: 900, template: true })],
  answers: {
    "GET /nodes/{node}/status": {
      pveversion: "pve-manager/9.2.11",
      uptime: 60,
      memory: { used: 1, total: 4, free: 3 },
      cpuinfo: { model: "CPU", flags: "fpu vme" },
    },
  },
});

describe("proxmox_node_list", () => {
  test("shows nodes with their number of guests", async () => {
    expect(await pageOf(nodeList, {}, reader)).toMatchObject({
      rows: [
        { node: "pve1", cpu: 0.5, guests: 2 },
        { node: "pve2", guests: 0 },
      ],
      counts: { status: { online: 1, offline: 1 } },
    });
  });

  test("filters by status", async () => {
    expect(await pageOf(nodeList, { filter: { status: "offline" } }, reader)).toMatchObject({
      rows: [{ node: "pve2" }],
    });
  });
});

describe("proxmox_node_get", () => {
  test("shows an online node in detail", async () => {
    expect(await readOf(nodeGet, { node: "pve1" }, reader)).toMatchObject({
      fields: {
        pveversion: "pve-manager/9.2.11",
        memoryUsed: 1,
        memoryTotal: 4,
        processor: "CPU",
        guests: { total: 2, running: 1, template: 1 },
      },
    });
  });

  test("asks nothing of a node that is off, and says so", async () => {
    reader.calls.mockClear();
    expect(await readOf(nodeGet, { node: "pve2" }, reader)).toMatchObject({
      unseen: [expect.stringContaining("offline")],
    });
    expect(reader.calls).not.toHaveBeenCalled();
  });

  test("refuses a node that is not there", async () => {
    expect(await codeOf(readOf(nodeGet, { node: "nope" }, reader))).toBe("not_found");
  });
});
