import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

const VM = "/nodes/vm/qemu/100";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start("baseline");
});
afterEach(() => client.close());

const change = (params: Readonly<Record<string, unknown>>) => client.call("PUT", `${VM}/config`, params);
const config = () => client.fields(`${VM}/config`);

describe("a display", () => {
  test("that is configured is told of, its clipboard too where it has none", async () => {
    expect(await client.fields(`${VM}/status/current`)).not.toHaveProperty("clipboard");
    await client.ok("PUT", `${VM}/config`, { vga: "std" });
    expect(await client.fields(`${VM}/status/current`)).toMatchObject({ clipboard: null });
    await client.ok("PUT", `${VM}/config`, { vga: "qxl2,clipboard=vnc" });
    expect(await client.fields(`${VM}/status/current`)).toMatchObject({ clipboard: "vnc", spice: 1 });
  });

  test("that is a serial port has no clipboard for VNC", async () => {
    const message = "vga type serial0 is not compatible with VNC clipboard";
    expect(await change({ vga: "serial0,clipboard=vnc" })).toMatchObject({ status: 500, message });
    const vm = { vmid: 300, vga: "serial0,clipboard=vnc" };
    const { exitstatus } = await client.task("POST", "/nodes/vm/qemu", vm);
    expect(exitstatus).toBe(`unable to create VM 300 - ${message}`);
  });
});

describe("a machine", () => {
  test.each([
    ["pc,viommu=intel", "to use Intel vIOMMU please set the machine type to q35"],
    ["q35,viommu=intel,aw-bits=40", "Intel vIOMMU supports only 39 or 48 bits as address width"],
    ["q35,aw-bits=39", "cannot set aw-bits if no vIOMMU is configured"],
  ])("%s is refused", async (machine, message) => {
    expect(await change({ machine })).toMatchObject({ status: 500, message });
  });

  test("is pinned where the system becomes a Windows, unless the request names one", async () => {
    await client.ok("PUT", `${VM}/config`, { ostype: "l26" });
    expect(await config()).not.toHaveProperty("machine");
    const upid = await client.ok("POST", `${VM}/config`, { ostype: "win11" });
    const { log } = await client.ended(String(upid));
    expect(log).toContain("pinning machine type to 'pc-i440fx-7.2' for Windows guest OS");
    expect((await config()).machine).toBe("pc-i440fx-7.2");
    await client.ok("PUT", `${VM}/config`, { ostype: "win10", machine: "q35" });
    expect((await config()).machine).toBe("q35");
  });

  test("of a newer QEMU is pinned with its own revision", async () => {
    const other = await LabClient.start("small", "8.4");
    try {
      await other.task("POST", "/nodes/pve1/qemu", { vmid: 300, ostype: "win11", machine: "q35" });
      expect((await other.fields("/nodes/pve1/qemu/300/config")).machine).toBe("pc-q35-9.2+pve1");
    } finally {
      await other.close();
    }
  });
});

describe("the log of a change", () => {
  test("says what was asked for, as it was said", async () => {
    const params = { net0: "virtio,bridge=vmbr0", cipassword: "secret", delete: "net5", force: 1 };
    const { log } = await client.ended(String(await client.ok("POST", `${VM}/config`, params)));
    expect(log[0]).toBe(
      "update VM 100: -cipassword <hidden> -delete net5 -force 1 -net0 virtio,bridge=vmbr0",
    );
  });
});

describe("a value", () => {
  test("of two lines is refused and changes nothing", async () => {
    const message = "unable to parse value of 'ciuser' - property contains a line feed";
    expect(await change({ ciuser: "a\nb" })).toMatchObject({ status: 500, message });
    expect(await config()).not.toHaveProperty("ciuser");
  });

  test("of no format loses its quotes, any the blanks around it", async () => {
    await client.ok("PUT", `${VM}/config`, { ciuser: '"me"', searchdomain: " x.test " });
    expect(await config()).toMatchObject({ ciuser: "me", searchdomain: "x.test" });
  });

  test("of a hook script that cannot be read is a fault of the parameter", async () => {
    expect((await change({ hookscript: "local:foo" })).errors).toEqual({
      hookscript: "unable to parse directory volume name 'foo'\n",
    });
  });
});

describe("a drive", () => {
  test("may be told by its path, if a storage has it", async () => {
    await client.ok("PUT", `${VM}/config`, { ide2: "/var/lib/vz/template/iso/x.iso" });
    expect((await config()).ide2).toBe("local:iso/x.iso,media=cdrom,size=512");
    await client.ok("PUT", `${VM}/config`, { scsi1: "/var/lib/vz/images/100/vm-100-disk-1.qcow2" });
    expect((await config()).scsi1).toBe("local:100/vm-100-disk-1.qcow2,size=2G");
    expect((await change({ scsi2: "/etc/passwd" })).errors).toEqual({
      scsi2: "unable to associate path '/etc/passwd' to any storage",
    });
    expect((await change({ ide3: "/var/lib/vz/template/iso/x.iso,media=disk" })).errors).toEqual({
      ide3: "unexpected media type (iso != images)",
    });
  });

  test.each(["local:1,bps_max_length=10", "local:1,mbps=5,iops_max_length=10", "local:1,bps=100,mbps=1"])(
    "%s makes no sense",
    async (scsi1) => {
      expect((await change({ scsi1 })).errors).toEqual({ scsi1: "unable to parse drive options" });
    },
  );

  test("imports nothing that is not there", async () => {
    const from = (volid: string) => change({ scsi1: `local:0,import-from=${volid}` });
    expect(await from("local:100/none.qcow2")).toMatchObject({
      status: 500,
      message: "cannot import from 'local:100/none.qcow2' - could not get size of local:100/none.qcow2",
    });
    expect((await from("local:import/none.qcow2")).message).toBe(
      "failed to stat '/var/lib/vz/import/none.qcow2'",
    );
  });

  test("for the state of a TPM keeps the version that it was made for", async () => {
    await client.ok("PUT", `${VM}/config`, { tpmstate0: "local:1,version=v2.0" });
    expect(await change({ tpmstate0: "local:100/vm-100-disk-0.raw,version=v1.2" })).toMatchObject({
      status: 500,
      message: "cannot change TPM state version after creation",
    });
  });
});

