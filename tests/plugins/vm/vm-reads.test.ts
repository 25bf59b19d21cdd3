import { describe, expect, test } from "@jest/globals";
import { vmGet } from "../../../plugins/vm/vm-get.ts";
import { vmList } from "../../../plugins/vm/vm-list.ts";
import { vmTemplateGet } from "../../../plugins/vm/vm-template-get.ts";
import { vmTemplateList } from "../../../plugins/vm/vm-template-list.ts";
import { codeOf, fakeReader, fakeVm, pageOf, readOf } from "../../helpers/fake-reader.ts";

const guests = [
  fakeVm({ vmid: 102, name: "db-1", node: "pve2", status: "running", tags: ["prod"], pool: "data" }),
  fakeVm({ vmid: 100, name: "Web-1", status: "running", tags: ["prod", "web"] }),
  fakeVm({ vmid: 101, name: "web-2" }),
  fakeVm({ vmid: 900, name: "debian", template: true }),
  fakeVm({ vmid: 200, name: "web-ct", kind: "lxc" }),
];
const reader = fakeReader({
  guests,
  answers: {
    "GET /nodes/{node}/qemu/{vmid}/config": { memory: "2048", digest: "d1" },
    "GET /nodes/{node}/qemu/{vmid}/status/current": { status: "running", qmpstatus: "paused", mem: 1 },
  },
});

async function vmidsOf(input: object, tool = vmList) {
  const { rows } = await pageOf(tool, input, reader);
  return rows.map(({ vmid }) => vmid);
}

describe("proxmox_vm_list", () => {
  test.each([
    [{}, [100, 101, 102]],
    [{ filter: { node: "pve2" } }, [102]],
    [{ filter: { status: "running" } }, [100, 102]],
    [{ filter: { name: "WEB" } }, [100, 101]],
    [{ filter: { name: "*-1" } }, [100, 102]],
    [{ filter: { tag: "Prod" } }, [100, 102]],
    [{ filter: { pool: "data" } }, [102]],
    [{ filter: { text: "pve2" } }, [102]],
    [{ filter: { name: "web", status: "running" } }, [100]],
    [{ sort: "-name" }, [101, 102, 100]],
    [{ limit: 2 }, [100, 101]],
  ])("with %j shows %j", async (input, expected) => {
    expect(await vmidsOf(input)).toEqual(expected);
  });

  test("counts all, whatever the limit", async () => {
    expect(await pageOf(vmList, { limit: 1 }, reader)).toMatchObject({
      total: 3,
      counts: { status: { running: 2, stopped: 1 }, node: { pve1: 2, pve2: 1 } },
    });
  });

  test("makes no request of its own", async () => {
    const counting = fakeReader({ guests });
    await readOf(vmList, {}, counting);
    expect(counting.calls).not.toHaveBeenCalled();
  });
});

describe("proxmox_vm_get", () => {
  test("shows status and configuration with two requests", async () => {
    reader.calls.mockClear();
    expect(await readOf(vmGet, { vmid: "db-1" }, reader)).toMatchObject({
      title: "VM 102 (db-1) on pve2",
      fields: { vmid: 102, pool: "data", status: "paused", config: { memory: "2048", digest: "d1" } },
    });
    expect(reader.calls).toHaveBeenCalledTimes(2);
  });

  test("refuses what is no VM", async () => {
    expect(await codeOf(readOf(vmGet, { vmid: 200 }, reader))).toBe("not_found");
  });
});

describe("templates", () => {
  test("have their own list", async () => {
    expect(await vmidsOf({}, vmTemplateList)).toEqual([900]);
  });

  test("are shown by their configuration, and nothing else is", async () => {
    expect(await readOf(vmTemplateGet, { vmid: 900 }, reader)).toMatchObject({
      title: "Template 900 (debian) on pve1",
      fields: { config: { memory: "2048" } },
    });
    expect(await codeOf(readOf(vmTemplateGet, { vmid: 100 }, reader))).toBe("invalid_input");
  });
});
