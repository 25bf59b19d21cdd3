import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const CLUSTER = "/cluster/firewall";
const VM = "/nodes/pve1/qemu/101/firewall";
let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

async function refused(path: string, rule: Record<string, unknown>): Promise<unknown> {
  const { status, errors } = await client.call("POST", `${path}/rules`, { action: "ACCEPT", ...rule });
  return { status, ...errors };
}

describe("rules", () => {
  test("may refer to what the cluster defines, and show it when it is gone", async () => {
    await client.ok("POST", `${CLUSTER}/aliases`, { name: "Web", cidr: "192.0.2.7/32" });
    await client.ok("POST", `${VM}/rules`, { type: "in", action: "ACCEPT", source: "dc/web" });
    expect(await client.rows(`${VM}/rules`)).toMatchObject([{ source: "dc/web", ipversion: 4 }]);
    expect(await client.fields(`${CLUSTER}/aliases/web`)).toMatchObject({ name: "Web", cidr: "192.0.2.7" });
    await client.ok("DELETE", `${CLUSTER}/aliases/WEB`);
    expect(await client.rows(`${VM}/rules`)).toMatchObject([
      { source: "dc/web", errors: { source: "no such alias 'dc/web'" } },
    ]);
  });

  test("are checked as the level takes them", async () => {
    const sdn = "/cluster/sdn";
    await client.ok("POST", `${sdn}/zones`, { zone: "z1", type: "simple" });
    await client.ok("POST", `${sdn}/vnets`, { vnet: "v1", zone: "z1" });
    const vnet = `${sdn}/vnets/v1/firewall`;
    expect((await client.call("GET", `${vnet}/rules`)).message).toMatch(/^invalid vnet specified at /);
    expect(await client.task("PUT", sdn)).toMatchObject({ exitstatus: "OK" });
    expect(await refused(vnet, { type: "in" })).toEqual({
      status: 400,
      type: "invalid rule type 'in' for rule_env 'vnet'",
    });
    expect(await refused(vnet, { type: "forward", action: "REJECT" })).toEqual({
      status: 400,
      action: "cannot define REJECT rules on forward chain",
    });
    expect(await refused(VM, { type: "in", iface: "eth0" })).toEqual({
      status: 400,
      iface: "value does not match the regex pattern 'net\\d+'",
    });
    await client.ok("POST", `${CLUSTER}/groups`, { group: "Front" });
    const inGroup = { type: "in", action: "ACCEPT", iface: "net0" };
    expect((await client.call("POST", `${CLUSTER}/groups/front`, inGroup)).errors).toEqual({
      type: "parameter -i not allowed for this rule type",
    });
  });

  test.each([
    [
      { type: "in", macro: "ssh", proto: "udp" },
      { proto: "parameter 'proto' already define in macro (value = 'tcp')" },
    ],
    [
      { type: "in", proto: "icmp", dport: "echo-request,80" },
      { dport: "invalid format - ICMP ports not allowed in port range\n" },
    ],
    [{ type: "in", proto: "gre", dport: "80" }, { dport: "protocol 'gre' does not support ports" }],
    [{ type: "in", proto: "tcp", dport: "nosuch" }, { dport: "invalid format - invalid port 'nosuch'\n" }],
    [{ type: "in", proto: "tcp", dport: "echo-request" }, { dport: "invalid port 'echo-request'" }],
    [
      { type: "in", sport: "echo-request", dest: "10.0.0.9-10.0.0.1" },
      {
        sport: "invalid format - invalid port 'echo-request'\n",
        dest: "invalid format - invalid IP address: Begin address is greater than End address 10.0.0.9 - 10.0.0.1\n",
      },
    ],
    [
      { type: "in", source: "10.0.0.1,fe80::1" },
      { source: expect.stringContaining("detected mixed ipv4/ipv6") },
    ],
    [
      { type: "in", source: "10.0.0.1-10.0.0.9,10.1.0.1" },
      { source: "invalid format - you can't use a range in a list\n" },
    ],
    [
      { type: "in", source: "10.0.0.1", dest: "fe80::1" },
      { dest: "detected mixed ipv4/ipv6 addresses in rule" },
    ],
    [
      { type: "in", source: "10.0.0.300" },
      { source: expect.stringMatching(/^invalid format - invalid IP address: /) },
    ],
    [
      { type: "in", proto: "icmp", "icmp-type": "nope" },
      { "icmp-type": "invalid format - invalid icmp-type value 'nope'\n" },
    ],
    [
      { type: "in", proto: "icmp", "icmp-type": "packet-too-big" },
      { "icmp-type": "invalid icmp-type 'packet-too-big' for proto 'icmp'" },
    ],
  ])("refuse %j", async (rule, errors) => {
    expect(await refused(CLUSTER, rule)).toEqual({ status: 400, ...errors });
  });

  test("keep the macro in its own spelling, and take values away by a dash", async () => {
    await client.ok("POST", `${CLUSTER}/rules`, { type: "in", action: "DROP", macro: "ssh", comment: " a " });
    expect(await client.rows(`${CLUSTER}/rules`)).toMatchObject([{ macro: "SSH", comment: "a", enable: 0 }]);
    await client.ok("PUT", `${CLUSTER}/rules/0`, { macro: "-", enable: 1 });
    expect(await client.rows(`${CLUSTER}/rules`)).toEqual([
      { type: "in", action: "DROP", comment: "a", enable: 1, pos: 0, digest: expect.any(String) },
    ]);
    expect((await client.call("PUT", `${CLUSTER}/rules/0`, { delete: "action" })).errors).toEqual({
      delete: "unable to delete required property 'action'",
    });
  });

  test("of other levels follow a group to its new name", async () => {
    await client.ok("POST", `${CLUSTER}/groups`, { group: "front" });
    for (const path of [CLUSTER, VM, "/nodes/pve1/firewall"])
      await client.ok("POST", `${path}/rules`, { type: "group", action: "front" });
    await client.ok("POST", `${CLUSTER}/groups`, { group: "edge", rename: "front" });
    for (const path of [CLUSTER, VM, "/nodes/pve1/firewall"])
      expect(await client.rows(`${path}/rules`)).toMatchObject([{ action: "edge" }]);
    expect(await client.rows("/nodes/pve2/firewall/rules")).toEqual([]);
  });
});

