import { describe, expect, test } from "@jest/globals";
import { ResourceInventory } from "../../../kernel/inventory/inventory.ts";
import type { RestRequest, RestTransport } from "../../../kernel/transports/types.ts";
import { RestFault } from "../../../kernel/transports/types.ts";

const GUESTS = [
  { type: "qemu", vmid: 100, node: "pve1", name: "web1", status: "running" },
  { type: "qemu", vmid: 101, node: "pve2", name: "db", status: "stopped" },
  { type: "lxc", vmid: 200, node: "pve1", name: "db", status: "running" },
  { type: "lxc", vmid: 201, node: "pve1", name: "proxy", status: "running" },
  { type: "lxc", vmid: 202, node: "pve2", name: "proxy", status: "running" },
];

/** A cluster whose answers the test holds back. */
class HeldRest implements RestTransport {
  readonly asked: RestRequest[] = [];
  readonly #answers: ((data: unknown) => void)[] = [];

  read<T>(request: RestRequest): Promise<T> {
    this.asked.push(request);
    return new Promise((resolve, reject) => {
      this.#answers.push((data) => resolve(data as T));
      request.signal?.addEventListener("abort", () => reject(new RestFault("no_answer", "aborted")));
    });
  }

  answer(index: number, data: unknown): void {
    this.#answers[index]?.(data);
  }

  write(): Promise<never> {
    throw new Error("the inventory never writes");
  }

  async close(): Promise<void> {}
}

function prepared(data: unknown = GUESTS) {
  const clock = { now: 1_000 };
  const state = { data, asked: 0 };
  const rest: RestTransport = {
    async read<T>() {
      state.asked += 1;
      return state.data as T;
    },
    write: () => Promise.reject(new Error("the inventory never writes")),
    close: async () => undefined,
  };
  const inventory = new ResourceInventory({ cluster: "test", rest, cacheMs: 5_000, now: () => clock.now });
  return { inventory, clock, state };
}

function held() {
  const rest = new HeldRest();
  return { rest, inventory: new ResourceInventory({ cluster: "test", rest, cacheMs: 5_000 }) };
}

