import { describe, expect, test } from "@jest/globals";
import { Completions } from "../../../kernel/completions/completions.ts";
import { KnownInventory } from "../../../kernel/completions/known.ts";
import type { ClusterAccess } from "../../../kernel/tokens.ts";
import type { Inventory } from "../../../sdk/reader.ts";
import { fakeNode, fakeVm } from "../../helpers/fake-reader.ts";
import { FakeArtifacts, fakeJobs } from "../call/fakes.ts";

/** A cluster that counts how often its inventory is read. */
function cluster(name: string, inventory: Partial<Inventory>) {
  const state = { reads: 0, fails: false };
  const read = async (): Promise<Inventory> => {
    state.reads += 1;
    if (state.fails) throw new Error("down");
    return { guests: [], nodes: [], storages: [], readAt: 0, ...inventory };
  };
  // Completion asks a cluster for nothing but its inventory.
  return { state, access: { name, inventory: { read } } as unknown as ClusterAccess };
}

function completions(...clusters: ClusterAccess[]): Completions {
  const jobs = fakeJobs({ plans: [], detached: [], state: {} as never, access: {} as never });
  return new Completions({
    clusters: { all: clusters, get: () => clusters[0] as ClusterAccess, close: async () => undefined },
    jobs,
    artifacts: new FakeArtifacts(),
  });
}

const ask = (name: string, value: string, given: Record<string, string> = {}) => ({
  name,
  value,
  given,
  subject: "stdio",
});

const PROD = {
  guests: [fakeVm({ vmid: 100, name: "web1" }), fakeVm({ vmid: 1001, name: "db1" })],
  nodes: [fakeNode("pve1"), fakeNode("pve2")],
  storages: ["pve1", "pve2"].map((node) => ({
    storage: "local",
    node,
    status: "available",
    shared: false,
    content: [],
  })),
};

describe("what is offered", () => {
  const prod = cluster("prod", PROD).access;
  const lab = cluster("lab", { nodes: [fakeNode("lab1")] }).access;

  test.each([
    ["cluster", "", ["prod", "lab"]],
    ["cluster", "P", ["prod"]],
    ["node", "pve", ["pve1", "pve2"]],
    ["storage", "", ["local"]],
    ["vmid", "10", ["100", "1001"]],
    ["vmid", "WEB", ["web1"]],
    ["goal", "", []],
  ])("%s, typed %j", async (name, value, values) => {
    const { values: offered, total, hasMore } = await completions(prod, lab).complete(ask(name, value));
    expect([offered, total, hasMore]).toEqual([values, values.length, false]);
  });

  test("of the cluster that was named", async () => {
    const all = completions(prod, lab);
    expect((await all.complete(ask("node", ""))).values).toEqual(["lab1", "pve1", "pve2"]);
    expect((await all.complete(ask("node", "", { cluster: "lab" }))).values).toEqual(["lab1"]);
  });

  test("a hundred at most, and that there are more", async () => {
    const guests = Array.from({ length: 150 }, (_, index) =>
      fakeVm({ vmid: 100 + index, name: `g${index}` }),
    );
    const many = completions(cluster("prod", { guests }).access);
    const answer = await many.complete(ask("vmid", "g"));
    expect([answer.values.length, answer.total, answer.hasMore]).toEqual([100, 150, true]);
  });
});

describe("requests", () => {
  test("typing on asks for nothing, until what is known is old; then once, without waiting", async () => {
    const { state, access } = cluster("prod", PROD);
    let now = 0;
    const known = new KnownInventory(access, () => now);
    await Promise.all([known.get(), known.get(), known.get()]);
    now = 29_999;
    await known.get();
    expect(state.reads).toBe(1);
    now = 30_000;
    await Promise.all([known.get(), known.get()]);
    expect(state.reads).toBe(2);
  });

  test("a cluster that is down is not asked at every key either, and offers what was known", async () => {
    const { state, access } = cluster("prod", PROD);
    let now = 0;
    const known = new KnownInventory(access, () => now);
    await known.get();
    state.fails = true;
    now = 40_000;
    expect((await known.get())?.nodes).toHaveLength(2);
    await known.get();
    expect(state.reads).toBe(2);
  });

  test("nothing known is no error", async () => {
    const { state, access } = cluster("prod", PROD);
    state.fails = true;
    const all = completions(access);
    expect(await all.complete(ask("node", ""))).toEqual({ values: [], total: 0, hasMore: false });
    await all.complete(ask("node", "p"));
    expect(state.reads).toBe(1);
  });
});
