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

  test("loses an address that a change does not name again", async () => {
    await says(lab, `POST ${NETWORK}`, "iface=vmbr1&type=bridge&cidr=10.0.0.1/24");
    expect(await says(lab, `PUT ${NETWORK}/vmbr1`, "type=bridge&comments=x")).toBeNull();
    const changed = await says(lab, `GET ${NETWORK}/vmbr1`);
    expect(changed).toMatchObject({ method: "manual", comments: "x" });
    expect(changed).not.toHaveProperty("cidr");
    expect(await says(lab, `DELETE ${NETWORK}/vmbr1`)).toBeNull();
    expect(await says(lab, `DELETE ${NETWORK}/vmbr1`)).toEqual({ iface: "interface does not exist" });
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
  expect(await says(lab, "POST /nodes/pve2/hosts", `data=x%0A&digest=${hosts.digest}`)).toBeNull();
  expect(await says(lab, "GET /nodes/pve2/hosts")).toMatchObject({ data: "x\n" });
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
