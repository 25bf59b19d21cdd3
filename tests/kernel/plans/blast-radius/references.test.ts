import { describe, expect, test } from "@jest/globals";
import type { StepParams } from "../../../../sdk/steps.ts";
import { FORBIDDEN, fakeCluster, guest, NOT_IMPLEMENTED } from "../fake-cluster.ts";
import { kinds, radius, STATUS, textOf, told } from "./radius.ts";

const DESTROY = "DELETE /nodes/{node}/qemu/{vmid}";

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
