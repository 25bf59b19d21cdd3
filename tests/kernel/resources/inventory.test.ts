import { describe, expect, test } from "@jest/globals";
import { inventoryResources } from "../../../kernel/resources/inventory.ts";
import type { ClusterAccess, Clusters } from "../../../kernel/tokens.ts";
import type { Inventory } from "../../../sdk/reader.ts";
import { fakeNode, fakeVm } from "../../helpers/fake-reader.ts";
import { FakeArtifacts } from "../call/fakes.ts";
import { contextOf } from "../call/harness.ts";

function resourcesOf(inventory: Partial<Inventory>, longest: number) {
  const read = async (): Promise<Inventory> => ({
    guests: [],
    nodes: [],
    storages: [],
    readAt: 0,
    ...inventory,
  });
  // The resource asks a cluster for nothing but its inventory.
  const access = { name: "prod", inventory: { read } } as unknown as ClusterAccess;
  const clusters: Clusters = { all: [access], get: () => access, close: async () => undefined };
  const artifacts = new FakeArtifacts();
  const kind = inventoryResources({ clusters, artifacts, longest });
  const text = async () => {
    const content = await kind.open(new URL("proxmox://inventory/prod"))?.read(contextOf());
    return String(content?.body);
  };
  return { kind, artifacts, text };
}

describe("proxmox://inventory/{cluster}", () => {
  test("a small one is whole, with units, and use only of what runs", async () => {
    const guests = [
      fakeVm({ vmid: 100, name: "web1", status: "running", cpu: 0.5, mem: 2 ** 30, maxmem: 2 ** 31 }),
      fakeVm({ vmid: 101, name: "off", cpu: 0, mem: 0, maxmem: 2 ** 31, tags: ["a", "b"] }),
    ];
    const { text, artifacts } = resourcesOf({ guests, nodes: [fakeNode("pve1")] }, 20_000);
    const shown = await text();
    expect(shown).toContain("100\tqemu\tweb1\tpve1\trunning\t\t50%\t1 GiB\t2 GiB");
    expect(shown).toContain("101\tqemu\toff\tpve1\tstopped\ta;b\t\t\t2 GiB");
    expect(shown).not.toContain("Not seen");
    expect(artifacts.kept).toEqual([]);
  });

  test("of ten thousand guests the head and the counts are answered, the whole is kept", async () => {
    const guests = Array.from({ length: 10_000 }, (_, index) => fakeVm({ vmid: 100 + index }));
    const { text, artifacts } = resourcesOf({ guests }, 20_000);
    const shown = await text();
    expect(shown.length).toBeLessThan(20_000);
    expect(shown).toMatch(/10000 guests, \d+ shown \(status: 10000 stopped/);
    expect(shown).toMatch(/Whole: proxmox:\/\/artifacts\/a_/);
    expect(String(artifacts.kept[0]?.artifact.content)).toContain("\n10099\t");
  });

  test("a node that is down is told before its figures are missed", async () => {
    const { text } = resourcesOf(
      { nodes: [fakeNode("pve1"), fakeNode("pve2", { status: "offline" })] },
      20_000,
    );
    expect(await text()).toContain("Not seen: use of what is on pve2 (offline)");
  });

  test.each(["proxmox://inventory/", "proxmox://inventory/prod/x", "proxmox://inventory/prod?limit=1"])(
    "%s names none",
    (uri) => {
      expect(resourcesOf({}, 20_000).kind.open(new URL(uri))).toBeUndefined();
    },
  );
});
