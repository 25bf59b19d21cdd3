import { describe, expect, test } from "@jest/globals";
import { backupRestoreLxc } from "../../../plugins/backup/backup-restore-lxc.ts";
import { backupRestoreVm } from "../../../plugins/backup/backup-restore-vm.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { codeOf, planOf } from "../../helpers/fake-reader.ts";
import { readerOf } from "./fakes.ts";

const VM = "nfs:backup/vzdump-qemu-101-2026_01_01-00_00_00.vma.zst";
const CT = "nfs:backup/vzdump-lxc-200-2026_01_01-00_00_00.tar.zst";
const TEXT: Readonly<Record<string, string>> = {
  [VM]: "name: old-db\nscsi0: thin:vm-101-disk-0\nscsi1: thin:vm-101-disk-9\n#qmdump#map:scsi0:drive-scsi0:thin:raw:\n",
  [CT]: "hostname: old-ct\nrootfs: nfs:200/vm-200-disk-0.raw,size=4G\n",
};

function reader(parts: { config?: object; status?: string } = {}) {
  const config = {
    ...{
      scsi0: "thin:vm-101-disk-0,size=1G",
      scsi1: "thin:vm-101-disk-1",
      ide2: "nfs:iso/a.iso,media=cdrom",
    },
    ...{
      rootfs: "nfs:200/vm-200-disk-0.raw,size=4G",
      mp0: "/srv,mp=/srv",
      unused0: "nfs:200/vm-200-disk-5.raw",
    },
    ...parts.config,
  };
  const answers = Object.fromEntries(
    ["qemu", "lxc"].flatMap((kind) => [
      [`GET /nodes/{node}/${kind}/{vmid}/config`, config],
      [`GET /nodes/{node}/${kind}/{vmid}/status/current`, { status: parts.status ?? "stopped" }],
    ]),
  );
  return readerOf({
    ...answers,
    "GET /cluster/nextid": ({ vmid }: { vmid?: number }) => {
      if (vmid === 101 || vmid === 200)
        throw new ToolError({ code: "invalid_input", message: `vmid: VM ${vmid} already exists` });
      return String(vmid ?? 105);
    },
    "GET /nodes/{node}/storage/{storage}/content": [
      { volid: VM, vmid: 101, ctime: 1_767_225_600 },
      { volid: CT, vmid: 200, ctime: 1_767_225_600 },
    ],
    "GET /nodes/{node}/vzdump/extractconfig": ({ volume }: { volume: string }) => TEXT[volume],
  });
}

const catalog = loadCatalog();

describe("a restore to a free VMID", () => {
  test("of a VM runs where the original is, and warns of its MAC addresses", async () => {
    const [step] = await planOf(backupRestoreVm, { volid: VM, memory: 512 }, reader());
    expect(step?.params).toEqual({ node: "pve2", vmid: 105, archive: VM, memory: 512 });
    expect(step?.note).toBe(
      "Restores the backup of VM 101 (old-db) of 2026-01-01T00:00:00Z as 105; it keeps MAC addresses that 101 has too, unless unique is set",
    );
    const endpoint = catalog.endpoint("POST /nodes/{node}/qemu");
    expect(endpoint && catalog.risk(endpoint, step?.params)).toBe("write");
  });

  test("of a container goes to the storage of its root file system", async () => {
    const [step] = await planOf(backupRestoreLxc, { volid: CT, node: "pve1", unique: true }, reader());
    expect(step?.params).toEqual({
      ...{ node: "pve1", vmid: 105, ostemplate: CT, restore: true, unique: true, storage: "nfs" },
    });
    expect(step?.note).toBe("Restores the backup of container 200 (old-ct) of 2026-01-01T00:00:00Z as 105");
  });
});

describe("a restore over a guest", () => {
  test("of a VM names what is destroyed and what is kept", async () => {
    const [step] = await planOf(backupRestoreVm, { volid: VM, vmid: 101, overwrite: true }, reader());
    expect(step?.params).toEqual({ node: "pve2", vmid: 101, archive: VM, force: true });
    expect(step?.note).toBe(
      "Overwrites VM 101 (db) with the backup of VM 101 (old-db) of 2026-01-01T00:00:00Z; " +
        "destroys thin:vm-101-disk-0; keeps thin:vm-101-disk-1 as unused; " +
        "its present configuration and snapshots are lost",
    );
    const endpoint = catalog.endpoint("POST /nodes/{node}/qemu");
    expect(endpoint && catalog.risk(endpoint, step?.params)).toBe("destructive");
  });

  test("of a container destroys all its own volumes, but no directory of the node", async () => {
    const [step] = await planOf(backupRestoreLxc, { volid: CT, vmid: 200, overwrite: true }, reader());
    expect(step?.params).toMatchObject({ node: "pve2", vmid: 200, force: true, restore: true });
    expect(step?.note).toContain("destroys nfs:200/vm-200-disk-0.raw, nfs:200/vm-200-disk-5.raw; its");
  });

  test.each([
    ["runs", { status: "running" }],
    ["is protected", { config: { protection: 1 } }],
    ["is locked", { config: { lock: "backup" } }],
  ])("is refused while it %s", async (_, parts) => {
    const over = { overwrite: true };
    expect(await codeOf(planOf(backupRestoreVm, { volid: VM, vmid: 101, ...over }, reader(parts)))).toBe(
      "conflict",
    );
    expect(await codeOf(planOf(backupRestoreLxc, { volid: CT, vmid: 200, ...over }, reader(parts)))).toBe(
      "conflict",
    );
  });

  test.each([
    ["without overwrite", { vmid: 101 }, "conflict"],
    ["without a VMID", { overwrite: true }, "invalid_input"],
    ["on another node", { vmid: 101, overwrite: true, node: "pve1" }, "invalid_input"],
    ["over a container", { vmid: 200, overwrite: true }, "conflict"],
    ["of another kind of backup", { volid: CT, vmid: 101, overwrite: true }, "invalid_input"],
    ["of a backup that is not there", { volid: "nfs:backup/none" }, "not_found"],
  ])("is refused %s", async (_, input, code) => {
    expect(await codeOf(planOf(backupRestoreVm, { volid: VM, ...input }, reader()))).toBe(code);
  });

  test("with a VMID that is free after all overwrites nothing", async () => {
    const [step] = await planOf(backupRestoreVm, { volid: VM, vmid: 300, overwrite: true }, reader());
    expect(step?.params).toEqual({ node: "pve2", vmid: 300, archive: VM });
  });
});