describe("a running VM", () => {
  beforeEach(async () => {
    await client.task("POST", `${VM}/status/start`);
  });

  test("takes USB devices only where its system bears it", async () => {
    const pending = async (key: string) =>
      (await client.rows(`${VM}/pending`)).find((one) => one.key === key)?.pending;
    await client.ok("PUT", `${VM}/config`, { usb0: "spice" });
    expect(await pending("usb0")).toBe("spice");
    await client.task("POST", `${VM}/status/stop`);
    await client.ok("PUT", `${VM}/config`, { ostype: "l26" });
    await client.task("POST", `${VM}/status/start`);
    await client.ok("PUT", `${VM}/config`, { usb1: "spice" });
    expect(await pending("usb1")).toBeUndefined();
  });

  test("is copied without what waits for a restart, and the log says so", async () => {
    await client.ok("PUT", `${VM}/config`, { cores: 3 });
    const { log } = await client.task("POST", `${VM}/clone`, { newid: 300 });
    expect(log.at(-2)).toBe("found pending changes for 'cores', discarding for clone");
    expect((await client.fields("/nodes/vm/qemu/300/config")).cores).toBe(1);
  });

  test("still shows an option that is off while its deletion waits", async () => {
    await client.task("POST", `${VM}/status/stop`);
    await client.ok("PUT", `${VM}/config`, { balloon: 0, kvm: 1 });
    await client.task("POST", `${VM}/status/start`);
    await client.ok("PUT", `${VM}/config`, { delete: "balloon,kvm" });
    expect(await config()).toMatchObject({ balloon: 0 });
    expect(await config()).not.toHaveProperty("kvm");
  });

  test("tells of its disks what waits for a restart", async () => {
    await client.ok("PUT", `${VM}/config`, { sata0: "local:1" });
    const { local_disks } = await client.fields(`${VM}/migrate`);
    expect(local_disks).toContainEqual(
      expect.objectContaining({ drivename: "sata0", referenced_in_pending: 1, is_attached: 0 }),
    );
  });
});

test("a disk tells of the snapshots that need it", async () => {
  await client.task("POST", `${VM}/snapshot`, { snapname: "s1" });
  const { local_disks } = await client.fields(`${VM}/migrate`);
  expect(local_disks).toEqual([
    expect.objectContaining({ drivename: "scsi0", referenced_in_snapshot: { s1: 1 }, is_attached: 1 }),
  ]);
});

test("a disk that another VM gets is noted as a change of that", async () => {
  await client.task("POST", "/nodes/vm/qemu", { vmid: 300 });
  const { log } = await client.task("POST", `${VM}/move_disk`, { disk: "scsi0", "target-vmid": 300 });
  expect(log).toContain("update VM 300: -scsi0 local:300/vm-300-disk-0.qcow2,size=2G");
});

test("a monitor command of blanks is none that is known", async () => {
  const answer = await client.call("POST", `${VM}/monitor`, { command: " " });
  expect(answer).toMatchObject({ status: 500, message: "unexpected command ' '" });
});

test("a start by HA waits where nothing acts on HA", async () => {
  await client.ok("POST", "/cluster/ha/resources", { sid: "vm:100", state: "stopped" });
  await client.task("POST", `${VM}/status/start`);
  expect(await client.fields("/cluster/ha/resources/vm:100")).toMatchObject({ state: "started" });
  await client.task("POST", `${VM}/status/stop`);
  expect(await client.fields("/cluster/ha/resources/vm:100")).toMatchObject({ state: "started" });
  expect(client.lab.tasks.all().filter(({ type }) => type === "qmstart")).toEqual([]);
});

describe("a fault inside another one", () => {
  test("says its status where it is that of a right", async () => {
    await client.ok("PUT", "/access/acl", { path: "/vms/100", roles: "PVEVMAdmin", users: "test@pve" });
    const answer = await client.as("user").call("PUT", `${VM}/config`, { delete: "scsi0", force: 1 });
    expect(answer.errors).toEqual({
      scsi0:
        "unable to apply pending change scsi0 : 403 Permission check failed (/storage/local, Datastore.AllocateSpace)\n",
    });
  });

  test("says its parameters where a task ends with it", async () => {
    await client.ok("PUT", `${VM}/config`, { ide2: "none,media=cdrom" });
    await client.task("POST", `${VM}/status/start`);
    const { exitstatus } = await client.task("POST", `${VM}/config`, { ide2: "local:1" });
    expect(exitstatus).toBe(
      "400 Parameter verification failed. ide2: hotplug problem - unable to change media type",
    );
  });
});
