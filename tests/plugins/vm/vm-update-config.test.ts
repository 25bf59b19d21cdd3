import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { configRoute, listed } from "../../../plugins/vm/config-route.ts";
import { vmUpdateConfig } from "../../../plugins/vm/vm-update-config.ts";
import { codeOf, fakeReader, fakeVm, planOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({ guests: [fakeVm({ vmid: 100, name: "web", node: "pve2" })] });

describe("proxmox_vm_update_config", () => {
  test("plain options go the synchronous way", async () => {
    const [step] = await planOf(
      vmUpdateConfig,
      { vmid: "web", memory: "2048", sshkeys: "ssh-ed25519 A" },
      reader,
    );
    expect(step).toMatchObject({ method: "PUT", path: "/nodes/{node}/qemu/{vmid}/config" });
    expect(step?.params).toEqual({ node: "pve2", vmid: 100, memory: "2048", sshkeys: "ssh-ed25519 A" });
  });

  test.each([
    { scsi1: "fast:32" },
    { efidisk0: "fast:1" },
    { delete: ["tags", "unused0"] },
    { delete: "scsi1", force: true },
    { virtio15: "none" },
  ])("what touches volumes becomes a task: %j", async (changes) => {
    const [step] = await planOf(vmUpdateConfig, { vmid: 100, ...changes }, reader);
    expect(step).toMatchObject({ method: "POST", path: "/nodes/{node}/qemu/{vmid}/config" });
  });

  test.each([{}, { digest: "abc" }, { force: true }, { memory: undefined }])(
    "refuses no change: %j",
    async (input) => {
      expect(await codeOf(planOf(vmUpdateConfig, { vmid: 100, ...input }, reader))).toBe("invalid_input");
    },
  );
});

describe("the way of a change", () => {
  test("is the same however the list of deleted options is written", () => {
    const name = fc.constantFrom(
      "tags",
      "net0",
      "scsi0",
      "unused3",
      "description",
      "ide2",
      "scsihw",
      "bootdisk",
    );
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1 }),
        fc.constantFrom(",", ";", " ", ", "),
        (names, separator) => {
          const text = names.join(separator);
          expect(listed(text)).toEqual(names);
          expect(configRoute({ delete: text })).toBe(configRoute({ delete: names }));
          const volumes = names.some((each) => ["scsi0", "unused3", "ide2"].includes(each));
          expect(configRoute({ delete: names })).toBe(volumes ? "POST" : "PUT");
        },
      ),
    );
  });

  test("options that only look like disks stay synchronous", () => {
    expect(configRoute({ scsihw: "pvscsi", bootdisk: "scsi0", boot: "order=scsi0", net0: "virtio" })).toBe(
      "PUT",
    );
    expect(configRoute({ scsi0: undefined })).toBe("PUT");
  });
});
