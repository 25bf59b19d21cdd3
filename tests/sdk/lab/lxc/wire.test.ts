import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const CT = "/nodes/vm/lxc/200";
const TEMPLATE = "local:vztmpl/debian-12-tiny_12.5-1_amd64.tar.gz";
let lab: LabClient;

beforeEach(async () => {
  lab = await LabClient.start("baseline");
});
afterEach(() => lab.close());

const change = (params: Record<string, unknown>) => lab.call("PUT", `${CT}/config`, params);

describe("networks of a container", () => {
  test("a bridge that is not there is found out after the change was written", async () => {
    const fault = { status: 500, message: "bridge 'nosuch' does not exist" };
    expect(await change({ net1: "name=eth1,bridge=nosuch" })).toMatchObject(fault);
    expect(await lab.fields(`${CT}/config`)).toMatchObject({
      net1: expect.stringContaining("bridge=nosuch"),
    });
    expect(await change({ memory: 80 })).toMatchObject(fault);
    expect(await lab.fields(`${CT}/config`)).toMatchObject({ memory: 80 });
    expect(await lab.task("POST", `${CT}/status/start`)).toMatchObject({ exitstatus: fault.message });
    expect(await change({ delete: "net1" })).toMatchObject({ status: 200 });
  });

  test("a running container refuses such a device and keeps all as it was", async () => {
    await lab.task("POST", `${CT}/status/start`);
    expect(await change({ net1: "name=eth1,bridge=nosuch", hostname: "other" })).toMatchObject({
      status: 400,
      errors: { net1: "unable to hotplug net1: bridge 'nosuch' does not exist\n" },
    });
    expect(await change({ net1: "name=eth1" })).toMatchObject({
      errors: { net1: "unable to hotplug net1: unable to get bridge setting\n" },
    });
    const config = await lab.fields(`${CT}/config`);
    expect([config.hostname, config.net1]).toEqual(["ct200", undefined]);
  });

  test("a node that sets up addresses cannot have them made up in the container", async () => {
    const net = "name=eth1,bridge=vmbr0,host-managed=yes";
    expect(await change({ net1: `${net},ip6=auto` })).toMatchObject({
      status: 500,
      message: "net1: SLAAC is not supported for host-managed network configuration.",
    });
    expect(await change({ net1: `${net},ip6=dhcp` })).toMatchObject({ status: 200 });
    expect(await lab.fields(`${CT}/config`)).toMatchObject({
      net1: expect.stringContaining("host-managed=1"),
    });
  });

  test("packets are no longer than the bridge takes", async () => {
    const message = "net1: MTU size '9000' is bigger than bridge MTU '1500'";
    expect(await change({ net1: "name=eth1,bridge=vmbr0,mtu=9000" })).toMatchObject({ status: 500, message });
    expect(await lab.fields(`${CT}/config`)).not.toHaveProperty("net1");
    const wanted = { vmid: 300, ostemplate: TEMPLATE, net1: "name=eth1,bridge=vmbr0,mtu=9000" };
    expect(await lab.call("POST", "/nodes/vm/lxc", wanted)).toMatchObject({ status: 500, message });
    expect(await change({ net1: "name=eth1,bridge=vmbr0,mtu=1400" })).toMatchObject({ status: 200 });
  });
});

describe("configuration of a container", () => {
  test("without its architecture it cannot be used, though the change was written", async () => {
    expect(await change({ delete: "arch" })).toMatchObject({
      status: 500,
      message: expect.stringContaining("missing 'arch' - internal error at"),
    });
    expect(await lab.fields(`${CT}/config`)).not.toHaveProperty("arch");
    expect(await change({ arch: "amd64" })).toMatchObject({ status: 200 });
  });

  test("deleting what only waits leaves it waiting", async () => {
    await lab.task("POST", `${CT}/status/start`);
    await change({ cmode: "shell" });
    expect(await change({ delete: "cmode" })).toMatchObject({ status: 200 });
    expect(await lab.rows(`${CT}/pending`)).toContainEqual({ key: "cmode", pending: "shell" });
    await change({ revert: "cmode" });
    expect(await lab.rows(`${CT}/pending`)).not.toContainEqual({ key: "cmode", pending: "shell" });
  });

  test("limits that are not set show as they are in use", async () => {
    await change({ cpulimit: 0.5, delete: "swap", rootfs: "local:2" });
    const status = await lab.fields(`${CT}/status/current`);
    expect(status).toMatchObject({ cpus: "0.5", maxswap: 0, maxdisk: 4 * 2 ** 30 });
    const [, resource] = await lab.rows("/cluster/resources", { type: "vm" });
    expect(resource).toMatchObject({ vmid: 200, maxcpu: 0.5 });
    await change({ cores: 1 });
    expect(await lab.fields(`${CT}/status/current`)).toMatchObject({ cpus: 1 });
  });

  test("a root whose name cannot be read is told at the start", async () => {
    await change({ rootfs: "local:2" });
    const { exitstatus } = await lab.task("POST", `${CT}/status/start`);
    expect(exitstatus).toBe("unable to parse directory volume name '2'");
  });
});

