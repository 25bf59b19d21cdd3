import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

let client: LabClient;

beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

const CONTENT = "/nodes/pve1/storage/nfs/content";
const LVM = "/nodes/pve1/storage/local-lvm/content";

describe("a new volume", () => {
  test("is there for its guest, named as its storage names them", async () => {
    const volid = await client.ok("POST", CONTENT, {
      filename: "vm-101-disk-9.qcow2",
      vmid: 101,
      size: "3G",
    });
    expect(volid).toBe("nfs:101/vm-101-disk-9.qcow2");
    const [entry] = await client.rows(CONTENT, { vmid: 101, content: "images" });
    expect(entry).toMatchObject({ volid, size: 3 * 2 ** 30, format: "qcow2", content: "images" });
    const thin = { vmid: 201, size: "512M", format: "raw" };
    expect(await client.ok("POST", LVM, { ...thin, filename: "vm-201-disk-7" })).toBe(
      "local-lvm:vm-201-disk-7",
    );
    const [disk] = await client.rows(LVM, { vmid: 201, content: "rootdir" });
    expect(disk).not.toHaveProperty("used");
    expect((await client.call("POST", LVM, { ...thin, filename: "other" })).message).toBe(
      "illegal name 'other' - should be 'vm-201-*'",
    );
  });

  test("has the extension of its format, and a name that is free", async () => {
    const given = { vmid: 101, size: "1G" };
    const call = (params: Readonly<Record<string, unknown>>) =>
      client.call("POST", CONTENT, { ...given, ...params });
    expect((await call({ filename: "vm-101-disk-9.raw", format: "qcow2" })).errors).toEqual({
      format: "different storage formats (qcow2 != raw)",
    });
    expect((await call({ filename: "vm-101-disk-9" })).message).toBe(
      "unable to parse volume filename 'vm-101-disk-9'",
    );
    await call({ filename: "vm-101-disk-9.raw" });
    expect((await call({ filename: "vm-101-disk-9.raw" })).message).toBe(
      "disk image '/mnt/pve/nfs/images/101/vm-101-disk-9.raw' already exists",
    );
  });
});

describe("a volume", () => {
  test("is told of under the storage in the path alone", async () => {
    const wrong = await client.call("GET", `${CONTENT}/local:iso/a.iso`);
    expect(wrong.errors).toEqual({ volume: "storage ID mismatch (local != nfs)\n" });
    const iso = await client.fields(`${CONTENT}/iso/debian-13.1.0-amd64-netinst.iso`);
    expect(iso).toEqual({
      path: "/mnt/pve/nfs/template/iso/debian-13.1.0-amd64-netinst.iso",
      size: 784 * 2 ** 20,
      used: 784 * 2 ** 20,
      format: "raw",
    });
    const disk = await client.fields(`${LVM}/vm-101-disk-0`);
    expect(disk).toMatchObject({ path: "/dev/pve/vm-101-disk-0", used: 0 });
    const none = await client.call("GET", `${CONTENT}/iso/none.iso`);
    expect(none.message).toBe("volume_size_info on 'nfs:iso/none.iso' failed - no format");
  });

  test("has notes only where it is a backup", async () => {
    const path = `${CONTENT}/iso/debian-13.1.0-amd64-netinst.iso`;
    expect((await client.call("PUT", path, { notes: "x" })).message).toBe("only backups can have notes");
    const thin = await client.call("PUT", `${LVM}/local-lvm:vm-101-disk-0`, { notes: "x" });
    expect(thin.message).toMatch(/^volume notes are not supported for PVE::Storage::LvmThinPlugin at /);
    expect((await client.call("PUT", path, { protected: 1 })).message).toBe(
      "only backups support attribute 'protected'",
    );
  });

  test("that is gone can be deleted; the base of linked clones cannot", async () => {
    const gone = await client.task("DELETE", `${CONTENT}/iso/none.iso`);
    expect(gone.exitstatus).toBe("OK");
    expect(gone.log[0]).toBe("disk image '/mnt/pve/nfs/template/iso/none.iso' does not exist");
    await client.task("POST", "/nodes/pve1/qemu/900/clone", { newid: 950 });
    const base = await client.task("DELETE", `${CONTENT}/900/base-900-disk-0.qcow2`);
    expect(base.exitstatus).toBe("base volume '900/base-900-disk-0.qcow2' is still in use by linked clones");
  });

  test("is waited for while it is deleted, where that is wanted", async () => {
    const path = `${CONTENT}/iso/debian-13.1.0-amd64-netinst.iso`;
    expect(await client.ok("DELETE", `${path}?delay=5`)).toBeNull();
    expect(await client.rows(CONTENT, { content: "iso" })).toHaveLength(1);
  });
});

describe("rights", () => {
  test("leave what somebody may not use out of a list", async () => {
    const all = await client.rows(CONTENT);
    expect(all.map(({ volid }) => volid)).toContain("nfs:snippets/base.yaml");
    const own = await client.as("operator").rows(CONTENT);
    const volids = own.map(({ volid }) => String(volid));
    expect(volids).toContain("nfs:iso/virtio-win-0.1.271.iso");
    expect(volids).toContain("nfs:103/vm-103-disk-0.qcow2");
    expect(volids).not.toContain("nfs:111/vm-111-disk-0.qcow2");
    expect(volids).not.toContain("nfs:snippets/base.yaml");
  });

  test("to delete are those over the storage, but for backups of one's guests", async () => {
    const refused = await client.as("operator").call("DELETE", `${CONTENT}/103/vm-103-disk-0.qcow2`);
    expect(refused).toMatchObject({
      status: 403,
      message: "Permission check failed (/storage/nfs, Datastore.Allocate)",
    });
  });
});
