import { describe, expect, jest, test } from "@jest/globals";
import type { Plan } from "../../../kernel/call/types.ts";
import { blastRadius } from "../../../kernel/plans/blast-radius/blast-radius.ts";
import { radiusLines } from "../../../kernel/plans/describe.ts";
import type { BlastRadius } from "../../../kernel/plans/types.ts";
import type { Held } from "../../../kernel/privileges/held.ts";
import type { StepParams } from "../../../sdk/steps.ts";
import {
  accessTo,
  type FakeCluster,
  FORBIDDEN,
  fakeCluster,
  guest,
  holding,
  NOT_IMPLEMENTED,
  SEES_ALL,
  SILENT,
} from "./fake-cluster.ts";
import { planOf, stepOf } from "./fixture.ts";

const STATUS = [
  { type: "cluster", quorate: 1, nodes: 3 },
  ...["pve1", "pve2", "pve3"].map((name, index) => ({
    type: "node",
    name,
    online: 1,
    ip: `192.0.2.1${index + 1}`,
  })),
];
const DESTROY = "DELETE /nodes/{node}/qemu/{vmid}";

async function plan(key: string, params: StepParams, cluster: FakeCluster): Promise<Plan> {
  const guests = cluster.guests
    .filter(({ vmid }) => vmid === Number(params.vmid))
    .map(({ kind, vmid, name, node }) => ({ kind, vmid, name, node }));
  return planOf([await stepOf(key, params)], { guests });
}

async function radius(
  key: string,
  params: StepParams,
  cluster: FakeCluster,
  held: Held | "unreadable" = SEES_ALL,
): Promise<BlastRadius> {
  return blastRadius(await plan(key, params, cluster), {
    access: accessTo(cluster),
    signal: new AbortController().signal,
    held: Promise.resolve(held === "unreadable" ? undefined : held),
  });
}

