import { afterEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab, type LabOptions } from "../../../sdk/lab/index.ts";
import { ask, read } from "./client.ts";

interface Resource {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly node: string;
}

let lab: Lab | undefined;

async function make(options: LabOptions = {}): Promise<Lab> {
  lab = await createLab({ speed: Number.POSITIVE_INFINITY, refusalDelay: 0, ...options });
  return lab;
}

afterEach(async () => {
  await lab?.close();
  lab = undefined;
});

/** The last line of a task that was just started. */
async function follow(here: Lab, answer: { readonly data: unknown }): Promise<readonly string[]> {
  const upid = String(answer.data);
  await here.tasks.ended(upid);
  return here.tasks.get(upid)?.log ?? [];
}

describe("seeds", () => {
  test("small: three nodes, twelve guests, a template", async () => {
    const here = await make();
    const all = await read<Resource[]>(here, "/cluster/resources");
    expect(all.filter(({ type }) => type === "node")).toHaveLength(3);
    expect(all.filter(({ type }) => type === "qemu" || type === "lxc")).toHaveLength(12);
    expect(all.filter((entry) => "template" in entry && entry.template === 1)).toHaveLength(1);
  });

  test("the same seed gives the same cluster, another one another", async () => {
    const guests = async (random: number): Promise<unknown[]> => {
      const here = await createLab({ seed: { guests: 40, nodes: 4 }, random });
      const found = [...here.state.guests.values()].map((guest) => [guest.vmid, guest.node, ...guest.config]);
      await here.close();
      return found.map((guest) => JSON.stringify(guest).replace(/ctime=\d+/, ""));
    };
    const first = await guests(1);
    expect(first).toHaveLength(40);
    expect(await guests(1)).toEqual(first);
    expect(await guests(2)).not.toEqual(first);
  });
});

