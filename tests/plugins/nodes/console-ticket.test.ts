import { describe, expect, test } from "@jest/globals";
import { consoleTicket } from "../../../plugins/nodes/console-ticket.ts";
import { networkList } from "../../../plugins/nodes/network-list.ts";
import { codeOf, fakeNode, fakeReader, fakeVm, pageOf, planOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  guests: [
    fakeVm({ vmid: 100, name: "web" }),
    fakeVm({ vmid: 101, name: "idle" }),
    fakeVm({ vmid: 102, name: "serial" }),
    fakeVm({ vmid: 200, name: "ct", kind: "lxc" }),
  ],
  nodes: [fakeNode("pve1")],
  answers: {
    "GET /nodes/{node}/qemu/{vmid}/status/current": ({ vmid }: { vmid: number }) => ({
      status: vmid === 101 ? "stopped" : "running",
    }),
    "GET /nodes/{node}/lxc/{vmid}/status/current": { status: "running" },
    "GET /nodes/{node}/qemu/{vmid}/config": ({ vmid }: { vmid: number }) =>
      vmid === 102 ? { serial0: "socket" } : {},
    "GET /nodes/{node}/network": ({ type }: { type?: string }) => [
      {
        iface: "vmbr0",
        type: type ?? "bridge",
        active: 1,
        cidr: "192.0.2.1/24",
        bridge_ports: "eno1",
        comments: "up\n",
      },
      { iface: "vlan5", type: "vlan", "vlan-raw-device": "bond0", "vlan-id": 5 },
    ],
  },
});

describe("opening a console", () => {
  test.each([
    [{ vmid: 100 }, "/nodes/{node}/qemu/{vmid}/vncproxy", { websocket: true }],
    [{ vmid: 102, type: "terminal" }, "/nodes/{node}/qemu/{vmid}/termproxy", {}],
    [{ vmid: "ct", type: "vnc" }, "/nodes/{node}/lxc/{vmid}/vncproxy", { websocket: true }],
    [{ vmid: 200, type: "terminal" }, "/nodes/{node}/lxc/{vmid}/termproxy", {}],
  ])("%j", async (input, path, params) => {
    const steps = await planOf(consoleTicket, input, reader);
    expect(steps).toMatchObject([{ method: "POST", path, params: { node: "pve1", ...params } }]);
  });

  test.each([{ vmid: 101 }, { vmid: 100, type: "terminal" }])("%j has none", async (input) => {
    expect(await codeOf(planOf(consoleTicket, input, reader))).toBe("conflict");
  });

  test("hands over the ticket and the socket, and says where the page is", () => {
    const handed = consoleTicket.handOver?.(
      { ticket: "PVEVNC:1::a+b=", port: "5901", user: "root@pam", upid: "UPID:x" },
      {
        path: "/nodes/{node}/lxc/{vmid}/termproxy",
        params: { node: "pve1", vmid: 200 },
        origin: "https://pve.test:8006",
      },
    );
    expect(handed?.secrets).toEqual({
      ticket: "PVEVNC:1::a+b=",
      websocket:
        "wss://pve.test:8006/api2/json/nodes/pve1/lxc/200/vncwebsocket?port=5901&vncticket=PVEVNC%3A1%3A%3Aa%2Bb%3D",
    });
    expect(handed?.record.fields).toMatchObject({
      port: 5901,
      page: "https://pve.test:8006/?console=lxc&xtermjs=1&vmid=200&node=pve1",
    });
    expect(JSON.stringify(handed?.record)).not.toContain("PVEVNC");
  });
});

test("interfaces are listed with addresses, ports and VLANs", async () => {
  const { rows } = await pageOf(networkList, { node: "pve1" }, reader);
  expect(rows).toMatchObject([
    { iface: "vlan5", vlan: "5 on bond0" },
    { iface: "vmbr0", type: "bridge", active: true, ipv4: "192.0.2.1/24", ports: "eno1", comment: "up" },
  ]);
  const some = await pageOf(networkList, { node: "pve1", type: "any_bridge" }, reader);
  expect(some.rows).toContainEqual(expect.objectContaining({ iface: "vmbr0", type: "any_bridge" }));
});
