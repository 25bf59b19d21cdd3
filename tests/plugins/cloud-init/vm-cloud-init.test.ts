import { describe, expect, test } from "@jest/globals";
import {
  vmCloudInitDump,
  vmCloudInitPending,
  vmCloudInitRegenerate,
} from "../../../plugins/cloud-init/vm-cloud-init.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { codeOf, fakeReader, fakeVm, pageOf, planOf, readOf } from "../../helpers/fake-reader.ts";

const VM = "/nodes/{node}/qemu/{vmid}";
const reader = fakeReader({
  guests: [fakeVm({ vmid: 100, name: "web" }), fakeVm({ vmid: 101 })],
  answers: {
    [`GET ${VM}/config`]: ({ vmid }: { vmid: number }) => ({
      description: "no cloudinit here",
      ...(vmid === 100 ? { ide2: "local-lvm:vm-100-cloudinit,media=cdrom" } : {}),
    }),
    [`GET ${VM}/cloudinit/dump`]: ({ type }: { type: string }) => `#cloud-config ${type}`,
    [`GET ${VM}/cloudinit`]: [
      { key: "ciuser", value: "admin", pending: "root" },
      { key: "ipconfig0", delete: 1 },
      { key: "cipassword", value: "**********" },
    ],
  },
});

test("the data is shown as text from outside", async () => {
  expect(await readOf(vmCloudInitDump, { vmid: 100, type: "network" }, reader)).toMatchObject({
    source: "cloud-init",
    text: "#cloud-config network",
  });
});

describe("where the API of the VM's node does not answer", () => {
  const away = () => {
    throw new ToolError({ code: "unreachable", message: "595" });
  };
  const cluster = (config: string, ssh: boolean) =>
    fakeReader({
      guests: [fakeVm({ vmid: 100, name: "web" })],
      ways: { rootLogin: false, ssh },
      answers: {
        [`GET ${VM}/config`]: away,
        "cli:qm config": config,
        "cli:qm cloudinit dump": ({ type }: { type: string }) => `by hand: ${type}`,
      },
    });
  const drive = "cores: 1\nide2: local-lvm:vm-100-cloudinit,media=cdrom\n";

  test("the node's own command is asked, and the answer says so", async () => {
    expect(await readOf(vmCloudInitDump, { vmid: 100, type: "meta" }, cluster(drive, true))).toMatchObject({
      text: "by hand: meta",
      note: expect.stringContaining("by SSH"),
    });
  });

  test("a VM without a drive is told so as well", async () => {
    const none = cluster("description: ide2 is no cloudinit\n", true);
    expect(await codeOf(readOf(vmCloudInitDump, { vmid: 100, type: "meta" }, none))).toBe("conflict");
  });

  test("without SSH the error stays", async () => {
    const off = cluster(drive, false);
    expect(await codeOf(readOf(vmCloudInitDump, { vmid: 100, type: "meta" }, off))).toBe("unreachable");
  });
});

test("what the drive lacks is listed", async () => {
  expect((await pageOf(vmCloudInitPending, { vmid: "web" }, reader)).rows).toMatchObject([
    { option: "ciuser", present: "admin", pending: "root" },
    { option: "ipconfig0", removed: true },
  ]);
});

test("the drive is made anew", async () => {
  expect(await planOf(vmCloudInitRegenerate, { vmid: 100 }, reader)).toMatchObject([
    { method: "PUT", path: `${VM}/cloudinit`, params: { node: "pve1", vmid: 100 } },
  ]);
});

test("a VM without such a drive is told so", async () => {
  expect(await codeOf(readOf(vmCloudInitDump, { vmid: 101, type: "user" }, reader))).toBe("conflict");
  expect(await codeOf(readOf(vmCloudInitPending, { vmid: 101 }, reader))).toBe("conflict");
  expect(await codeOf(planOf(vmCloudInitRegenerate, { vmid: 101 }, reader))).toBe("conflict");
});