describe("disks and consoles of a container", () => {
  const grow = (size: string) => lab.task("PUT", `${CT}/resize`, { disk: "rootfs", size });

  test("a file system is checked before it grows, unless it is mounted", async () => {
    const { log } = await grow("+1G");
    expect(log).toContain("Pass 1: Checking inodes, blocks, and sizes");
    expect(log).toContain(
      "Resizing the filesystem on /var/lib/vz/images/200/vm-200-disk-0.raw to 524288 (4k) blocks.",
    );
    await lab.task("POST", `${CT}/status/start`);
    const mounted = await grow("+1G");
    expect(mounted.log).toContain("Filesystem at /dev/loop0 is mounted on /tmp; on-line resizing required");
    expect(mounted.log).toContain("The filesystem on /dev/loop0 is now 786432 (4k) blocks long.");
    expect(mounted.log).not.toContain("Pass 1: Checking inodes, blocks, and sizes");
  });

  test("a file grows no larger than the file system below takes", async () => {
    const { exitstatus, log } = await grow("20T");
    expect(log).toContain("qemu-img: Could not resize file: File too large");
    expect(exitstatus).toMatch(
      /^command '\/usr\/bin\/qemu-img resize .* 21990232555520' failed: exit code 1$/,
    );
    expect(await lab.fields(`${CT}/config`)).toMatchObject({ rootfs: expect.stringContaining("size=1G") });
  });

  test("a volume without a size is a directory", async () => {
    const { log } = await lab.task("POST", "/nodes/vm/lxc", {
      vmid: 300,
      ostemplate: TEMPLATE,
      rootfs: "local:0",
    });
    expect(log[0]).toMatch(/^extracting archive/);
    const volid = "local:300/subvol-300-disk-0.subvol";
    expect(await lab.fields("/nodes/vm/lxc/300/config")).toMatchObject({ rootfs: `${volid},size=0T` });
    expect(await lab.fields("/nodes/vm/lxc/300/status/current")).toMatchObject({ maxdisk: 4 * 2 ** 30 });
    expect(await lab.rows("/nodes/vm/storage/local/content", { vmid: 300 })).toMatchObject([
      { volid, format: "subvol", size: 0 },
    ]);
    const { exitstatus } = await lab.task("PUT", "/nodes/vm/lxc/300/resize", { disk: "rootfs", size: "1G" });
    expect(exitstatus).toBe("can't resize this image format");
    await lab.ok("POST", "/nodes/vm/lxc/300/template");
    await lab.newest("vztemplate");
    expect(await lab.fields("/nodes/vm/lxc/300/config")).toMatchObject({
      rootfs: "local:300/basevol-300-disk-0.subvol,size=0T",
    });
  });

  test("a root that is not there is found out in the task", async () => {
    const wanted = { vmid: 300, ostemplate: TEMPLATE, rootfs: "local:300/vm-300-disk-0.raw" };
    const { exitstatus } = await lab.task("POST", "/nodes/vm/lxc", wanted);
    expect(exitstatus).toBe("unable to create CT 300 - volume 'local:300/vm-300-disk-0.raw' does not exist");
    expect(await lab.rows("/nodes/vm/lxc")).toHaveLength(1);
  });

  test("a bind mount stays with its container", async () => {
    lab.lab.state.guests.get(200)?.config.set("mp0", "/srv,mp=/srv");
    const wanted = { volume: "mp0", "target-vmid": 200, "target-volume": "mp1" };
    expect(await lab.call("POST", `${CT}/move_volume`, wanted)).toMatchObject({
      message: "Storage does not support moving of this disk to another container",
    });
  });

  test("a terminal is opened for a stopped container as well", async () => {
    expect(await lab.ok("POST", `${CT}/termproxy`)).toMatchObject({ user: "root@pam!test" });
  });

  test("a display behind a websocket has a password of its own", async () => {
    const open = (params: object) => lab.ok("POST", `${CT}/vncproxy`, { ...params });
    const behind = (await open({ websocket: 1 })) as { ticket: string; password: string };
    expect(behind.ticket).toMatch(/^\S{8}:PVEVNC:/);
    expect(behind.ticket.startsWith(`${behind.password}:`)).toBe(true);
    const plain = await open({});
    expect(plain).toMatchObject({ ticket: expect.stringMatching(/^PVEVNC:/) });
    expect(plain).not.toHaveProperty("password");
  });

  test("a volume that cannot be removed is warned of, the container goes", async () => {
    await change({ rootfs: "local:2" });
    const { exitstatus, log } = await lab.task("DELETE", CT);
    expect(exitstatus).toBe("WARNINGS: 1");
    expect(log).toContain(
      "WARN: failed to delete mountpoint volume local:2: unable to parse directory volume name '2'",
    );
    expect(await lab.rows("/nodes/vm/lxc")).toEqual([]);
  });

  test("a name that snapshots of VMs cannot have is one for containers", async () => {
    const { exitstatus } = await lab.task("POST", `${CT}/snapshot`, { snapname: "pending" });
    expect(exitstatus).toBe("snapshot feature is not available");
  });

  test("a clone tells what it is made of, on Proxmox VE 9", async () => {
    const { log } = await lab.task("POST", `${CT}/clone`, { newid: 201 });
    expect(log[0]).toBe("creating a clone of container 200 with ID 201");
  });

  test("without a system nothing heeds a shutdown, unless it is forced", async () => {
    await lab.task("POST", `${CT}/status/start`);
    expect(await lab.task("POST", `${CT}/status/shutdown`, { timeout: 5 })).toEqual({
      exitstatus: "container did not stop",
      log: [
        "command 'lxc-stop -n 200 --nokill --timeout 5' failed: exit code 1",
        "TASK ERROR: container did not stop",
      ],
    });
    const forced = await lab.task("POST", `${CT}/status/shutdown`, { timeout: 5, forceStop: 1 });
    expect(forced.exitstatus).toBe("OK");
  });

  test("a shutdown without a timeout waits for the system to end", async () => {
    await lab.task("POST", "/nodes/vm/lxc", { vmid: 300, ostemplate: TEMPLATE, start: 1 });
    await lab.newest("vzstart");
    const { exitstatus } = await lab.task("POST", "/nodes/vm/lxc/300/status/shutdown", { timeout: 0 });
    expect(exitstatus).toBe("OK");
  });
});

