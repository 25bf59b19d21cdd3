import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";
import { says } from "./says.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await createLab({ seed: "small", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
});
afterEach(() => lab.close());

const NETWORK = "/nodes/pve1/network";

describe("a node's network", () => {
  test("takes changes, which wait until they are applied or reverted", async () => {
    const bridge = "iface=vmbr1&type=bridge&cidr=10.0.0.1/24&autostart=1";
    expect(await says(lab, `POST ${NETWORK}`, bridge)).toBeNull();
    expect(await says(lab, `POST ${NETWORK}`, bridge)).toEqual({ iface: "interface already exists" });
    const shown = { type: "bridge", cidr: "10.0.0.1/24", address: "10.0.0.1", netmask: "24" };
    expect(await says(lab, `GET ${NETWORK}/vmbr1`)).toMatchObject({ ...shown, method: "static" });
    const waiting = await ask(lab, "GET", NETWORK);
    expect(JSON.parse(waiting.body).changes).toContain("+iface vmbr1 inet static");
    expect(await says(lab, `DELETE ${NETWORK}`)).toBeNull();
    expect(await says(lab, `GET ${NETWORK}/vmbr1`)).toEqual({ iface: "interface does not exist" });

    await says(lab, `POST ${NETWORK}`, bridge);
    const upid = String(await says(lab, `PUT ${NETWORK}`, ""));
    expect(upid).toContain(":srvreload:networking:");
    expect(await lab.tasks.ended(upid)).toBe("OK");
    expect(JSON.parse((await ask(lab, "GET", NETWORK)).body)).not.toHaveProperty("changes");
    expect(await says(lab, `GET ${NETWORK}/vmbr1`)).toMatchObject({ active: 1 });
  });

  test("keeps an address that a change does not name, but no longer as static", async () => {
    await says(lab, `POST ${NETWORK}`, "iface=vmbr1&type=bridge&cidr=10.0.0.1/24&cidr6=fd00::1/64");
    expect(await says(lab, `PUT ${NETWORK}/vmbr1`, "type=bridge&comments=x&autostart=0")).toBeNull();
    const changed = await says(lab, `GET ${NETWORK}/vmbr1`);
    expect(changed).toMatchObject({ method: "manual", cidr: "10.0.0.1/24", netmask: "24", comments: "x\n" });
    expect(changed).not.toHaveProperty("cidr6");
    expect(changed).not.toHaveProperty("autostart");
    expect(await says(lab, `PUT ${NETWORK}/vmbr1`, "type=bridge&delete=address,bogus")).toBeNull();
    expect(await says(lab, `GET ${NETWORK}/vmbr1`)).toHaveProperty("cidr", "10.0.0.1/24");
    expect(await says(lab, `PUT ${NETWORK}/vmbr1`, "type=bridge&delete=cidr,comments")).toBeNull();
    expect(await says(lab, `GET ${NETWORK}/vmbr1`)).toEqual({
      ...{ type: "bridge", families: ["inet"], method: "manual", method6: "manual", priority: 8 },
      ...{ bridge_ports: "", bridge_stp: "off", bridge_fd: "0" },
    });
    expect(await says(lab, `DELETE ${NETWORK}/vmbr1`)).toBeNull();
    expect(await says(lab, `DELETE ${NETWORK}/vmbr1`)).toEqual({ iface: "interface does not exist" });
  });

  test("reads interfaces back as the file has them", async () => {
    const made = async (body: string) => {
      expect(await says(lab, `POST ${NETWORK}`, body)).toBeNull();
      return await says(lab, `GET ${NETWORK}/${new URLSearchParams(body).get("iface")}`);
    };
    const idle = { families: ["inet"], method: "manual", method6: "manual" };
    expect(
      await made(
        "iface=vmbr1&type=bridge&bridge_vlan_aware=0&mtu=1500&address=10.0.0.1&netmask=255.255.240.0",
      ),
    ).toEqual({
      ...{ type: "bridge", ...idle, method: "static", priority: 8, mtu: "1500" },
      ...{ address: "10.0.0.1", netmask: "20", cidr: "10.0.0.1/20" },
      ...{ bridge_ports: "", bridge_stp: "off", bridge_fd: "0", bridge_vlan_aware: 1, bridge_vids: "2-4094" },
    });
    expect(await made("iface=bond1&type=bond&slaves=eno3&bond_xmit_hash_policy=layer2")).toEqual({
      ...{ type: "bond", ...idle, priority: 7, slaves: "eno3", bond_mode: "balance-rr", bond_miimon: "100" },
    });
    expect(await says(lab, `GET ${NETWORK}/eno3`)).toMatchObject({ autostart: 1 });
    expect(await made("iface=vmbr0.5&type=vlan&autostart=1")).toMatchObject({
      ...{ type: "vlan", "vlan-raw-device": "vmbr0", "vlan-id": "5", exists: null, autostart: 1 },
    });
    expect(await made("iface=vlan7&type=vlan&vlan-raw-device=eno3")).toMatchObject({
      "vlan-id": "7",
      exists: 1,
    });
    expect(await says(lab, `GET ${NETWORK}/lo`)).toMatchObject({ type: "loopback", method: "loopback" });
    expect(await says(lab, `GET ${NETWORK}`)).not.toContainEqual(expect.objectContaining({ iface: "lo" }));
  });

  test("still has a card whose section was deleted", async () => {
    expect(await says(lab, `DELETE ${NETWORK}/eno3`)).toBeNull();
    const card = { type: "eth", families: ["inet"], method: "manual", method6: "manual", exists: 1 };
    expect(await says(lab, `GET ${NETWORK}/eno3`)).toEqual(card);
    const inUse = "500 bond 'bond0' - wrong interface type on slave 'eno1' ('' != 'eth or bond')";
    expect(await says(lab, `DELETE ${NETWORK}/eno1`)).toBe(inUse);
  });

  test("shows bridges to those who may use them", async () => {
    const names = async (type: string): Promise<readonly string[]> => {
      const { data } = await ask(lab, "GET", `${NETWORK}?type=${type}`, { as: "operator" });
      return (data as readonly { iface: string }[]).map(({ iface }) => iface);
    };
    expect(await names("include_sdn")).toEqual(["eno1", "eno2", "eno3", "bond0"]);
    expect(await names("bridge")).toEqual([]);
    await says(
      lab,
      "PUT /access/acl",
      "path=/sdn/zones/localnetwork/vmbr0/5&users=operator@pve&roles=PVESDNUser",
    );
    expect(await names("bridge")).toEqual(["vmbr0"]);
  });

  test.each([
    [
      "iface=vmbr1&type=bridge&gateway=10.0.0.9",
      { gateway: "Default gateway already exists on interface 'vmbr0'." },
    ],
    [
      "iface=vmbr1&type=bridge&cidr=10.0.0.1/24&address=10.0.0.1&netmask=255.255.255.0",
      { address: "address conflicts with cidr" },
    ],
    [
      "iface=vmbr1&type=bridge&bridge_ports=eno1",
      { bridge_ports: "eno1 is already used on interface 'bond0'." },
    ],
    [
      "iface=vmbr1&type=bridge&cidr6=ff02::1/64",
      { address: "ff02::1 with type 'MULTICAST', cannot be used as host IPv6 address." },
    ],
    ["iface=vmbr1&type=bridge&bridge_ports=no", "500 bridge 'vmbr1' - unable to find bridge port 'no'"],
    [
      "iface=vmbr1&type=bridge&bridge_ports=eno3&mtu=9000",
      "500 interface 'eno3' - mtu 1500 is lower than 'vmbr1' - mtu 9000",
    ],
    [
      "iface=bond1&type=bond&slaves=vmbr0",
      "500 bond 'bond1' - wrong interface type on slave 'vmbr0' ('bridge' != 'eth or bond')",
    ],
    ["iface=no.5&type=vlan", "500 vlan 'no.5' - unable to find parent 'no'"],
    ["iface=eno3.4095&type=vlan", "500 vlan 'eno3.4095' - vlan-id 4095 should be <= 4094"],
    ["iface=vlan5&type=vlan", expect.stringMatching(/^500 missing vlan-raw-device option at /)],
    ["iface=vmbr1&type=OVSBridge", "500 Open VSwitch is not installed (need package 'openvswitch-switch')"],
  ])("refuses %s", async (body, answer) => {
    expect(await says(lab, `POST ${NETWORK}`, body)).toEqual(answer);
  });
});

