import { describe, expect, test } from "@jest/globals";
import type { PlanStep } from "../../../kernel/call/types.ts";
import { nameToType } from "../../../kernel/consent/object-name.ts";
import { objectParams } from "../../../kernel/consent/object-params.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import type { StepParams } from "../../../sdk/steps.ts";
import { loadCatalog, releases } from "../../../vendor/pve-docs/index.ts";
import { planOf, stepOf } from "../plans/fixture.ts";

const guests = [
  { kind: "qemu", vmid: 100, name: "web1", node: "pve1" },
  { kind: "qemu", vmid: 101, name: "", node: "pve1" },
] as const;

type Call = readonly [key: string, params: StepParams];

async function of(...calls: readonly Call[]): Promise<string | undefined> {
  const steps = await Promise.all(
    calls.map(
      async ([key, params]): Promise<PlanStep> => ({ ...(await stepOf(key, params)), risk: "destructive" }),
    ),
  );
  return nameToType(planOf(steps, { guests }), createRedactor(["known-secret"]));
}

const node = "pve1";

describe("what has to be typed", () => {
  test.each<readonly [...Call, name: string]>([
    ["DELETE /nodes/{node}/qemu/{vmid}", { node, vmid: 100 }, "web1"],
    ["DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}", { node, vmid: 100, snapname: "before" }, "web1"],
    ["POST /nodes/{node}/lxc/{vmid}/status/stop", { node, vmid: 101 }, "101"],
    ["DELETE /nodes/{node}/qemu/{vmid}", { node, vmid: 999 }, "999"],
    ["POST /nodes/{node}/stopall", { node }, "pve1"],
    ["POST /nodes/{node}/stopall", { node, vms: "100,101" }, "web1 101"],
    ["POST /nodes/{node}/status", { node, command: "reboot" }, "pve1"],
    ["POST /nodes/{node}/execute", { node, commands: "[]" }, "pve1"],
    ["POST /nodes/{node}/services/{service}/stop", { node, service: "pveproxy" }, "pveproxy"],
    ["DELETE /nodes/{node}/network", { node }, "pve1"],
    [
      "DELETE /nodes/{node}/storage/{storage}/content/{volume}",
      { node, storage: "nfs", volume: "nfs:iso/x.iso" },
      "nfs:iso/x.iso",
    ],
    ["DELETE /nodes/{node}/storage/{storage}/prunebackups", { node, storage: "nfs", vmid: 100 }, "nfs"],
    ["DELETE /nodes/{node}/disks/zfs/{name}", { node, name: "tank" }, "tank"],
    ["PUT /nodes/{node}/disks/wipedisk", { node, disk: "/dev/sdb" }, "/dev/sdb"],
    ["POST /nodes/{node}/disks/lvm", { node, device: "/dev/sdb", name: "vg" }, "/dev/sdb"],
    ["POST /nodes/{node}/vzdump", { node, vmid: [100, 101] }, "web1 101"],
    ["POST /nodes/{node}/vzdump", { node, pool: "production" }, "production"],
    ["POST /nodes/{node}/vzdump", { node, all: true }, "pve1"],
    ["DELETE /pools", { poolid: "production" }, "production"],
    ["DELETE /pools/{poolid}", { poolid: "production" }, "production"],
    ["DELETE /cluster/sdn/vnets/{vnet}/ips", { vnet: "v0", zone: "z", ip: "10.0.0.5" }, "10.0.0.5"],
    ["DELETE /cluster/sdn/lock", {}, "lock"],
    ["PUT /access/acl", { path: "/vms", roles: "Administrator", delete: true }, "/vms"],
    ["POST /access/domains/{realm}/sync", { realm: "ldap" }, "ldap"],
    ["DELETE /access/users/{userid}", { userid: "bob@pve" }, "bob@pve"],
    ["DELETE /cluster/firewall/groups/{group}", { group: "100%25" }, "100%25"],
  ])("%s with %j takes %s", async (key, params, name) => {
    expect(await of([key, params])).toBe(name);
  });

  test("a restore over guests takes their names", async () => {
    expect(await of(["POST /nodes/{node}/qemu", { node, vmid: 100, archive: "a" }])).toBe("web1 101");
  });

  test("several objects take each name once, many their number", async () => {
    const pool = (poolid: string): Call => ["DELETE /pools", { poolid }];
    const stop: Call = ["POST /nodes/{node}/qemu/{vmid}/status/stop", { node, vmid: 100 }];
    expect(await of(["DELETE /nodes/{node}/qemu/{vmid}", { node, vmid: 100 }], stop, pool("p"))).toBe(
      "web1 p",
    );
    expect(await of(pool("a"), pool("b"), pool("c"), pool("d"))).toBe("4 objects");
  });

  test("is shown on one line, without secrets, and is not what an earlier step will answer", async () => {
    expect(await of(["DELETE /pools", { poolid: "a\nb" }])).toBe("a b");
    expect(await of(["DELETE /pools", { poolid: "known-secret" }])).not.toContain("known-secret");
    expect(await of(["DELETE /pools", { poolid: { $from: "s0", at: "" } }])).toBe("pools");
  });

  test("what can be undone takes nothing", async () => {
    const step = await stepOf("PUT /pools", { poolid: "p", comment: "x" });
    expect(nameToType(planOf([step]), createRedactor())).toBeUndefined();
    expect(await of()).toBeUndefined();
  });
});

/** Calls that name nothing by a parameter of their own: they are about the whole node, storage, realm or cluster. */
const ABOUT_ALL = [
  "DELETE /cluster/sdn/lock",
  "DELETE /nodes/{node}/certificates/acme/certificate",
  "DELETE /nodes/{node}/certificates/custom",
  "DELETE /nodes/{node}/network",
  "DELETE /nodes/{node}/storage/{storage}/prunebackups",
  "DELETE /nodes/{node}/subscription",
  "POST /access/domains/{realm}/sync",
  "POST /cluster/sdn/rollback",
  "POST /nodes/{node}/ceph/init",
  "POST /nodes/{node}/execute",
  "POST /nodes/{node}/lxc",
  "POST /nodes/{node}/qemu",
  "POST /nodes/{node}/services/{service}/stop",
  "POST /nodes/{node}/spiceshell",
  "POST /nodes/{node}/status",
  "POST /nodes/{node}/termproxy",
  "POST /nodes/{node}/vncshell",
  "PUT /cluster/ceph/flags",
];

describe("objects that a path does not name", () => {
  /** Endpoints that cannot be undone with some parameters, and whose path does not end in their object's name. */
  const unnamed = releases().flatMap((release) => {
    const catalog = loadCatalog(release);
    return catalog.endpoints
      .filter(({ method, path }) => method !== "GET" && !/\}$|\/\{vmid\}\//.test(path))
      .filter((endpoint) =>
        [{}, ...Object.keys(endpoint.parameters).map((name) => ({ [name]: "1" }))].some((params) =>
          ["destructive", "escape"].includes(catalog.risk(endpoint, params)),
        ),
      );
  });

  test("are named by a parameter, for each endpoint of any release that is not about all of something", () => {
    const keys = [...new Set(unnamed.map(({ method, path }) => `${method} ${path}`))].sort();
    expect(keys.filter((key) => objectParams(key).length === 0)).toEqual(ABOUT_ALL);
  });

  test.each(unnamed.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    "%s has the parameters that name its object",
    (key, { parameters }) => {
      expect(Object.keys(parameters)).toEqual(expect.arrayContaining([...objectParams(key)]));
    },
  );
});