describe("rights", () => {
  test.each([
    [{ start: 1 }, "Permission check failed (/vms/300, VM.PowerMgmt)"],
    [{ "ha-managed": 1 }, "Permission check failed (/, Sys.Console)"],
    [{}, "Permission check failed"],
  ])("what comes after creating with %j needs rights of its own", async (more, message) => {
    const wanted = { vmid: 300, ostemplate: TEMPLATE, ...more };
    expect(await lab.as("user").call("POST", "/nodes/vm/lxc", wanted)).toMatchObject({
      status: 403,
      message,
    });
  });

  test("an unused volume is a disk", async () => {
    const grant = async (role: string, privs: string) => {
      await lab.ok("POST", "/access/roles", { roleid: role, privs });
      await lab.ok("PUT", "/access/acl", { path: "/vms/200", roles: role, users: "test@pve" });
    };
    await grant("options", "VM.Config.Options");
    const wanted = { unused0: "local:200/vm-200-disk-0.raw" };
    expect(await lab.as("user").call("PUT", `${CT}/config`, wanted)).toMatchObject({
      status: 403,
      message: "Permission check failed (/vms/200, VM.Config.Disk)",
    });
    lab.as("root");
    await grant("disks", "VM.Config.Disk");
    expect(await lab.as("user").call("PUT", `${CT}/config`, wanted)).toMatchObject({ status: 200 });
  });
});
