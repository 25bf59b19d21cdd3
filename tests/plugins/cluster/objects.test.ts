import { describe, expect, test } from "@jest/globals";
import { clusterLog } from "../../../plugins/cluster/cluster-log.ts";
import { dirMappings } from "../../../plugins/cluster/dir-mappings.ts";
import { clusterOptionsGet, clusterOptionsUpdate } from "../../../plugins/cluster/options.ts";
import { pciMappings } from "../../../plugins/cluster/pci-mappings.ts";
import { poolDelete, poolGet, poolList, poolUpdate } from "../../../plugins/cluster/pools.ts";
import { usbMappings } from "../../../plugins/cluster/usb-mappings.ts";
import { vmidNext } from "../../../plugins/cluster/vmid-next.ts";
import type { DefinedTool } from "../../../sdk/tool.ts";
import { codeOf, fakeReader, fakeVm, pageOf, planOf, readOf } from "../../helpers/fake-reader.ts";

describe("pools", () => {
  const members = [
    { type: "qemu", vmid: 100, name: "web", node: "pve1", status: "running" },
    { type: "storage", storage: "nfs", node: "pve1" },
    { type: "storage", storage: "nfs", node: "pve2" },
  ];
  const reader = fakeReader({
    guests: [fakeVm({ vmid: 100, pool: "web" }), fakeVm({ vmid: 101 })],
    answers: {
      "GET /pools": ({ poolid }: { poolid?: string }) =>
        poolid === undefined ? [{ poolid: "web" }, { poolid: "empty" }] : [{ poolid, members }],
      "GET /pools/{poolid}": { members: members.slice(0, 1) },
    },
  });
  const older = { ...reader, version: async () => ({ release: "7.4", version: "7.4-16", major: 7 }) };

  test("are listed with the guests that may be seen", async () => {
    const { rows } = await pageOf(poolList, { sort: "poolid" }, reader);
    expect(rows).toEqual([
      { poolid: "empty", guests: 0 },
      { poolid: "web", guests: 1 },
    ]);
  });

  test("show a storage once, however many nodes have it", async () => {
    expect(await readOf(poolGet, { poolid: "web" }, reader)).toMatchObject({
      fields: { guests: [{ vmid: 100, type: "qemu" }], storages: ["nfs"] },
    });
    expect(await readOf(poolGet, { poolid: "web" }, older)).toMatchObject({ fields: { storages: [] } });
  });

  test("are named in the path before Proxmox VE 8", async () => {
    for (const [tool, input] of [
      [poolUpdate, { poolid: "web", comment: "" }],
      [poolDelete, { poolid: "web" }],
    ] as const) {
      expect(await planOf(tool, input, reader)).toMatchObject([{ path: "/pools", params: input }]);
      expect(await planOf(tool, input, older)).toMatchObject([{ path: "/pools/{poolid}", params: input }]);
    }
  });

  test("are not changed by nothing", async () => {
    expect(await codeOf(planOf(poolUpdate, { poolid: "web", delete: true }, reader))).toBe("invalid_input");
  });
});

describe("options", () => {
  test.each([
    ["http://me:pw@proxy:3128", "http://proxy:3128"],
    ["me:p@w@proxy", "proxy"],
    ["http://proxy:3128/a@b", "http://proxy:3128/a@b"],
  ])("show the proxy %s as %s", async (http_proxy, shown) => {
    const reader = fakeReader({ answers: { "GET /cluster/options": { http_proxy, keyboard: "de" } } });
    expect(await readOf(clusterOptionsGet, {}, reader)).toMatchObject({
      fields: { http_proxy: shown, keyboard: "de" },
    });
  });

  test("are not changed by nothing", async () => {
    expect(await codeOf(planOf(clusterOptionsUpdate, {}, fakeReader({})))).toBe("invalid_input");
  });
});

test("the next VMID is a number", async () => {
  const reader = fakeReader({ answers: { "GET /cluster/nextid": "105" } });
  expect(await readOf(vmidNext, {}, reader)).toMatchObject({ fields: { vmid: 105 } });
});

test("the log names priorities and comes latest first", async () => {
  const entry = { node: "pve1", user: "root@pam", tag: "x", pid: 1, msg: "m" };
  const answer = ({ max }: { max: number }) => [
    { ...entry, uid: 1, time: 1, pri: 3 },
    { ...entry, uid: 2, time: max, pri: 6 },
  ];
  const reader = fakeReader({ answers: { "GET /cluster/log": answer } });
  const { rows } = await pageOf(clusterLog, {}, reader);
  expect(rows).toMatchObject([
    { time: 500, priority: "info" },
    { time: 1, priority: "err" },
  ]);
});

describe.each([
  ["pci", pciMappings],
  ["usb", usbMappings],
  ["dir", dirMappings],
])("mappings of %s", (kind, tools) => {
  const path = `/cluster/mapping/${kind}`;
  const faults = [{ severity: "error", message: "Broken\n" }];
  const reader = fakeReader({
    answers: {
      [`GET ${path}`]: (params: Readonly<Record<string, string | undefined>>) => [
        {
          id: "one",
          map: ["path=/a,node=pve2", "node=pve1,path=/b", "node=pve1,path=/c"],
          ...(params["check-node"] === undefined ? {} : { [kind === "usb" ? "errors" : "checks"]: faults }),
        },
      ],
    },
  });
  const tool = (verb: string): DefinedTool => {
    const found = tools.find(({ name }) => name === `proxmox_${kind}_mapping_${verb}`);
    if (found === undefined) throw new Error(`no ${verb}`);
    return found;
  };

  test("say which nodes they are for, and what is wrong on one", async () => {
    const { rows } = await pageOf(tool("list"), {}, reader);
    expect(rows).toMatchObject([{ id: "one", nodes: "pve1, pve2" }]);
    const { rows: checked } = await pageOf(tool("list"), { node: "pve1" }, reader);
    expect(checked).toMatchObject([{ id: "one", faults: "Broken" }]);
  });

  test("are created, changed and deleted by name", async () => {
    const map = ["node=pve1,path=/d"];
    expect(await planOf(tool("create"), { id: "two", map }, reader)).toMatchObject([
      { method: "POST", path, params: { id: "two", map } },
    ]);
    expect(await planOf(tool("update"), { id: "one", map }, reader)).toMatchObject([
      { method: "PUT", path: `${path}/{id}`, params: { id: "one", map } },
    ]);
    expect(await planOf(tool("delete"), { id: "one" }, reader)).toMatchObject([
      { method: "DELETE", path: `${path}/{id}`, params: { id: "one" } },
    ]);
    expect(await codeOf(planOf(tool("create"), { id: "one", map }, reader))).toBe("conflict");
    for (const verb of ["update", "delete"]) {
      expect(await codeOf(planOf(tool(verb), { id: "two", map }, reader))).toBe("not_found");
    }
    expect(await codeOf(readOf(tool("get"), { id: "two" }, reader))).toBe("not_found");
  });
});
