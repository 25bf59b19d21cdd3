import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const SDN = "/cluster/sdn";
const MAC = "BC:24:11:00:00:01";
const NOWHERE = /^can't find any subnet for ip 10\.7\.0\.5 at /;

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
  await client.ok("POST", `${SDN}/zones`, { zone: "z1", type: "simple", ipam: "pve", dhcp: "dnsmasq" });
  await client.ok("POST", `${SDN}/vnets`, { vnet: "v1", zone: "z1" });
  await client.ok("POST", `${SDN}/vnets/v1/subnets`, {
    ...{ type: "subnet", subnet: "10.9.0.0/24", gateway: "10.9.0.1" },
  });
});
afterEach(() => client.close());

async function ips(method: string, params: Record<string, unknown>, vnet = "v1"): Promise<string> {
  return (await client.call(method, `${SDN}/vnets/${vnet}/ips`, { zone: "z1", ...params })).message;
}

test("addresses are given once, in networks that are applied", async () => {
  expect(await client.rows(`${SDN}/ipams/pve/status`)).toEqual([]);
  expect(await ips("POST", { ip: "10.9.0.5", mac: MAC })).toContain("can't find any subnet");
  await client.task("PUT", SDN);
  const gateway = { zone: "z1", vnet: "v1", subnet: "10.9.0.0/24", ip: "10.9.0.1", gateway: 1 };
  expect(await client.rows(`${SDN}/ipams/pve/status`)).toEqual([gateway]);
  await client.ok("POST", `${SDN}/vnets/v1/ips`, { zone: "z1", ip: "10.9.0.5", mac: MAC });
  expect(await ips("POST", { ip: "10.9.0.5", mac: MAC })).toBe("IP '10.9.0.5' already exist");
  expect(await ips("POST", { ip: "10.7.0.5", mac: MAC })).toMatch(NOWHERE);
  expect(await ips("POST", { ip: "10.7.0.5", mac: MAC }, "v9")).toBe("no sdn zone ID specified");
  await client.ok("PUT", `${SDN}/vnets/v1/ips`, { zone: "z1", ip: "10.9.0.6", mac: MAC, vmid: 100 });
  expect(await client.rows(`${SDN}/ipams/pve/status`)).toContainEqual({
    ...{ zone: "z1", vnet: "v1", subnet: "10.9.0.0/24", ip: "10.9.0.6", mac: MAC, vmid: "100" },
  });
});

test("a subnet stays while addresses of it are given away; its gateway alone does not hold it", async () => {
  await client.task("PUT", SDN);
  await client.ok("POST", `${SDN}/vnets/v1/ips`, { zone: "z1", ip: "10.9.0.5" });
  const subnet = `${SDN}/vnets/v1/subnets/z1-10.9.0.0-24`;
  expect((await client.call("DELETE", subnet)).message).toBe(
    "delete sdn subnet object failed: cannot delete subnet '10.9.0.0/24', not empty",
  );
  await client.ok("PUT", subnet, { gateway: "10.9.0.2" });
  await client.ok("DELETE", `${SDN}/vnets/v1/ips?zone=z1&ip=10.9.0.5`);
  await client.ok("DELETE", subnet);
  expect((await client.call("DELETE", subnet)).message).toContain("zone '' doesn't exist in IPAM DB");
});

test("a range of addresses is refused where it is none", async () => {
  const add = async (range: string) =>
    client.call("POST", `${SDN}/vnets/v1/subnets`, {
      ...{ type: "subnet", subnet: "10.8.0.0/24", "dhcp-range": range },
    });
  expect((await add("start-address=10.8.0.1")).errors).toEqual({
    "dhcp-range[0]": expect.stringContaining("end-address: property is missing"),
  });
  expect((await add("start-address=x,end-address=y")).message).toContain("start-address is not a valid IP x");
});