describe("guests", () => {
  test("take their firewall along when cloned, and lose it when destroyed", async () => {
    const source = "/nodes/pve1/qemu/101";
    await client.ok("POST", `${source}/firewall/ipset`, { name: "admins" });
    await client.ok("PUT", `${source}/firewall/options`, { enable: 1 });
    await client.task("POST", `${source}/clone`, { newid: 950, full: 1 });
    const copy = "/nodes/pve1/qemu/950/firewall";
    await client.ok("POST", `${copy}/ipset/admins`, { cidr: "192.0.2.1" });
    expect(await client.fields(`${copy}/options`)).toMatchObject({ enable: 1 });
    expect(await client.rows(`${source}/firewall/ipset/admins`)).toEqual([]);
    await client.task("DELETE", "/nodes/pve1/qemu/950");
    expect(await client.rows(`${copy}/ipset`)).toEqual([]);
  });

  test("need rights on the guest alone", async () => {
    await client.ok("POST", "/access/roles", { roleid: "Net", privs: "VM.Audit,VM.Config.Network" });
    await client.ok("PUT", "/access/acl", { path: "/vms/101", roles: "Net", users: "operator@pve" });
    client.as("operator");
    expect((await client.call("POST", `${VM}/aliases`, { name: "aa", cidr: "10.0.0.1" })).status).toBe(200);
    expect((await client.call("GET", `${CLUSTER}/aliases`)).status).toBe(403);
    expect(await client.rows(`${VM}/refs`, { type: "alias" })).toEqual([
      { type: "alias", name: "aa", ref: "aa", scope: "guest" },
    ]);
  });
});

test("a firewall that was switched on for a try goes off again", async () => {
  await client.ok("PUT", `${CLUSTER}/options`, { enable: 2 });
  expect(Number((await client.fields(`${CLUSTER}/options`)).enable)).toBeGreaterThan(1_000_000);
  client.lab.state.firewall.cluster.options.set("enable", 1_000_000);
  expect(await client.fields(`${CLUSTER}/options`)).toMatchObject({ enable: 0 });
});

test("sets take networks in their plain form, once, and aliases by their level", async () => {
  await client.ok("POST", `${VM}/ipset`, { name: "set1", comment: "c" });
  const add = async (cidr: string) => (await client.call("POST", `${VM}/ipset/set1`, { cidr })).errors;
  await client.ok("POST", `${VM}/ipset/set1`, { cidr: "10.1.2.3/8" });
  expect(await add("10.9.9.9/8")).toEqual({ cidr: "address '10.0.0.0/8' already exists" });
  expect(await add("10.0.0.0/33")).toEqual({ cidr: "invalid format - Invalid prefix length /33\n" });
  expect((await client.call("POST", `${VM}/ipset/set1`, { cidr: "guest/web" })).message).toBe(
    "no such alias 'web'",
  );
  await client.ok("POST", `${VM}/aliases`, { name: "web", cidr: "192.0.2.7" });
  await client.ok("POST", `${VM}/ipset/set1`, { cidr: "guest/web" });
  await client.ok("POST", `${VM}/ipset`, { name: "Set1" });
  expect(await client.rows(`${VM}/ipset`)).toMatchObject([{ name: "set1", comment: "c" }]);
  expect(await client.rows(`${VM}/ipset/set1`)).toMatchObject([
    { cidr: "10.0.0.0/8" },
    { cidr: "guest/web" },
  ]);
});
