import { describe, expect, jest, test } from "@jest/globals";
import { radiusLines } from "../../../../kernel/plans/describe.ts";
import type { StepParams } from "../../../../sdk/steps.ts";
import { FORBIDDEN, fakeCluster, guest, holding, SILENT } from "../fake-cluster.ts";
import { kinds, radius, STATUS, textOf, told } from "./radius.ts";

describe("guests on a node", () => {
  const reboot = ["POST /nodes/{node}/status", { node: "pve1", command: "reboot" }] as const;
  const cluster = () =>
    fakeCluster({
      guests: [
        guest(100, "web1"),
        guest(101, "db1", "pve1", { status: "stopped" }),
        guest(102, "far", "pve2"),
      ],
      answers: { "/cluster/status": STATUS, "/cluster/replication": [] },
    });

  test("are counted and named, the running ones first", async () => {
    const found = await radius(...reboot, cluster());
    expect(textOf(found, "guests_on_node")).toBe("2 guests on pve1, 1 running: VM 100 (web1), VM 101 (db1)");
  });

  test("are those that stopall is limited to", async () => {
    const found = await radius("POST /nodes/{node}/stopall", { node: "pve1", vms: "101" }, cluster());
    expect(textOf(found, "guests_on_node")).toBe("1 guest on pve1, 0 running: VM 101 (db1)");
  });

  test.each<[StepParams, string]>([
    [{ vms: ["100", "102"] }, "2 guests in the cluster, 2 running: VM 100 (web1), VM 102 (far)"],
    [{}, "3 guests in the cluster, 2 running: VM 100 (web1), VM 102 (far), VM 101 (db1)"],
  ])("are those of a bulk action over the cluster", async (params, text) => {
    const found = await radius("POST /cluster/bulk-action/guest/shutdown", params, cluster());
    expect(textOf(found, "guests_on_node")).toBe(text);
  });

  test("that the account may not see are said to be unseen", async () => {
    const blind = fakeCluster({ guests: [], answers: cluster().answers });
    const found = await radius(...reboot, blind, holding());
    expect(kinds(found.affected)).not.toContain("guests_on_node");
    expect(told(found)).toContain(
      "guests_on_node: guests that the account may not see: it lacks VM.Audit on /vms",
    );
    expect(found.clear).not.toContain("guests on the node");
  });

  test("are of no concern to a guest's own change", async () => {
    const found = await radius(
      "PUT /nodes/{node}/qemu/{vmid}/config",
      { node: "pve1", vmid: 100 },
      cluster(),
    );
    expect(found).toEqual({ affected: [], unseen: [], clear: [] });
  });
});

