import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const CT = "/nodes/pve3/lxc/203";
const RUNNING = "/nodes/pve1/lxc/201";
let lab: LabClient;

beforeEach(async () => {
  lab = await LabClient.start();
});
afterEach(() => lab.close());

async function volidsOf(vmid: number, node = "pve3"): Promise<unknown[]> {
  return (await lab.rows(`/nodes/${node}/storage/local-lvm/content`, { vmid })).map(({ volid }) => volid);
}

describe("the configuration of a container", () => {
  test("a mount point that goes is kept as unused, and removed with that entry", async () => {
    await lab.ok("PUT", `${CT}/config`, { mp0: "local-lvm:2,mp=/srv,backup=1" });
    const { mp0 } = await lab.fields(`${CT}/config`);
    expect(mp0).toBe("local-lvm:vm-203-disk-1,mp=/srv,backup=1,size=2G");
    await lab.ok("PUT", `${CT}/config`, { delete: "mp0" });
    expect(await lab.fields(`${CT}/config`)).toMatchObject({ unused0: "local-lvm:vm-203-disk-1" });
    expect(await volidsOf(203)).toHaveLength(2);
    await lab.ok("PUT", `${CT}/config`, { delete: "unused0" });
    expect(await volidsOf(203)).toEqual(["local-lvm:vm-203-disk-0"]);
  });

  test("what a running container cannot take waits for a restart, or is reverted", async () => {
    await lab.ok("PUT", `${RUNNING}/config`, {
      memory: 1024,
      ostype: "ubuntu",
      arch: "arm64",
      timezone: "host",
    });
    const rows = await lab.rows(`${RUNNING}/pending`);
    const pending = (key: string) => rows.find((row) => row.key === key);
    expect(pending("memory")).toEqual({ key: "memory", value: 1024 });
    expect(pending("ostype")).toEqual({ key: "ostype", value: "debian", pending: "ubuntu" });
    expect(pending("timezone")).toEqual({ key: "timezone", pending: "host" });
    await lab.ok("PUT", `${RUNNING}/config`, { revert: "arch" });
    expect(await lab.task("POST", `${RUNNING}/status/reboot`)).toMatchObject({ exitstatus: "OK" });
    expect(await lab.fields(`${RUNNING}/config`, { current: 1 })).toMatchObject({
      ostype: "ubuntu",
      arch: "amd64",
      timezone: "host",
    });
  });

  test("a description comes back with the line break that the file gives it", async () => {
    await lab.ok("PUT", `${CT}/config`, { description: "one\ntwo" });
    expect(await lab.fields(`${CT}/config`)).toMatchObject({ description: "one\ntwo\n" });
  });

  test("a wrong change leaves everything as it was", async () => {
    const before = await lab.fields(`${CT}/config`);
    const answer = await lab.call("PUT", `${CT}/config`, { memory: 1024, delete: "ostype" });
    expect(answer).toMatchObject({ status: 500, message: "unable to delete required option 'ostype'" });
    expect(await lab.fields(`${CT}/config`)).toEqual(before);
  });

  test("a volume of a storage without containers is refused", async () => {
    expect(await lab.call("PUT", `${CT}/config`, { mp0: "local:1,mp=/srv" })).toMatchObject({
      status: 500,
      message: "storage 'local' does not allow content type 'rootdir' (Container)",
    });
  });
});

describe("who may change what", () => {
  beforeEach(async () => {
    await lab.ok("PUT", "/access/acl", { path: "/vms/203", users: "operator@pve", roles: "PVEVMUser" });
  });

  async function grant(privileges: string): Promise<void> {
    await lab.as("root").ok("POST", "/access/roles", { roleid: "Some", privs: privileges });
    await lab.ok("PUT", "/access/acl", { path: "/vms/203", users: "operator@pve", roles: "Some" });
    lab.as("operator");
  }

  test.each([
    ["cores", "2", "VM.Config.CPU"],
    ["swap", "64", "VM.Config.Memory"],
    ["hostname", "other", "VM.Config.Network"],
    ["onboot", "1", "VM.Config.Options"],
    ["features", "nesting=1", "VM.Allocate"],
    ["mp0", "nfs:1,mp=/srv", "VM.Config.Disk"],
  ])("%s=%s takes %s", async (name, value, privilege) => {
    const other = privilege === "VM.Config.Options" ? "VM.Config.CPU" : "VM.Config.Options";
    await grant(`VM.Audit,${other}`);
    expect(await lab.call("PUT", `${CT}/config`, { [name]: value })).toMatchObject({
      status: 403,
      message: `Permission check failed (/vms/203, ${privilege})`,
    });
    await lab
      .as("root")
      .ok("PUT", "/access/roles/Some", { privs: `VM.Config.Options,${privilege}`, append: 1 });
    expect(await lab.as("operator").call("PUT", `${CT}/config`, { [name]: value })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ["mp0", "/srv,mp=/srv", "mount point type bind is only allowed for root@pam"],
    ["mp0", "/dev/sdb,mp=/srv", "mount point type device is only allowed for root@pam"],
    ["dev0", "/dev/fuse", "configuring device passthrough is only allowed for root@pam"],
    ["hookscript", "nfs:snippets/base.yaml", "changing the hookscript is only allowed for root@pam"],
    ["features", "nesting=1,fuse=1", "changing feature flags (except nesting) is only allowed for root@pam"],
  ])("%s=%s is refused even to root's token", async (name, value, message) => {
    expect(await lab.as("root").call("PUT", `${CT}/config`, { [name]: value })).toMatchObject({
      status: 403,
      message: `Permission check failed (${message})`,
    });
  });

  test("features of a privileged container are root's alone", async () => {
    lab.lab.state.guests.get(203)?.config.delete("unprivileged");
    expect(await lab.as("root").call("PUT", `${CT}/config`, { features: "nesting=1" })).toMatchObject({
      status: 403,
      message:
        "Permission check failed (changing feature flags for privileged container is only allowed for root@pam)",
    });
  });
});
