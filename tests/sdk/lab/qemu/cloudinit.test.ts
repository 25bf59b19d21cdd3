import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

const VM = "/nodes/vm/qemu/100";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start("baseline");
});
afterEach(() => client.close());

const set = (params: Readonly<Record<string, unknown>>) => client.ok("PUT", `${VM}/config`, params);
const dump = (type: string) => client.ok("GET", `${VM}/cloudinit/dump`, { type });

describe("generated cloud-init data", () => {
  test("take of name servers and domains each from the node where the VM has none", async () => {
    await set({ searchdomain: "a.test b.test" });
    expect(await dump("network")).toBe(
      [
        "version: 1",
        "config:",
        "    - type: nameserver",
        "      address:",
        "      - '192.0.2.1'",
        "      search:",
        "      - 'a.test'",
        "      - 'b.test'",
        "",
      ].join("\n"),
    );
    expect(await dump("user")).toContain("fqdn: t100.a.test b.test\n");
  });

  test("name servers alone bring no domain of the node", async () => {
    await set({ nameserver: "1.1.1.1 8.8.8.8" });
    expect(await dump("network")).toContain("      - '1.1.1.1'\n      - '8.8.8.8'\n");
    expect(await dump("user")).toContain("fqdn: t100\n");
  });

  test("of a configuration drive are those of interfaces", async () => {
    const ip = "ip=10.0.0.5/24,gw=10.0.0.1,ip6=fd00::5/64,gw6=fd00::1";
    await set({ citype: "configdrive2", ipconfig0: ip, searchdomain: "x.test" });
    expect(await dump("network")).toBe(
      [
        "auto lo",
        "iface lo inet loopback",
        "",
        "        dns_nameservers 192.0.2.1",
        "        dns_search x.test",
        "auto eth0",
        "iface eth0 inet static",
        "        address 10.0.0.5",
        "        netmask 255.255.255.0",
        "        gateway 10.0.0.1",
        "iface eth0 inet6 static",
        "        address fd00::5",
        "        netmask 64",
        "        gateway fd00::1",
        "",
      ].join("\n"),
    );
    expect(await dump("meta")).toMatch(
      /^\{\n {5}"uuid": "[0-9a-f]{40}",\n {5}"network_config": \{ "content_path": "\/content\/0000" \}\n\}\n$/,
    );
  });

  test("are of a configuration drive for Windows, unless said otherwise", async () => {
    await set({ ostype: "win11", ipconfig0: "ip=dhcp,ip6=auto" });
    expect(await dump("network")).toContain("iface eth0 inet dhcp\niface eth0 inet6 auto\n");
    await set({ citype: "nocloud" });
    expect(await dump("network")).toContain("- type: dhcp4\n      - type: ipv6_slaac\n");
  });
});

test("a gateway without an address of its own spoils the rest", async () => {
  await set({ ipconfig0: "ip=dhcp,gw=10.0.0.1,ip6=auto" });
  expect(await dump("network")).toContain("      subnets:\n    - type: nameserver\n");
  await set({ ipconfig0: "ip6=auto,gw6=fd00::1" });
  expect(await dump("network")).toContain("      subnets:\n    - type: nameserver\n");
});

describe("the cloud-init image", () => {
  const generated = "generating cloud-init ISO";

  test("is made with its drive, at each start and when told so", async () => {
    const upid = await client.ok("POST", `${VM}/config`, { ide2: "local:cloudinit" });
    expect((await client.ended(String(upid))).log.at(-2)).toBe(generated);
    expect((await client.task("POST", `${VM}/status/start`)).log).toEqual([generated, "TASK OK"]);
  });

  test("is not made for a VM without the drive", async () => {
    expect((await client.task("POST", `${VM}/status/start`)).log).toEqual(["TASK OK"]);
  });

  test("of a running VM is made when its drive comes, and with every change where that is plugged", async () => {
    await set({ hotplug: "disk,cloudinit" });
    await client.task("POST", `${VM}/status/start`);
    const upid = await client.ok("POST", `${VM}/config`, { scsi1: "local:cloudinit", ciuser: "me" });
    expect((await client.ended(String(upid))).log.at(-2)).toBe(generated);
    const later = await client.ok("POST", `${VM}/config`, { ciuser: "you" });
    expect((await client.ended(String(later))).log).toEqual([
      "update VM 100: -ciuser you",
      generated,
      "TASK OK",
    ]);
    expect(await client.rows(`${VM}/cloudinit`)).toEqual([{ key: "ciuser", value: "you" }]);
  });
});

test("what is off is not among the values of the image", async () => {
  await set({ ciupgrade: 0, ciuser: "me" });
  expect(await client.rows(`${VM}/cloudinit`)).toEqual([{ key: "ciuser", value: "me" }]);
});
