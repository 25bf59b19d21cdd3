import { describe, expect, test } from "@jest/globals";
import { nameToType } from "../../../kernel/consent/object-name.ts";

const guests = [
  { vmid: 100, name: "web1" },
  { vmid: 101, name: "" },
];

function of(...paths: string[]) {
  return nameToType({ severe: paths.map((path) => ({ path })), guests });
}

describe("what has to be typed", () => {
  test.each([
    ["/nodes/pve1/qemu/100", "web1"],
    ["/nodes/pve1/qemu/100/snapshot/before", "web1"],
    ["/nodes/pve1/lxc/101/status/stop", "101"],
    ["/nodes/pve1/qemu/999", "999"],
    ["/nodes/pve1/stopall", "pve1"],
    ["/nodes/pve1/status", "pve1"],
    ["/nodes/pve1/storage/nfs/content/nfs:iso/x.iso", "nfs:iso/x.iso"],
    ["/nodes/pve1/storage/nfs/prunebackups", "nfs"],
    ["/nodes/pve1/disks/zfs/tank", "tank"],
    ["/pools/production", "production"],
    ["/access/users/bob@pve", "bob@pve"],
    ["/cluster/firewall/groups/a%20b", "a b"],
    ["/cluster/firewall/groups/100%", "100%"],
  ])("%s takes %s", (path, name) => {
    expect(of(path)).toBe(name);
  });

  test("a restore over guests takes their names", () => {
    expect(of("/nodes/pve1/qemu")).toBe("web1 101");
  });

  test("several objects take each name once, many their number", () => {
    expect(of("/nodes/a/qemu/100", "/nodes/a/qemu/100/status/stop", "/pools/p")).toBe("web1 p");
    expect(of("/pools/a", "/pools/b", "/pools/c", "/pools/d")).toBe("4 objects");
  });

  test("nothing severe takes nothing", () => {
    expect(of()).toBeUndefined();
  });
});
