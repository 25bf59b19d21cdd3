import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

/** Gives the operator a role of just these privileges on a path. */
async function grant(path: string, ...privileges: readonly string[]): Promise<void> {
  const roleid = `r${client.lab.state.access.roles.size}`;
  await client.as("root").ok("POST", "/access/roles", { roleid, privs: privileges.join(",") });
  await client.ok("PUT", "/access/acl", { path, roles: roleid, users: "operator@pve" });
  client.as("operator");
}

describe("creating needs", () => {
  const call = (params: Record<string, unknown> = {}) =>
    client.call("POST", "/nodes/pve1/qemu", { vmid: 300, ...params });

  test("the right to allocate, on the VM or on its pool", async () => {
    client.as("operator");
    expect(await call()).toMatchObject({ status: 403, message: "Permission check failed" });
    expect((await call({ pool: "production" })).status).toBe(200);
  });

  test("a right for each group of options", async () => {
    await grant("/vms/300", "VM.Allocate", "VM.Config.CPU");
    expect((await call({ cores: 2, memory: 512 })).message).toBe(
      "Permission check failed (/vms/300, VM.Config.Memory)",
    );
  });

  test("space on the storage, and the use of the bridge", async () => {
    await grant("/vms/300", "VM.Allocate", "VM.Config.Disk", "VM.Config.Network");
    expect((await call({ net0: "virtio,bridge=vmbr0" })).message).toBe(
      "Permission check failed (/sdn/zones/localnetwork/vmbr0, SDN.Use)",
    );
    await grant("/sdn/zones/localnetwork", "SDN.Use");
    expect((await call({ net0: "virtio,bridge=vmbr0,tag=7" })).status).toBe(200);
  });

  test("power management where it is to start", async () => {
    await grant("/vms/300", "VM.Allocate");
    expect((await call({ start: 1 })).message).toBe("Permission check failed (/vms/300, VM.PowerMgmt)");
  });
});

describe("changing needs", () => {
  test("the right of each option that is set or deleted", async () => {
    await grant("/vms/104", "VM.Config.Options");
    const change = (params: Record<string, unknown>) =>
      client.call("PUT", "/nodes/pve3/qemu/104/config", params);
    expect((await change({ description: "x" })).status).toBe(200);
    expect((await change({ cores: 3 })).message).toBe("Permission check failed (/vms/104, VM.Config.CPU)");
    expect((await change({ delete: "scsi0" })).message).toBe(
      "Permission check failed (/vms/104, VM.Config.Disk)",
    );
    expect((await change({ startup: "order=1" })).message).toBe("Permission check failed (/, Sys.Modify)");
    expect((await change({ net0: "virtio,bridge=vmbr0" })).message).toBe(
      "Permission check failed (/vms/104, VM.Config.Network)",
    );
  });

  test("root's own login for what touches the host", async () => {
    expect((await client.call("PUT", "/nodes/pve3/qemu/104/config", { args: "-S" })).message).toBe(
      "only root can set 'args' config",
    );
  });
});

describe("cloning needs", () => {
  test("the template, the new id, space and the bridge", async () => {
    await grant("/vms/900", "VM.Clone");
    const call = () => client.call("POST", "/nodes/pve1/qemu/900/clone", { newid: 300, full: 1 });
    expect((await call()).message).toBe("Permission check failed");
    await grant("/vms/300", "VM.Allocate");
    expect((await call()).message).toBe("Permission check failed (/sdn/zones/localnetwork/vmbr0, SDN.Use)");
    await grant("/sdn/zones/localnetwork/vmbr0", "SDN.Use");
    expect((await call()).status).toBe(200);
  });
});

test("a list shows the VMs that may be seen", async () => {
  const names = async () => (await client.rows("/nodes/pve1/qemu")).map((one) => one.name);
  expect(await names()).toEqual(["web1", "db1", "debian-13-genericcloud"]);
  client.as("operator");
  expect(await names()).toEqual(["web1", "db1"]);
});