describe("reading", () => {
  test("is one request to /cluster/resources, used for some seconds", async () => {
    const { inventory, clock, state } = prepared();

    expect((await inventory.read()).readAt).toBe(1_000);
    clock.now = 5_999;
    await inventory.read();
    expect(state.asked).toBe(1);
    clock.now = 6_000;
    await inventory.read();
    expect(state.asked).toBe(2);
  });

  test("asks again for `fresh`, and after it was told to forget", async () => {
    const { inventory, state } = prepared();

    await inventory.read();
    await inventory.read({ fresh: true });
    expect(state.asked).toBe(2);
    inventory.forget();
    await inventory.read();
    expect(state.asked).toBe(3);
  });

  test("at the same time is one request", async () => {
    const { inventory, rest } = held();

    const readers = Array.from({ length: 500 }, (_, index) =>
      inventory.guest("any", 100, { fresh: index % 2 === 0 }),
    );
    rest.answer(0, GUESTS);
    expect(await Promise.all(readers)).toHaveLength(500);
    expect(rest.asked).toHaveLength(1);
  });

  test("that began before a change is not joined after it, and not kept", async () => {
    const { inventory, rest } = held();

    const before = inventory.read();
    inventory.forget();
    const after = inventory.read();
    expect(rest.asked).toHaveLength(2);
    rest.answer(1, GUESTS.slice(1));
    expect((await after).guests).toHaveLength(4);
    rest.answer(0, GUESTS);
    expect((await before).guests).toHaveLength(5);
    expect((await inventory.read()).guests).toHaveLength(4);
  });

  test("ends for one who leaves and goes on for the other; the last one ends it", async () => {
    const { inventory, rest } = held();
    const [one, two] = [new AbortController(), new AbortController()];

    const first = inventory.read({ signal: one.signal });
    const second = inventory.read({ signal: two.signal });
    one.abort();
    await expect(first).rejects.toMatchObject({ kind: "no_answer", reason: "the request was cancelled" });
    expect(rest.asked[0]?.signal?.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toBeInstanceOf(RestFault);
    expect(rest.asked[0]?.signal?.aborted).toBe(true);
  });

  test("that failed is tried again by the next one", async () => {
    const { inventory, state } = prepared();
    const data = state.data;
    state.data = Promise.reject(new RestFault("not_sent", "down"));

    await expect(inventory.read()).rejects.toMatchObject({ reason: "down" });
    state.data = data;
    expect((await inventory.read()).guests).toHaveLength(5);
  });

  test("gives all the same object, which nobody can change", async () => {
    const { inventory } = prepared();
    const { guests } = await inventory.read();

    expect(() => (guests as unknown[]).push({})).toThrow(TypeError);
    expect(() => Object.assign(guests[0] ?? {}, { name: "x" })).toThrow(TypeError);
  });
});

describe("a guest", () => {
  test("is found by VMID or unique name, in the cache or afresh", async () => {
    const { inventory, state } = prepared();

    await expect(inventory.guest("qemu", 100)).resolves.toMatchObject({ name: "web1", node: "pve1" });
    await expect(inventory.guest("any", "100")).resolves.toMatchObject({ vmid: 100 });
    await expect(inventory.guest("any", "web1")).resolves.toMatchObject({ vmid: 100 });
    expect(state.asked).toBe(1);
    state.data = [{ ...GUESTS[0], node: "pve3" }];
    await expect(inventory.guest("qemu", 100, { fresh: true })).resolves.toMatchObject({ node: "pve3" });
  });

  test("of a name that a VM and a container share is found by kind", async () => {
    const { inventory } = prepared();

    await expect(inventory.guest("qemu", "db")).resolves.toMatchObject({ vmid: 101 });
    await expect(inventory.guest("lxc", "db")).resolves.toMatchObject({ vmid: 200 });
    await expect(inventory.guest("any", "db")).rejects.toMatchObject({
      code: "invalid_input",
      message: "2 guests are named db: VM 101 (db) on pve2, CT 200 (db) on pve1.",
      details: { vmids: [101, 200] },
    });
  });

  test("of the other kind is said to be one", async () => {
    const { inventory } = prepared();

    await expect(inventory.guest("qemu", 201)).rejects.toMatchObject({
      code: "invalid_input",
      message: "CT 201 (proxy) on pve1 is a container, not a VM.",
    });
  });

  test("that the cache does not know is looked for once more", async () => {
    const { inventory, state } = prepared();

    await inventory.read();
    state.data = [...GUESTS, { type: "qemu", vmid: 300, node: "pve1", name: "new" }];
    await expect(inventory.guest("qemu", 300)).resolves.toMatchObject({ name: "new" });
    expect(state.asked).toBe(2);
  });

  test("that does not exist is not found, with similar names", async () => {
    const { inventory, state } = prepared();

    await expect(inventory.guest("qemu", "wbe1")).rejects.toMatchObject({
      code: "not_found",
      next: expect.stringContaining("Similar names: VM 100 (web1) on pve1."),
    });
    expect(state.asked).toBe(1);
    await expect(inventory.guest("any", 999)).rejects.toMatchObject({
      code: "not_found",
      message: "The cluster test has no guest 999 that these credentials can see.",
    });
  });

  test("may have a name of digits, but a VMID comes first", async () => {
    const { inventory } = prepared([
      ...GUESTS,
      { type: "qemu", vmid: 400, node: "pve1", name: "100" },
      { type: "qemu", vmid: 401, node: "pve1", name: "555" },
    ]);

    await expect(inventory.guest("qemu", "100")).resolves.toMatchObject({ vmid: 100 });
    await expect(inventory.guest("qemu", "555")).resolves.toMatchObject({ vmid: 401 });
    await expect(inventory.guest("qemu", 555)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("an item", () => {
  test("has all that Proxmox VE tells of it", async () => {
    const { inventory } = prepared([
      {
        ...{
          id: "qemu/100",
          type: "qemu",
          vmid: 100,
          node: "pve1",
          name: "t100",
          status: "running",
          template: 0,
        },
        ...{ tags: "prod;web", pool: "p1", lock: "backup", hastate: "started", cpu: 0.5, maxcpu: 4 },
        ...{ mem: 1, maxmem: 2, disk: 0, maxdisk: 2147483648, uptime: 60, netin: 5 },
      },
      { type: "node", node: "pve1", status: "online", level: "c", cpu: 0.1, maxcpu: 8, uptime: 9 },
      {
        type: "storage",
        storage: "local",
        node: "pve1",
        status: "available",
        shared: 1,
        plugintype: "dir",
        content: "iso,backup",
      },
      { type: "network", node: "pve1", network: "localnetwork" },
    ]);
    const { guests, nodes, storages } = await inventory.read();

    expect(guests).toEqual([
      {
        ...{ kind: "qemu", vmid: 100, name: "t100", node: "pve1", status: "running", template: false },
        ...{ tags: ["prod", "web"], pool: "p1", lock: "backup", hastate: "started", cpu: 0.5, maxcpu: 4 },
        ...{ mem: 1, maxmem: 2, disk: 0, maxdisk: 2147483648, uptime: 60 },
      },
    ]);
    expect(nodes).toEqual([{ node: "pve1", status: "online", level: "c", cpu: 0.1, maxcpu: 8, uptime: 9 }]);
    expect(storages).toEqual([
      {
        storage: "local",
        node: "pve1",
        status: "available",
        shared: true,
        type: "dir",
        content: ["iso", "backup"],
      },
    ]);
  });

  test("may lack nearly everything, as on a node that is down", async () => {
    const { inventory } = prepared([
      { type: "qemu", vmid: "100", node: "pve1", template: "1" },
      { type: "lxc", vmid: 200, node: "pve1", name: "" },
      { type: "qemu", node: "pve1" },
      { type: "node", node: "pve1" },
      { type: "storage", storage: "nfs", node: "pve1" },
      { type: "storage", node: "pve1" },
      null,
      "x",
    ]);
    const { guests, nodes, storages } = await inventory.read();

    const bare = { node: "pve1", status: "unknown", tags: [] };
    expect(guests).toEqual([
      { ...bare, kind: "qemu", vmid: 100, name: "VM 100", template: true },
      { ...bare, kind: "lxc", vmid: 200, name: "CT200", template: false },
    ]);
    expect(nodes).toEqual([{ node: "pve1", status: "unknown" }]);
    expect(storages).toEqual([
      { storage: "nfs", node: "pve1", status: "unknown", shared: false, content: [] },
    ]);
  });

  test.each([null, {}, "text"])("list that is %j is an empty inventory", async (data) => {
    const { inventory } = prepared(data);
    await expect(inventory.read()).resolves.toMatchObject({ guests: [], nodes: [], storages: [] });
  });
});
