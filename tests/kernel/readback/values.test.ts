import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareDrives } from "../../../kernel/readback/disks.ts";
import { bytesOf, compareValues } from "../../../kernel/readback/values.ts";
import { loadCatalog, paramSchema } from "../../../vendor/pve-docs/index.ts";

const catalog = loadCatalog();

const schemaOf = (key: string, name: string) => {
  const endpoint = catalog.endpoint(key);
  return endpoint && paramSchema(endpoint, name);
};
const vm = (name: string) => schemaOf("PUT /nodes/{node}/qemu/{vmid}/config", name);

describe("what was sent and what is read", () => {
  test.each([
    ["cores", 4, "4"],
    ["cores", "4", 4],
    ["onboot", true, 1],
    ["onboot", false, undefined],
    ["onboot", 0, undefined],
    ["acpi", true, undefined],
    ["description", "two\r\nlines\n", "two\nlines"],
    ["tags", "Web,prod", "prod;web"],
    ["tags", ["web", "prod"], "prod;web"],
    ["net0", "virtio,bridge=vmbr0", "virtio=BC:24:11:00:00:01,bridge=vmbr0"],
    ["net0", "model=virtio,macaddr=bc:24:11:00:00:01,firewall=on", "virtio=BC:24:11:00:00:01,firewall=1"],
    ["net0", "virtio,bridge=vmbr0,firewall=0", "virtio=BC:24:11:00:00:01,bridge=vmbr0"],
    ["memory", 2048, "current=2048"],
    ["agent", "1", "enabled=1,type=virtio"],
    ["sshkeys", "ssh-ed25519 AAAA me@home", "ssh-ed25519%20AAAA%20me%40home"],
    ["scsi0", "local:vm-1,size=2048M", "local:vm-1,size=2G"],
  ])("%s: %j is %j", (name, wanted, seen) => {
    expect(compareValues(vm(name), wanted, seen)).toBe("same");
  });

  test.each([
    ["cores", 4, 2, "differs"],
    ["cores", 4, undefined, "differs"],
    ["onboot", true, undefined, "differs"],
    ["name", "web2", "web1", "differs"],
    ["net0", "virtio,bridge=vmbr1", "virtio=BC:24:11:00:00:01,bridge=vmbr0", "form"],
    ["tags", "prod", "prod;web", "differs"],
    ["boot", "order=net0", "order=scsi0", "form"],
  ])("%s: %j is not %j", (name, wanted, seen, expected) => {
    expect(compareValues(vm(name), wanted, seen)).toBe(expected);
  });

  test("property strings that are answered as objects", () => {
    const schema = schemaOf("PUT /cluster/options", "next-id");
    expect(compareValues(schema, "lower=500,upper=600", { lower: "500", upper: "600" })).toBe("same");
    expect(compareValues(schema, "lower=500,upper=600", { lower: "500", upper: "700" })).toBe("form");
    const prune = schemaOf("POST /cluster/backup", "prune-backups");
    expect(compareValues(prune, "keep-last=3", { "keep-last": "3" })).toBe("same");
    expect(compareValues(prune, "nonsense", { "keep-last": "3" })).toBe("unreadable");
  });

  test("any value is the same as itself, whatever its schema", () => {
    const names = Object.keys(catalog.endpoint("PUT /nodes/{node}/qemu/{vmid}/config")?.parameters ?? {});
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.oneof(fc.string(), fc.integer(), fc.boolean()),
        (name, value) => {
          expect(["same", "unreadable"]).toContain(compareValues(vm(name.replace("[n]", "0")), value, value));
        },
      ),
    );
  });
});

describe("drives", () => {
  test.each([
    ["local:8", "local:100/vm-100-disk-0.qcow2,size=8G"],
    ["local:8,discard=on,ssd=1", "local:100/vm-100-disk-0.qcow2,discard=on,size=8G,ssd=1"],
    ["file=local:8,format=raw", "local:100/vm-100-disk-0.raw,size=8G"],
    ["local:0,import-from=local:import/a.qcow2", "local:100/vm-100-disk-0.qcow2,size=3G"],
    ["local:iso/a.iso,media=cdrom", "local:iso/a.iso,media=cdrom,size=1M"],
    ["local:cloudinit", "local:100/vm-100-cloudinit.qcow2,media=cdrom"],
    ["none,media=cdrom", "none,media=cdrom"],
  ])("%s is %s", (wanted, seen) => {
    expect(compareDrives(vm("scsi0"), wanted, seen)).toBe("same");
  });

  test.each([
    ["local:8", "other:100/vm-100-disk-0.qcow2,size=8G"],
    ["local:iso/b.iso,media=cdrom", "local:iso/a.iso,media=cdrom"],
    ["local:8,ssd=1", "local:100/vm-100-disk-0.qcow2,size=8G"],
  ])("%s is not %s", (wanted, seen) => {
    expect(compareDrives(vm("scsi0"), wanted, seen)).toBe("form");
  });

  test("one that is not there", () => {
    expect(compareDrives(vm("scsi0"), "local:8", undefined)).toBe("differs");
  });
});

test.each([
  ["10G", 10 * 2 ** 30],
  ["10240M", 10 * 2 ** 30],
  ["528K", 528 * 1024],
  ["1024", 1024],
  ["+1G", undefined],
  ["much", undefined],
])("a size of %s", (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});