test("a node's names and time zone are kept", async () => {
  const hosts = (await says(lab, "GET /nodes/pve2/hosts")) as { data: string; digest: string };
  expect(hosts.data).toContain("192.0.2.12 pve2");
  const stale = `data=x&digest=${"0".repeat(40)}`;
  expect(await says(lab, "POST /nodes/pve2/hosts", stale)).toContain("detected modified configuration");
  expect(await says(lab, "POST /nodes/pve2/hosts", `data=::1%20x%0A&digest=${hosts.digest}`)).toBeNull();
  expect(await says(lab, "GET /nodes/pve2/hosts")).toMatchObject({ data: "::1 x\n" });
  expect(await says(lab, "PUT /nodes/pve2/time", "timezone=Mars/Base")).toEqual({
    timezone: "No such timezone",
  });
  expect(await says(lab, "PUT /nodes/pve2/time", "timezone=Europe/Vienna")).toBeNull();
  expect(await says(lab, "GET /nodes/pve2/time")).toMatchObject({ timezone: "Europe/Vienna" });
});

test.each([
  ["/nodes/pve1/rrddata?timeframe=hour", { cpu: expect.any(Number), memtotal: expect.any(Number) }],
  ["/nodes/pve1/storage/nfs/rrddata?timeframe=day", { total: expect.any(Number), used: expect.any(Number) }],
  ["/nodes/pve1/netstat", { vmid: "101", dev: "net0" }],
  ["/nodes/pve1/syslog", { n: 1, t: expect.stringContaining("pve1") }],
  ["/nodes/pve1/certificates/info", { filename: "pve-ssl.pem", notafter: expect.any(Number) }],
  ["/nodes/pve1/hardware/pci", { id: "0000:01:00.0", vendor: "0x10de" }],
  ["/nodes/pve1/hardware/usb", { busnum: 1, port: 1, vendid: "0951" }],
  ["/nodes/pve1/capabilities/qemu/cpu", { name: "host", custom: 0, vendor: "default" }],
  ["/nodes/pve1/capabilities/qemu/machines", { type: "q35", id: expect.stringContaining("pc-q35-") }],
])("GET %s has what it is read for", async (path, entry) => {
  expect(await says(lab, `GET ${path}`)).toContainEqual(expect.objectContaining(entry));
});
