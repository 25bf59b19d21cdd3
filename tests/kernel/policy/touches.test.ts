import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { restTouches } from "../../../kernel/policy/rest-touches.ts";
import { volumeOwner } from "../../../kernel/policy/volume-owner.ts";
import { loadCatalog, releases } from "../../../vendor/pve-docs/catalog.ts";

const guest = (vmid: number, node?: string) => ({ kind: "guest", vmid, ...(node ? { node } : {}) });
const on = (node: string, guests: boolean) => ({ kind: "node", node, guests });
const anything = { kind: "anything", why: expect.any(String) };

describe("what a destructive call touches", () => {
  test.each([
    ["DELETE", "/nodes/{node}/qemu/{vmid}", { node: "a", vmid: 1 }, [guest(1, "a")]],
    ["POST", "/nodes/{node}/lxc/{vmid}/status/stop", { node: "a", vmid: "7" }, [guest(7, "a")]],
    ["POST", "/nodes/{node}/qemu", { node: "a", vmid: 1, force: 1, archive: "x" }, [guest(1, "a")]],
    [
      "POST",
      "/nodes/{node}/qemu/{vmid}/move_disk",
      { node: "a", vmid: 1, delete: 1, "target-vmid": 2 },
      [guest(1, "a"), guest(2)],
    ],
    ["POST", "/nodes/{node}/stopall", { node: "a" }, [on("a", true)]],
    ["POST", "/nodes/{node}/stopall", { node: "a", vms: "1,2" }, [guest(1, "a"), guest(2, "a")]],
    ["POST", "/nodes/{node}/status", { node: "a", command: "reboot" }, [on("a", true)]],
    ["PUT", "/nodes/{node}/disks/wipedisk", { node: "a", disk: "/dev/sdb" }, [on("a", true)]],
    ["DELETE", "/nodes/{node}/firewall/rules/{pos}", { node: "a", pos: 0 }, [on("a", false)]],
    ["DELETE", "/nodes/{node}/ceph/osd/{osdid}", { node: "a", osdid: 1 }, [on("a", false), anything]],
    [
      "POST",
      "/nodes/{node}/storage/{storage}/content",
      { node: "a", storage: "s", filename: "vm-5-disk-0", vmid: 5, size: "1G" },
      [on("a", false), guest(5)],
    ],
    [
      "DELETE",
      "/nodes/{node}/storage/{storage}/content/{volume}",
      { node: "a", storage: "s", volume: "vm-5-disk-0" },
      [on("a", false), guest(5), { kind: "mentioned", text: "s:vm-5-disk-0" }],
    ],
    [
      "DELETE",
      "/nodes/{node}/storage/{storage}/content/{volume}",
      { node: "a", storage: "s", volume: "s:iso/x.iso" },
      [on("a", false), { kind: "mentioned", text: "s:iso/x.iso" }],
    ],
    [
      "DELETE",
      "/nodes/{node}/storage/{storage}/prunebackups",
      { node: "a", storage: "s", vmid: 5 },
      [on("a", false), guest(5)],
    ],
    [
      "DELETE",
      "/nodes/{node}/storage/{storage}/prunebackups",
      { node: "a", storage: "s" },
      [on("a", false), anything],
    ],
    [
      "DELETE",
      "/nodes/{node}/tasks/{upid}",
      { node: "a", upid: "UPID:b:00000001:00000001:00000001:vzdump:105:root@pam:" },
      [guest(105, "b")],
    ],
    [
      "DELETE",
      "/nodes/{node}/tasks/{upid}",
      { node: "a", upid: "UPID:b:00000001:00000001:00000001:stopall::root@pam:" },
      [on("a", true)],
    ],
    [
      "POST",
      "/nodes/{node}/vzdump",
      { node: "a", vmid: "1 2", "prune-backups": "keep-last=1" },
      [guest(1), guest(2)],
    ],
    ["POST", "/nodes/{node}/vzdump", { node: "a", vmid: "1", stop: 1 }, [on("a", true)]],
    ["POST", "/cluster/bulk-action/guest/shutdown", { vms: [3, 4] }, [guest(3), guest(4)]],
    ["POST", "/cluster/bulk-action/guest/shutdown", {}, [anything]],
    ["DELETE", "/cluster/ha/resources/{sid}", { sid: "vm:9" }, [guest(9)]],
    ["DELETE", "/cluster/replication/{id}", { id: "9-0" }, [guest(9)]],
    ["DELETE", "/cluster/backup/{id}", { id: "b1" }, [{ kind: "backup-job", id: "b1" }]],
    ["DELETE", "/cluster/config/nodes/{node}", { node: "b" }, [on("b", true)]],
    ["DELETE", "/cluster/mapping/pci/{id}", { id: "gpu" }, [{ kind: "mentioned", text: "mapping=gpu" }]],
    ["DELETE", "/pools/{poolid}", { poolid: "p" }, [{ kind: "pool", pool: "p" }]],
    ["DELETE", "/pools", { poolid: "p" }, [{ kind: "pool", pool: "p" }]],
    ["DELETE", "/storage/{storage}", { storage: "s" }, [{ kind: "mentioned", text: "s:" }]],
    ["DELETE", "/access/users/{userid}", { userid: "x@pve" }, []],
    ["DELETE", "/cluster/firewall/rules/{pos}", { pos: 1 }, []],
    ["POST", "/cluster/config/join", { hostname: "h" }, [anything]],
  ])("%s %s %j", (method, path, params, expected) => {
    expect(restTouches({ method, path, params, risk: "destructive" })).toEqual(expected);
  });

  test("a guest, node or pool that is known only later can be any", () => {
    const touches = restTouches({
      method: "DELETE",
      path: "/nodes/{node}/qemu/{vmid}",
      params: { node: "a" },
      risk: "destructive",
    });
    expect(touches).toEqual([anything]);
  });

  test("what can run something on a node can touch anything; an agent's command stays inside its guest", () => {
    const base = { method: "POST", risk: "escape" } as const;
    const of = (path: string) => restTouches({ ...base, path, params: { node: "a", vmid: 1, args: "x" } });
    expect(of("/nodes/{node}/qemu/{vmid}/config")).toEqual([guest(1, "a"), anything]);
    expect(of("/nodes/{node}/execute")).toContainEqual(anything);
    expect(of("/nodes/{node}/qemu/{vmid}/agent/exec")).toEqual([guest(1, "a")]);
  });

  test("every call that can be destructive touches something, but for settings that hold no target", async () => {
    const none = new Set<string>();
    for (const release of releases()) {
      const catalog = await loadCatalog(release);
      for (const endpoint of catalog.endpoints) {
        if (endpoint.method !== "DELETE" && catalog.risk(endpoint) !== "destructive") continue;
        const params = Object.fromEntries(
          [...endpoint.path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => [
            name,
            name === "vmid" ? 1 : "x",
          ]),
        );
        const { method, path } = endpoint;
        if (restTouches({ method, path, params, risk: "destructive" }).length > 0) continue;
        none.add(path.split("/").slice(1, 3).join("/"));
      }
    }
    expect([...none].sort()).toEqual([
      "access/domains",
      "access/groups",
      "access/roles",
      "access/tfa",
      "access/users",
      "cluster/acme",
      "cluster/firewall",
      "cluster/ha",
      "cluster/jobs",
      "cluster/metrics",
      "cluster/notifications",
      "cluster/sdn",
    ]);
  });
});