describe("quorum", () => {
  const option = ["PUT /cluster/options", { console: "html5" }] as const;

  test("that holds is looked for and not there to tell", async () => {
    const found = await radius(...option, fakeCluster({ answers: { "/cluster/status": STATUS } }));
    expect(found).toEqual({ affected: [], unseen: [], clear: ["lack of quorum"] });
  });

  test("that is missing is told before a change of the whole cluster", async () => {
    const lost = STATUS.map((row) => ({
      ...row,
      quorate: 0,
      online: row.type === "node" && "name" in row && row.name === "pve1" ? 1 : 0,
    }));
    const found = await radius(...option, fakeCluster({ answers: { "/cluster/status": lost } }));
    expect(textOf(found, "quorum")).toMatch(
      /has no quorum.*\n1 of 3 nodes are online, with 1 of 3 votes; quorum needs 2 \(one vote.*pve2, pve3/,
    );
  });

  test("that a node takes along is told", async () => {
    const down = STATUS.map((row) => ("name" in row && row.name === "pve3" ? { ...row, online: 0 } : row));
    const cluster = fakeCluster({ answers: { "/cluster/status": down, "/cluster/replication": [] } });
    const found = await radius("POST /nodes/{node}/status", { node: "pve1", command: "shutdown" }, cluster);
    expect(textOf(found, "quorum")).toContain(
      "without pve1 1 of 3 votes are left, quorum needs 2: the cluster loses its quorum",
    );
  });

  test("is a matter of votes, not of nodes", async () => {
    const votes = ["3", "1", "1"].map((quorum_votes, index) => ({ name: `pve${index + 1}`, quorum_votes }));
    const answers = { "/cluster/status": STATUS, "/cluster/config/nodes": votes, "/cluster/replication": [] };
    const away = (node: string) =>
      radius("POST /nodes/{node}/status", { node, command: "reboot" }, fakeCluster({ answers }));
    expect(textOf(await away("pve1"), "quorum")).toContain(
      "2 of 5 votes are left, quorum needs 3: the cluster loses",
    );
    expect(textOf(await away("pve2"), "quorum")).toMatch(/4 of 5 votes are left, quorum needs 3 \(a QDevice/);
  });

  test("is none of a single node", async () => {
    const alone = [{ type: "node", name: "pve1", online: 1, ip: "192.0.2.11" }];
    const found = await radius(...option, fakeCluster({ answers: { "/cluster/status": alone } }));
    expect(found.clear).toEqual(["lack of quorum"]);
  });

  test("that cannot be read is not taken to hold", async () => {
    const found = await radius(...option, fakeCluster({ answers: { "/cluster/status": FORBIDDEN } }));
    expect(told(found)).toBe(
      "quorum: quorum (GET /cluster/status: 403 Permission check failed (/, Sys.Audit))",
    );
    expect(found.clear).toEqual([]);
  });
});

describe("the management interface", () => {
  const NETWORK = [
    {
      iface: "vmbr0",
      type: "bridge",
      address: "192.0.2.11",
      cidr: "192.0.2.11/24",
      gateway: "192.0.2.1",
      bridge_ports: "bond0.5",
    },
    { iface: "bond0", type: "bond", slaves: "eno1 eno2" },
    { iface: "bond0.5", type: "vlan", "vlan-raw-device": "bond0" },
    { iface: "eno1", type: "eth" },
    { iface: "eno2", type: "eth" },
    { iface: "vmbr1", type: "bridge", bridge_ports: "eno3" },
  ];
  const cluster = (network: unknown = NETWORK, status: unknown = STATUS) =>
    fakeCluster({
      guests: [],
      answers: { "/cluster/status": status, "/nodes/pve1/network": network, "/cluster/replication": [] },
    });

  test("is named before a network is applied", async () => {
    const found = await radius("PUT /nodes/{node}/network", { node: "pve1" }, cluster());
    expect(textOf(found, "management_interface")).toMatch(
      /192\.0\.2\.11\/24 of pve1.*: vmbr0, bond0\.5, bond0, eno2, eno1/,
    );
  });

  test.each(["vmbr0", "bond0", "bond0.5", "eno1"])("%s is part of it", async (iface) => {
    const found = await radius(
      "PUT /nodes/{node}/network/{iface}",
      { node: "pve1", iface, type: "eth" },
      cluster(),
    );
    expect(textOf(found, "management_interface")).toContain(`${iface} is part of what carries`);
  });

  test.each(["vmbr1", "eno3"])("%s is not", async (iface) => {
    const found = await radius("DELETE /nodes/{node}/network/{iface}", { node: "pve1", iface }, cluster());
    expect(found.clear).toContain("management interface");
  });

  test("is found by the gateway where the node's address is not known", async () => {
    const found = await radius("PUT /nodes/{node}/network", { node: "pve1" }, cluster(NETWORK, FORBIDDEN));
    expect(kinds(found.affected)).toContain("management_interface");
  });

  test.each([
    ["refused", FORBIDDEN],
    ["without an address", [{ iface: "eno1" }]],
  ])("that cannot be found (%s) is told", async (_what, network) => {
    const found = await radius("PUT /nodes/{node}/network", { node: "pve1" }, cluster(network));
    expect(kinds(found.unseen)).toContain("management_interface");
    expect(found.clear).not.toContain("management interface");
  });
});

describe("looking", () => {
  test("does not wait for ever: what does not answer is told", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
    try {
      // An abort signal's timeout is the runtime's own, which fake timers do not reach.
      const given = jest.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), ms);
        return controller.signal;
      });
      const cluster = fakeCluster({ answers: { "/cluster/status": SILENT } });
      const looking = radius("PUT /cluster/options", { console: "html5" }, cluster);
      while (cluster.asked.length === 0) await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(6_000);
      expect(told(await looking)).toBe("quorum: quorum (GET /cluster/status: no answer within 6 s)");
      given.mockRestore();
    } finally {
      jest.useRealTimers();
    }
  });

  test("asks what several kinds want to know once", async () => {
    const cluster = fakeCluster({
      answers: { "/cluster/status": STATUS, "/cluster/replication": [], "/nodes/pve1/network": [] },
    });
    await radius("PUT /nodes/{node}/network", { node: "pve1" }, cluster);
    expect(cluster.asked.toSorted()).toEqual([
      "/cluster/replication",
      "/cluster/status",
      "/nodes/pve1/network",
    ]);
  });

  test("a read asks nothing", async () => {
    const cluster = fakeCluster();
    expect(await radius("GET /cluster/options", {}, cluster)).toEqual({
      affected: [],
      unseen: [],
      clear: [],
    });
    expect(cluster.asked).toEqual([]);
  });
});

test("what was found, what was not there and what was not looked at are three different lines", () => {
  const lines = radiusLines({
    affected: [{ kind: "a", text: "12 guests", objects: ["VM 1", "VM 2"], total: 12 }],
    unseen: [{ kind: "b", text: "backup jobs (403)" }],
    clear: ["replication jobs"],
  });
  expect(lines).toEqual([
    "Also touched: 12 guests: VM 1, VM 2 and 10 more",
    "Could not be looked at: backup jobs (403)",
    "Looked for, none: replication jobs",
  ]);
});
