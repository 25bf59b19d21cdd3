import { afterEach, beforeEach, expect, test } from "@jest/globals";
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

test("only who holds the lock changes networks", async () => {
  const token = await client.ok("POST", `${SDN}/lock`);
  const zone = { zone: "z1", type: "simple" };
  for (const [method, path, what] of [
    ["POST", "/lock", "could not acquire lock for SDN config"],
    ["PUT", "", "could not commit SDN config"],
    ["POST", "/rollback", "could not rollback SDN configuration"],
    ["DELETE", "/lock", "could not release lock"],
    ["DELETE", "/zones/z1", "delete sdn zone object failed"],
  ] as const)
    expect(await refusal(method, path)).toMatch(new RegExp(`^${what}: invalid lock token provided! at `));
  expect(await refusal("POST", "/zones", { ...zone, "lock-token": "wrong" })).toContain("invalid lock token");
  await client.ok("POST", `${SDN}/zones`, { ...zone, "lock-token": token });
  await client.ok("POST", `${SDN}/vnets`, { vnet: "v1", zone: "z1", "lock-token": token });
  await client.task("PUT", SDN, { "lock-token": token });
  expect(await refusal("PUT", "/zones/z1", { mtu: 1400 })).toContain("invalid lock token");
  await client.ok("POST", `${SDN}/rollback`, { "lock-token": token, "release-lock": 1 });
  await client.ok("PUT", `${SDN}/zones/z1`, { mtu: 1400 });
});

test("is not to be had while changes are not applied, unless they are allowed", async () => {
  await client.ok("POST", `${SDN}/zones`, { zone: "z1", type: "simple" });
  expect(await refusal("POST", "/lock")).toContain("configuration has pending changes");
  await client.ok("POST", `${SDN}/lock`, { "allow-pending": 1 });
  await client.ok("DELETE", `${SDN}/lock?force=1`);
  await client.task("PUT", SDN);
  await client.ok("POST", `${SDN}/lock`);
});

test("a server of addresses or names is asked before it is kept", async () => {
  const url = "http://127.0.0.1:8081/api";
  expect(await refusal("POST", "/dns", { dns: "d1", type: "powerdns", url, key: "k" })).toBe(
    "create sdn dns object failed: dns api error: Invalid response from server: " +
      "500 Can't connect to 127.0.0.1:8081 (Connection refused)",
  );
  const ipam = { ipam: "nb", type: "netbox", token: "t" };
  expect(await refusal("POST", "/ipams", { ...ipam, url: "https://localhost/" })).toContain(
    "Can't connect to netbox api: Invalid response from server: 500 Can't connect to localhost:443 (",
  );
  await client.ok("POST", `${SDN}/ipams`, { ...ipam, url: "https://ipam.example/" });
});

test("an IPAM or DNS server that is not there cannot be deleted, nor can the built-in one", async () => {
  expect(await refusal("DELETE", "/ipams/none")).toBe(
    "delete sdn zone object failed: sdn 'none' does not exist",
  );
  expect(await refusal("DELETE", "/dns/none")).toContain("sdn 'none' does not exist");
  await client.ok("DELETE", `${SDN}/ipams/pve`);
  expect(await client.rows(`${SDN}/ipams`)).toMatchObject([{ ipam: "pve" }]);
});