describe("whole nodes", () => {
  test("startall starts what is to start, one child a guest", async () => {
    const here = await make();
    await follow(here, await ask(here, "POST", "/nodes/pve1/stopall", { body: "" }));
    expect([...here.state.guests.values()].filter(({ node, runtime }) => node === "pve1" && runtime)).toEqual(
      [],
    );
    const log = await follow(here, await ask(here, "POST", "/nodes/pve1/startall", { body: "" }));
    expect(log).toEqual([
      "Starting CT 201",
      "Starting VM 101",
      "Waiting for 5 seconds (startup delay)",
      "Starting VM 103",
      "TASK OK",
    ]);
    expect(
      here.tasks
        .all()
        .slice(0, 3)
        .map(({ type, id }) => `${type} ${id}`),
    ).toEqual(["qmstart 103", "qmstart 101", "vzstart 201"]);
  });

  test("stopall lets guests of an earlier place run until the later ones have stopped", async () => {
    const here = await createLab({ seed: "small", speed: 1, refusalDelay: 0 });
    try {
      const last = here.state.guests.get(103)?.runtime;
      if (last !== undefined) last.ignoresShutdown = true;
      const { data } = await ask(here, "POST", "/nodes/pve1/stopall", { body: "timeout=3600" });
      const log = () => here.tasks.get(String(data))?.log ?? [];
      while (log().length === 0) await new Promise((resolve) => setImmediate(resolve));
      const limit = "(timeout = 3600 seconds)";
      expect(log()).toEqual([`Stopping CT 204 ${limit}`, `Stopping VM 103 ${limit}`]);
    } finally {
      await here.close();
    }
  });

  test("a child that fails is told in the log of the parent, which goes on", async () => {
    const here = await make();
    await follow(here, await ask(here, "POST", "/nodes/pve1/stopall", { body: "" }));
    here.faults.task({ type: "qmstart", id: "101", exitstatus: "no memory" });
    const log = await follow(here, await ask(here, "POST", "/nodes/pve1/startall", { body: "" }));
    expect(log).toContain("Starting VM 101 failed: no memory");
    expect(here.state.guests.get(103)?.runtime).toBeDefined();
  });

  test("migrateall moves guests with their local disks", async () => {
    const here = await make();
    const answer = await ask(here, "POST", "/nodes/pve3/migrateall", { body: "target=pve2" });
    await follow(here, answer);
    expect([...here.state.guests.values()].filter(({ node }) => node === "pve3")).toEqual([]);
    const content = await read<{ vmid: number }[]>(here, "/nodes/pve2/storage/local-lvm/content?vmid=112");
    expect(content).toHaveLength(1);
    expect(await ask(here, "POST", "/nodes/pve2/migrateall", { body: "target=pve2" })).toMatchObject({
      status: 400,
      errors: { target: "target is local node." },
    });
  });

  test("bulk actions need the right on everything, or on each guest named", async () => {
    const here = await make();
    const refused = await ask(here, "POST", "/nodes/pve1/stopall", { as: "operator", body: "" });
    expect(refused).toMatchObject({ status: 403, reason: "Permission check failed (/, VM.PowerMgmt)" });
    const named = await ask(here, "POST", "/nodes/pve1/stopall", { as: "operator", body: "vms=101" });
    expect(named.status).toBe(200);
  });

  test("bulk actions over the cluster take guests in their order, on whatever node", async () => {
    const here = await make();
    const on = (action: string, body: string) =>
      ask(here, "POST", `/cluster/bulk-action/guest/${action}`, { body });
    const down = await follow(here, await on("shutdown", "vms=101&vms=201&vms=102&vms=112&force-stop=1"));
    expect(down).toEqual([
      "Shutting down guests: 101, 201, 102, 112",
      "WARN: Skipping VM 112, not running.",
      "Shutting down VM 101 (Timeout = 180 seconds)",
      "Shutting down VM 102 (Timeout = 180 seconds)",
      "Shutting down CT 201 (Timeout = 180 seconds)",
      "TASK WARNINGS: 1",
    ]);
    here.faults.task({ type: "qmstart", id: "102", exitstatus: "no memory" });
    const up = await follow(here, await on("start", "vms=101&vms=201&vms=102"));
    expect(up).toEqual([
      "Starting guests: 101, 201, 102",
      "Starting CT 201",
      "Starting VM 101",
      "Starting VM 102",
      "WARN: Starting VM 102 failed: no memory",
      "Waiting for 5 seconds (startup delay)",
      "TASK ERROR: Some guests failed to start: 102",
    ]);
    const moved = await follow(here, await on("migrate", "vms=102&vms=112&target=pve2"));
    expect(moved).toContain("WARN: VM 102 already on pve2, skipping.");
    expect(here.state.guests.get(112)?.node).toBe("pve2");
    const all = await ask(here, "POST", "/cluster/bulk-action/guest/start", { as: "operator", body: "" });
    expect(all).toMatchObject({ status: 403, reason: "Permission check failed (/, VM.PowerMgmt)" });
  });

  test("a node that reboots answers 595, its guests are unknown, and it comes back", async () => {
    const here = await make({ speed: 1 });
    here.power("pve2", "down");
    expect(await ask(here, "GET", "/nodes/pve2/status")).toMatchObject({ status: 595, body: "" });
    const all = await read<Resource[]>(here, "/cluster/resources");
    expect(all.find(({ id }) => id === "node/pve2")?.status).toBe("offline");
    expect(all.find(({ id }) => id === "qemu/102")?.status).toBe("unknown");
    here.power("pve2", "online");
    expect(await ask(here, "GET", "/nodes/pve2/status")).toMatchObject({ status: 200 });
  });

  test("reboot takes a node down and up, shutdown leaves it for wake on LAN", async () => {
    const here = await make();
    const node = here.state.nodes.get("pve2");
    const booted = node?.bootedAt ?? 0;
    await ask(here, "POST", "/nodes/pve2/status", { body: "command=reboot" });
    await until(() => node?.power === "online" && node.bootedAt > booted);
    await ask(here, "POST", "/nodes/pve2/status", { body: "command=shutdown" });
    await until(() => node?.power === "down");
    const woken = await ask(here, "POST", "/nodes/pve2/wakeonlan", { body: "" });
    expect(woken.data).toMatch(/^BC:24:11:/);
    await until(() => node?.power === "online");
    expect(await ask(here, "POST", "/nodes/pve1/wakeonlan", { body: "" })).toMatchObject({
      status: 500,
      reason: "'pve1' is local node, cannot wake my self!",
    });
  });
});

describe("containers", () => {
  test("start, and stop only what runs", async () => {
    const here = await make();
    expect(await ask(here, "POST", "/nodes/pve3/lxc/203/status/stop", { body: "" })).toMatchObject({
      status: 500,
      reason: "CT 203 not running",
    });
    const log = await follow(here, await ask(here, "POST", "/nodes/pve3/lxc/203/status/start", { body: "" }));
    expect(log).toEqual(["TASK OK"]);
    expect(await read(here, "/nodes/pve3/lxc/203/status/current")).toMatchObject({ status: "running" });
  });
});

describe("volumes", () => {
  test("deleting one is a task, and one that is not there goes well", async () => {
    const here = await make();
    const path = "/nodes/pve2/storage/nfs/content/iso/virtio-win-0.1.271.iso";
    await follow(here, await ask(here, "DELETE", path));
    const log = await follow(here, await ask(here, "DELETE", path));
    expect(log.at(-1)).toBe("TASK OK");
    const isos = await read<unknown[]>(here, "/nodes/pve1/storage/nfs/content?content=iso");
    expect(isos).toHaveLength(1);
  });
});

/** Lets events run until something has come about. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 10_000) throw new Error("it never came about");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