describe("whose a volume is", () => {
  test.each([
    ["local-lvm:vm-105-disk-0", 105],
    ["local:105/vm-105-disk-0.qcow2", 105],
    ["local:105/by-hand.raw", 105],
    ["rbd:base-900-disk-0", 900],
    ["local:900/base-900-disk-0.qcow2/105/vm-105-disk-0.qcow2", 105],
    ["zfs:base-900-disk-0/vm-105-disk-1", 105],
    ["zfs:subvol-201-disk-0", 201],
    ["zfs:basevol-201-disk-0", 201],
    ["local:backup/vzdump-qemu-105-2026_01_01-00_00_00.vma.zst", 105],
    ["local:backup/vzdump-lxc-201-2026_01_01-00_00_00.tar.zst", 201],
    ["pbs:backup/vm/105/2026-01-01T00:00:00Z", 105],
    ["pbs:backup/ct/201/2026-01-01T00:00:00Z", 201],
    ["local:iso/debian-13.iso", undefined],
    ["local:vztmpl/debian-13.tar.zst", undefined],
    ["local:snippets/105.yaml", undefined],
  ])("%s", (volume, owner) => {
    expect(volumeOwner(volume)).toBe(owner);
  });

  test("never throws, and answers a VMID or nothing", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const owner = volumeOwner(text);
        expect(owner === undefined || Number.isInteger(owner)).toBe(true);
      }),
    );
  });
});
