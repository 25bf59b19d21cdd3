import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

const VM = "/nodes/vm/qemu/100";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start("baseline");
});
afterEach(() => client.close());

describe("a VM that is to go to another cluster", () => {
  const fingerprint = Array(32).fill("AA").join(":");
  const params = {
    "target-endpoint": `host=192.0.2.9,apitoken=PVEAPIToken=root@pam!a=b,fingerprint=${fingerprint}`,
    "target-storage": "local",
    "target-bridge": "vmbr0",
  };
  const go = (more: Readonly<Record<string, unknown>> = {}) =>
    client.call("POST", `${VM}/remote_migrate`, { ...params, ...more });

  test("finds nobody there", async () => {
    const message = "Can't connect to 192.0.2.9:8006 (Connection refused)";
    expect(await go()).toMatchObject({ status: 500, message });
  });

  test("has to be free to go", async () => {
    await client.task("POST", `${VM}/status/start`);
    expect((await go()).message).toBe("can't migrate running VM without --online");
    await client.ok("POST", "/cluster/ha/resources", { sid: "vm:100" });
    expect((await go()).errors).toEqual({ vmid: "cannot remote-migrate VM that is configured for HA" });
  });

  test("needs to be told where its disks go", async () => {
    expect((await go({ "target-storage": "1" })).message).toBe(
      "remote migration requires explicit storage mapping!",
    );
    expect((await go({ "target-storage": "local,other" })).errors).toEqual({
      "target-storage": "failed to parse storage map: default target ID can only be provided once\n",
    });
    expect((await go({ "target-bridge": "vmbr0:vmbr1,vmbr0:vmbr2" })).errors).toEqual({
      "target-bridge": "failed to parse bridge map: duplicate mapping for source 'vmbr0'\n",
    });
  });
});

test("a guest that is replicated is destroyed only with its jobs", async () => {
  const small = await LabClient.start();
  try {
    for (const [kind, vmid, node] of [
      ["qemu", 110, "pve2"],
      ["lxc", 202, "pve2"],
    ] as const) {
      const guest = small.lab.state.guests.get(vmid);
      expect(guest).toMatchObject({ kind, node });
      if (guest !== undefined) guest.runtime = undefined;
      const id = `${vmid}-0`;
      small.lab.state.replication.set(id, new Map([["guest", vmid]]));
      const path = `/nodes/${node}/${kind}/${vmid}`;
      expect((await small.call("DELETE", path)).message).toBe(
        `There is a replication job '${id}' for guest '${vmid}' - Please remove that first.`,
      );
      await small.task("DELETE", `${path}?purge=1`);
      expect(small.lab.state.replication.has(id)).toBe(false);
    }
  } finally {
    await small.close();
  }
});

test("tags follow the style of the cluster", async () => {
  const tags = async (given: string) => {
    await client.ok("PUT", `${VM}/config`, { tags: given });
    return (await client.fields(`${VM}/config`)).tags;
  };
  expect(await tags("b;A;a")).toBe("a;b");
  await client.ok("PUT", "/cluster/options", { "tag-style": "case-sensitive=1,ordering=config" });
  expect(await tags("b;A;a;b")).toBe("b;A;a");
});

test("a rollback to a snapshot with memory makes the cloud-init image anew", async () => {
  await client.ok("PUT", `${VM}/config`, { ide2: "local:cloudinit" });
  await client.task("POST", `${VM}/status/start`);
  await client.task("POST", `${VM}/snapshot`, { snapname: "s1", vmstate: 1 });
  const { log } = await client.task("POST", `${VM}/snapshot/s1/rollback`);
  expect(log).toContain("generating cloud-init ISO");
});

test("a VM tells of the devices that keep it on its node, and of those that are mapped", async () => {
  await client.ok("PUT", `${VM}/config`, {
    ...{ usb0: "mapping=stick", hostpci0: "mapping=card", virtiofs0: "share", serial0: "socket" },
  });
  const mapped = { hostpci0: { name: "card" }, usb0: { name: "stick" }, virtiofs0: { name: "share" } };
  expect(await client.fields(`${VM}/migrate`)).toMatchObject({
    local_resources: ["usb0", "virtiofs0"],
    "mapped-resources": ["hostpci0", "usb0", "virtiofs0"],
    "mapped-resource-info": mapped,
  });
  await client.task("POST", `${VM}/status/start`);
  expect(await client.fields(`${VM}/migrate`)).toMatchObject({
    local_resources: ["hostpci0", "usb0", "virtiofs", "virtiofs0"],
  });
});
