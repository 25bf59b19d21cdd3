import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const SDN = "/cluster/sdn";
let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

async function refusal(method: string, path: string, params: Record<string, unknown> = {}): Promise<string> {
  return (await client.call(method, `${SDN}${path}`, params)).message;
}

test("a vnet's routes are there for EVPN alone", async () => {
  await client.ok("POST", `${SDN}/zones`, { zone: "z1", type: "simple" });
  await client.ok("POST", `${SDN}/vnets`, { vnet: "v1", zone: "z1" });
  const faults = async (path: string) => (await client.call("GET", `/nodes/pve1/sdn${path}`)).errors;
  expect(await faults("/vnets/v1/mac-vrf")).toEqual({ vnet: "vnet does not exist" });
  await client.task("PUT", SDN);
  expect(await faults("/vnets/v1/mac-vrf")).toEqual({ zone: "zone z1 is not an EVPN zone." });
  expect(await faults("/zones/z1/ip-vrf")).toEqual({ zone: "zone is not an EVPN zone" });
  expect(await faults("/zones/z2/ip-vrf")).toEqual({ zone: "zone does not exist" });
});

test("the bridges of a zone are listed with their ports", async () => {
  const bridges = "/nodes/pve1/sdn/zones/localnetwork/bridges";
  const uplink = { name: "bond0", primary_vlan: 1, vlans: ["2-4094"] };
  const [before] = await client.rows(bridges);
  expect(before).toMatchObject({ name: "vmbr0", vlan_filtering: 1 });
  expect((before as { ports: unknown[] }).ports[0]).toEqual(uplink);
  await client.ok("POST", `${SDN}/zones`, { zone: "vl", type: "vlan", bridge: "vmbr0", nodes: "pve1" });
  await client.ok("POST", `${SDN}/vnets`, { vnet: "va", zone: "vl", tag: 7 });
  const absent = await client.call("GET", "/nodes/pve1/sdn/zones/vl/bridges");
  expect(absent.errors).toEqual({ zone: "zone does not exist" });
  await client.task("PUT", SDN);
  const nets = {
    net0: "virtio,bridge=va,firewall=1",
    net1: "virtio,bridge=vmbr0,tag=9",
    net2: "virtio,bridge=va",
  };
  await client.task("POST", "/nodes/pve1/qemu", { vmid: 980, memory: 64, ...nets });
  await client.task("POST", "/nodes/pve1/qemu/980/status/start");
  expect(await client.rows("/nodes/pve1/sdn/zones/vl/bridges")).toEqual([
    {
      ...{ name: "va", vlan_filtering: 0 },
      ports: [
        { name: "vmbr0.7" },
        { name: "fwpr980p0", vmid: "980", index: "net0" },
        { name: "tap980i2", vmid: "980", index: "net2" },
      ],
    },
  ]);
  const [after] = await client.rows(bridges);
  expect((after as { ports: unknown[] }).ports).toContainEqual({
    ...{ name: "tap980i1", vmid: "980", index: "net1", primary_vlan: 9, vlans: [] },
  });
  expect(await client.rows("/nodes/pve2/sdn/zones/vl/bridges")).toEqual([
    { name: "va", vlan_filtering: null, ports: [] },
  ]);
});

