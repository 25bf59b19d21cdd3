import { describe, expect, test } from "@jest/globals";
import type { StepParams } from "../../../../sdk/steps.ts";
import { FORBIDDEN, fakeCluster, holding } from "../fake-cluster.ts";
import { kinds, radius, STATUS, textOf, told } from "./radius.ts";

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