const kinds = (found: readonly { kind: string }[]) => found.map(({ kind }) => kind);
const told = ({ unseen }: BlastRadius) => unseen.map(({ kind, text }) => `${kind}: ${text}`).join("\n");
const textOf = ({ affected }: BlastRadius, kind: string) =>
  affected
    .filter((one) => one.kind === kind)
    .map(({ text, objects }) => `${text}: ${objects.join(", ")}`)
    .join("\n");

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
      /has no quorum.*\n1 of 3 nodes are online, quorum needs 2.*pve2, pve3/,
    );
  });

  test("that a node takes along is told", async () => {
    const down = STATUS.map((row) => ("name" in row && row.name === "pve3" ? { ...row, online: 0 } : row));
    const cluster = fakeCluster({ answers: { "/cluster/status": down, "/cluster/replication": [] } });
    const found = await radius("POST /nodes/{node}/status", { node: "pve1", command: "shutdown" }, cluster);
    expect(textOf(found, "quorum")).toContain(
      "without pve1 1 of 3 nodes are online, quorum needs 2: the cluster loses its quorum",
    );
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

describe("members of a pool", () => {
  const MEMBERS = {
    members: [
      { type: "qemu", vmid: 100, name: "web1" },
      { type: "storage", storage: "nfs" },
    ],
  };
  const cluster = (members: unknown = MEMBERS) =>
    fakeCluster({ answers: { "/pools/dev": members, "/cluster/status": STATUS, "/cluster/backup": [] } });

  test.each<[string, StepParams]>([
    ["DELETE /pools", { poolid: "dev" }],
    ["PUT /pools", { poolid: "dev", comment: "x" }],
    ["PUT /pools/{poolid}", { poolid: "dev", comment: "x" }],
    ["PUT /access/acl", { path: "/pool/dev", roles: "PVEAuditor", users: "a@pve" }],
  ])("are named for %s", async (key, params) => {
    expect(textOf(await radius(key, params, cluster()), "pool_members")).toBe(
      "pool dev has 2 members: VM 100 (web1), storage nfs",
    );
  });

  test("that cannot be read are told", async () => {
    const found = await radius("DELETE /pools", { poolid: "dev" }, cluster(FORBIDDEN));
    expect(told(found)).toContain("pool_members: members of pool dev (GET /pools/dev: 403");
  });

  test("are none of a pool that is made", async () => {
    const found = await radius("POST /pools", { poolid: "dev" }, cluster());
    expect(kinds(found.affected)).not.toContain("pool_members");
  });
});

describe("users of a storage", () => {
  const storage = (node: string, shared: boolean, status = "available") => ({
    storage: "data",
    node,
    shared,
    status,
    content: ["images"],
  });
  const disk = (vmid: number) => ({ volid: `data:vm-${vmid}-disk-0`, content: "images", vmid });
  const remove = ["DELETE /storage/{storage}", { storage: "data" }] as const;
  const base = { "/cluster/status": STATUS, "/cluster/backup": [] };

  test("of a shared one are found by one list", async () => {
    const cluster = fakeCluster({
      storages: [storage("pve1", true), storage("pve2", true)],
      answers: {
        ...base,
        "/nodes/pve1/storage/data/content": [
          disk(100),
          disk(100),
          disk(7),
          { volid: "data:iso/a.iso", content: "iso" },
        ],
      },
    });
    const found = await radius(...remove, cluster);
    expect(textOf(found, "storage_users")).toBe(
      "2 guests have disks on storage data: 7, 100 (web1)\nstorage data holds 1 other volume (backups, images, templates): data:iso/a.iso",
    );
    expect(found.unseen).toEqual([]);
    expect(cluster.asked.filter((path) => path.endsWith("/content"))).toHaveLength(1);
  });

  test("of a local one are asked node by node; a node that is down, refuses or is silent is named", async () => {
    const cluster = fakeCluster({
      nodes: [
        { node: "pve1", status: "online" },
        { node: "pve2", status: "online" },
        { node: "pve3", status: "offline" },
      ],
      storages: ["pve1", "pve2", "pve3"].map((node) => storage(node, false)),
      answers: {
        ...base,
        "/nodes/pve1/storage/data/content": [disk(100)],
        "/nodes/pve2/storage/data/content": FORBIDDEN,
      },
    });
    const found = await radius(...remove, cluster);
    expect(textOf(found, "storage_users")).toContain("1 guest has disks");
    expect(told(found)).toMatch(/volumes on storage data \(GET \/nodes\/pve2.*403/);
    expect(told(found)).toContain("of pve3, where it is not to be reached");
  });

  test("that no node shows are not taken to be none", async () => {
    const found = await radius(...remove, fakeCluster({ answers: base }));
    expect(told(found)).toContain("volumes on storage data, which no node shows");
  });

  test("may be hidden from the account, which is told", async () => {
    const cluster = fakeCluster({
      storages: [storage("pve1", true)],
      answers: { ...base, "/nodes/pve1/storage/data/content": [] },
    });
    expect(told(await radius(...remove, cluster, holding("Datastore.Audit")))).toContain(
      "it lacks Datastore.Allocate on /storage/data or VM.Config.Disk on /vms",
    );
    expect(told(await radius(...remove, cluster, "unreadable"))).toContain(
      "its permissions could not be read",
    );
  });

  test("on many nodes are asked of some, and the rest is said", async () => {
    const nodes = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const cluster = fakeCluster({
      nodes: nodes.map((node) => ({ node, status: "online" })),
      storages: nodes.map((node) => storage(node, false)),
      answers: {
        ...base,
        ...Object.fromEntries(nodes.map((node) => [`/nodes/${node}/storage/data/content`, []])),
      },
    });
    const found = await radius(...remove, cluster);
    expect(told(found)).toContain("of 4 more nodes: only 8 are asked");
    expect(cluster.asked.filter((path) => path.endsWith("/content"))).toHaveLength(8);
  });
});

describe("what a guest that goes leaves behind", () => {
  const template = (answers: Record<string, unknown> = {}) =>
    fakeCluster({
      guests: [guest(900, "debian", "pve1", { template: true })],
      storages: [{ storage: "data", node: "pve1", shared: false, status: "available", content: ["images"] }],
      answers: {
        "/nodes/pve1/qemu/900/config": {
          scsi0: "data:base-900-disk-0,size=4G",
          net0: "virtio,bridge=vmbr0",
          digest: "a",
        },
        "/nodes/pve1/storage/data/content": [
          { volid: "data:base-900-disk-0", vmid: 900 },
          { volid: "data:base-900-disk-0/vm-101-disk-0", vmid: 101 },
          { volid: "data:102/vm-102-disk-0.qcow2", parent: "../900/base-900-disk-0.qcow2", vmid: 102 },
          { volid: "data:vm-103-disk-0", vmid: 103 },
          { volid: "data:base-9001-disk-0/vm-104-disk-0", vmid: 104 },
        ],
        "/cluster/ha/resources": [],
        "/cluster/ha/rules": [],
        "/cluster/replication": [],
        "/cluster/backup": [],
        ...answers,
      },
    });
  const destroy = [DESTROY, { node: "pve1", vmid: 900 }] as const;

  test("linked clones of a template are named", async () => {
    const found = await radius(...destroy, template());
    expect(textOf(found, "linked_clones")).toBe(
      "2 linked clones rest on the disks of template 900: 101, 102",
    );
    expect(found.unseen).toEqual([]);
  });

  test.each([
    ["the configuration", "/nodes/pve1/qemu/900/config"],
    ["the storage", "/nodes/pve1/storage/data/content"],
  ])("linked clones are not taken to be none where %s cannot be read", async (_what, path) => {
    const found = await radius(...destroy, template({ [path]: FORBIDDEN }));
    expect(kinds(found.unseen)).toContain("linked_clones");
    expect(found.clear).not.toContain("linked clones of the template");
  });

  test("HA resources, rules, replication and backup jobs that name it are told", async () => {
    const found = await radius(
      ...destroy,
      template({
        "/cluster/ha/resources": [{ sid: "vm:900", state: "started" }, { sid: "vm:901" }],
        "/cluster/ha/rules": [
          { rule: "apart", resources: "vm:900,vm:901" },
          { rule: "other", resources: "ct:900" },
        ],
        "/cluster/replication": [
          { id: "900-0", guest: 900, target: "pve2" },
          { id: "901-0", guest: 901 },
        ],
        "/cluster/backup": [
          { id: "nightly", vmid: "100,900", schedule: "02:00" },
          { id: "other", vmid: "9000" },
          { id: "all", all: 1 },
        ],
      }),
    );
    expect(textOf(found, "ha")).toMatch(
      /HA manages 1 guest.*VM 900 \(debian\), wanted started\n1 HA rule names.*: apart$/,
    );
    expect(textOf(found, "replication")).toBe("1 replication job concerns this: 900-0 (guest 900 to pve2)");
    expect(textOf(found, "backup_jobs")).toBe("1 backup job names it: nightly (02:00)");
  });

  test.each([
    ["ha", "/cluster/ha/resources", FORBIDDEN],
    ["ha", "/cluster/ha/rules", NOT_IMPLEMENTED],
    ["replication", "/cluster/replication", FORBIDDEN],
    ["backup_jobs", "/cluster/backup", FORBIDDEN],
  ])("%s that cannot be read at %s is told", async (kind, path, fault) => {
    const found = await radius(...destroy, template({ [path]: fault }));
    expect(kinds(found.unseen)).toContain(kind);
    expect(found.clear.join()).not.toMatch(
      { ha: /HA/, replication: /replication/, backup_jobs: /backup/ }[kind] ?? /./,
    );
  });

  test("what a release does not have is not asked", async () => {
    const cluster = { ...template(), release: "8.4" };
    delete cluster.answers["/cluster/ha/rules"];
    const found = await radius(...destroy, cluster);
    expect(found.unseen).toEqual([]);
    expect(found.clear).toContain("HA resources and rules");
  });
});

describe("HA and replication", () => {
  test("on a node that goes down are told", async () => {
    const cluster = fakeCluster({
      guests: [guest(100, "web1", "pve1", { hastate: "started" }), guest(101, "db1")],
      answers: {
        "/cluster/status": STATUS,
        "/cluster/replication": [{ id: "200-0", guest: 200, target: "pve1" }],
      },
    });
    const found = await radius("POST /nodes/{node}/status", { node: "pve1", command: "reboot" }, cluster);
    expect(textOf(found, "ha")).toBe(
      "HA manages 1 guest on pve1 and may start or move them elsewhere: VM 100 (web1)",
    );
    expect(textOf(found, "replication")).toContain("200-0 (guest 200 to pve1)");
  });

  test.each<[string, string, StepParams, string]>([
    ["8.4", "DELETE /cluster/ha/groups/{group}", { group: "g1" }, "HA group g1 binds 1 resource: vm:100"],
    [
      "9.2",
      "DELETE /cluster/ha/rules/{rule}",
      { rule: "r1" },
      "HA rule r1 binds 2 resources: vm:100, ct:200",
    ],
  ])("on %s: %s names the resources", async (release, key, params, text) => {
    const cluster = fakeCluster({
      release,
      answers: {
        "/cluster/status": STATUS,
        "/cluster/ha/resources": [{ sid: "vm:100", group: "g1" }, { sid: "vm:101" }],
        "/cluster/ha/rules": [
          { rule: "r1", resources: "vm:100,ct:200" },
          { rule: "r2", resources: "vm:1" },
        ],
      },
    });
    expect(textOf(await radius(key, params, cluster), "ha")).toBe(text);
  });

  test("of a guest that is stopped is told, for HA would start it again", async () => {
    const cluster = fakeCluster({
      answers: { "/cluster/ha/resources": [{ sid: "vm:100", state: "started" }] },
    });
    const found = await radius(
      "POST /nodes/{node}/qemu/{vmid}/status/stop",
      { node: "pve1", vmid: 100 },
      cluster,
    );
    expect(kinds(found.affected)).toEqual(["ha"]);
  });
});

describe("references in the firewall", () => {
  const rules = {
    "/cluster/firewall/rules": [{ type: "group", action: "web" }],
    "/nodes/pve1/firewall/rules": [{ type: "in", source: "+dc/office", action: "ACCEPT" }],
    "/nodes/pve2/firewall/rules": [{ type: "in", source: "10.0.0.1,dc/gate", action: "ACCEPT" }],
    "/nodes/pve3/firewall/rules": [],
    "/nodes/pve1/qemu/100/firewall/rules": [
      { type: "group", action: "web" },
      { type: "out", action: "web" },
    ],
    "/cluster/status": STATUS,
  };

  test.each<[string, StepParams, string]>([
    [
      "DELETE /cluster/firewall/groups/{group}",
      { group: "web" },
      "rules of 2 places refer to security group web: the cluster, VM 100 (web1)",
    ],
    [
      "DELETE /cluster/firewall/aliases/{name}",
      { name: "gate" },
      "rules of 1 place refer to alias gate: node pve2",
    ],
    [
      "DELETE /cluster/firewall/ipset/{name}",
      { name: "office" },
      "rules of 1 place refer to IP set office: node pve1",
    ],
  ])("%s names where it is used", async (key, params, text) => {
    const found = await radius(key, params, fakeCluster({ answers: rules }));
    expect(textOf(found, "firewall_references")).toBe(text);
    expect(found.unseen).toEqual([]);
  });

  test("in many guests are read of some, and the rest is said", async () => {
    const guests = Array.from({ length: 60 }, (_, index) => guest(100 + index, `g${index}`));
    const answers = {
      ...rules,
      ...Object.fromEntries(guests.map(({ vmid }) => [`/nodes/pve1/qemu/${vmid}/firewall/rules`, []])),
    };
    const cluster = fakeCluster({ guests, answers });
    const found = await radius("DELETE /cluster/firewall/groups/{group}", { group: "web" }, cluster);
    expect(told(found)).toContain("firewall rules of 44 more guests: only 16 are read");
    expect(cluster.asked.filter((path) => path.includes("/qemu/"))).toHaveLength(16);
  });

  test("on nodes that are down or refuse are told", async () => {
    const cluster = fakeCluster({
      nodes: [
        { node: "pve1", status: "online" },
        { node: "pve2", status: "offline" },
        { node: "pve3", status: "unknown" },
      ],
      answers: { ...rules, "/nodes/pve1/firewall/rules": FORBIDDEN },
    });
    const found = await radius("DELETE /cluster/firewall/groups/{group}", { group: "none" }, cluster);
    expect(told(found)).toMatch(/firewall rules of node pve1 \(GET .*403/);
    expect(told(found)).toContain("firewall rules of pve2, pve3 and the guests there: not online");
    expect(found.clear).toEqual(["lack of quorum"]);
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