describe("changes", () => {
  test("wait until they are applied, on every node", async () => {
    await client.ok("POST", `${SDN}/zones`, { zone: "z1", type: "simple", mtu: 1400, nodes: "pve2,pve1" });
    expect(await client.rows(`${SDN}/zones`)).toMatchObject([{ mtu: 1400, nodes: "pve1,pve2" }]);
    expect(await client.rows("/nodes/pve1/sdn/zones")).toEqual([]);
    expect(await client.task("PUT", SDN)).toMatchObject({ exitstatus: "OK" });
    expect(await client.rows("/nodes/pve1/sdn/zones")).toEqual([{ zone: "z1", status: "available" }]);
    expect(await client.rows("/nodes/pve3/sdn/zones")).toEqual([]);
    expect(await client.rows("/cluster/resources")).toContainEqual(
      expect.objectContaining({ network: "z1", node: "pve2", "network-type": "zone" }),
    );
    await client.ok("PUT", `${SDN}/zones/z1`, { mtu: 1500, delete: "nodes" });
    expect(await client.rows(`${SDN}/zones`, { pending: 1 })).toEqual([
      {
        ...{ zone: "z1", type: "simple", mtu: 1400, nodes: "pve1,pve2", digest: null },
        ...{ state: "changed", pending: { mtu: 1500, nodes: "deleted" } },
      },
    ]);
    await client.ok("DELETE", `${SDN}/zones/z1`);
    expect(await client.rows(`${SDN}/zones`, { pending: 1 })).toMatchObject([{ state: "deleted" }]);
    await client.ok("POST", `${SDN}/rollback`);
    expect(await client.rows(`${SDN}/zones`)).toMatchObject([{ zone: "z1", mtu: 1400 }]);
  });

  test("are refused where their zone does not take them", async () => {
    await client.ok("POST", `${SDN}/zones`, { zone: "vl", type: "vlan", bridge: "vmbr0" });
    expect(await refusal("POST", "/vnets", { vnet: "va", zone: "vl" })).toContain("tag: missing vlan tag");
    await client.ok("POST", `${SDN}/vnets`, { vnet: "va", zone: "vl", tag: 7 });
    expect(await refusal("POST", "/vnets", { vnet: "vb", zone: "vl", tag: 7 })).toContain(
      "tag: tag 7 already exist in vnet va",
    );
    expect(await refusal("PUT", "/zones/vl", { delete: "bridge" })).toBe(
      "update sdn zone object failed: unable to delete required option 'bridge'",
    );
    expect(
      await refusal("POST", "/zones", { zone: "ev", type: "evpn", controller: "c1", "vrf-vxlan": 10 }),
    ).toMatch(/^create sdn zone object failed: controller c1 don't exist at /);
    expect(await refusal("POST", "/zones", { zone: "zz", type: "simple", ipam: "none" })).toContain(
      "ipam: none not existing",
    );
  });

  test("of subnets keep ranges inside and apart", async () => {
    await client.ok("POST", `${SDN}/zones`, { zone: "z1", type: "simple", ipam: "pve", dhcp: "dnsmasq" });
    await client.ok("POST", `${SDN}/vnets`, { vnet: "v1", zone: "z1" });
    const path = `${SDN}/vnets/v1/subnets`;
    const range = "start-address=10.5.0.10,end-address=10.5.0.20";
    await client.ok("POST", path, {
      ...{ type: "subnet", subnet: "10.5.0.0/24", gateway: "10.5.0.1", "dhcp-range": range },
    });
    expect(await client.fields(`${path}/z1-10.5.0.0-24`)).toMatchObject({
      "dhcp-range": [{ "start-address": "10.5.0.10", "end-address": "10.5.0.20" }],
    });
    expect(
      await refusal("PUT", "/vnets/v1/subnets/z1-10.5.0.0-24", {
        "dhcp-range": "start-address=10.6.0.1,end-address=10.6.0.2",
      }),
    ).toContain("dhcp-range: start-address 10.6.0.1 is not in subnet 10.5.0.0/24");
    await client.task("PUT", SDN);
    expect(await client.rows(`${SDN}/ipams/pve/status`)).toEqual([
      { zone: "z1", vnet: "v1", subnet: "10.5.0.0/24", ip: "10.5.0.1", gateway: 1 },
    ]);
    expect(await refusal("PUT", "/zones/z1", { delete: "ipam" })).toContain("can't change ipam");
  });
});

test("a vnet is seen and changed by those who have rights on it", async () => {
  await client.ok("POST", `${SDN}/zones`, { zone: "z1", type: "simple" });
  for (const vnet of ["v1", "v2"]) await client.ok("POST", `${SDN}/vnets`, { vnet, zone: "z1" });
  await client.ok("POST", "/access/roles", { roleid: "NetUser", privs: "SDN.Audit" });
  await client.ok("PUT", "/access/acl", {
    path: "/sdn/zones/z1/v1",
    roles: "NetUser",
    users: "operator@pve",
  });
  client.as("operator");
  expect(await client.rows(`${SDN}/vnets`)).toMatchObject([{ vnet: "v1" }]);
  expect(await refusal("GET", "/vnets/v2")).toBe(
    "Permission check failed (/sdn/zones/z1/v2, SDN.Audit|SDN.Allocate)",
  );
  expect(await refusal("PUT", "/vnets/v1", { alias: "x" })).toBe(
    "Permission check failed (/sdn/zones/z1/v1, SDN.Allocate)",
  );
  await client.as("root").ok("POST", "/access/roles", { roleid: "VmNet", privs: "VM.Config.Network" });
  await client.ok("PUT", "/access/acl", { path: "/vms/101", roles: "VmNet", users: "operator@pve" });
  const plug = await client
    .as("operator")
    .call("PUT", "/nodes/pve1/qemu/101/config", { net3: "virtio,bridge=v1" });
  expect(plug.message).toBe("Permission check failed (/sdn/zones/z1/v1, SDN.Use)");
});
