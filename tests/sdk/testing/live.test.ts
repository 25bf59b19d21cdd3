import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../sdk/lab/index.ts";
import { Fixtures } from "../../../sdk/testing/fixtures.ts";
import { refuseForeignGuests } from "../../../sdk/testing/live-guard.ts";
import { livePlace } from "../../../sdk/testing/live-place.ts";
import { whySkipped } from "../../../sdk/testing/live-skips.ts";
import { type ClusterFeature, lookUp } from "../../../sdk/testing/lookups.ts";
import type { Place, Target } from "../../../sdk/testing/target.ts";
import { ask } from "../lab/client.ts";

const place: Place = {
  ...{ node: "pve2", storage: "local-lvm", bridge: "vmbr0" },
  vmids: { first: 9000, last: 9001 },
};

describe("fixtures on a cluster that is not ours", () => {
  let lab: Lab;
  let fixtures: Fixtures;

  beforeAll(async () => {
    lab = await createLab({ seed: { guests: 7, nodes: 2 }, speed: Number.POSITIVE_INFINITY });
    const { root } = lab.tokens;
    const target: Target = {
      where: "live",
      place,
      address: {
        host: lab.host,
        port: lab.port,
        token: `${root?.id}=${root?.secret}`,
        fingerprint: lab.fingerprint,
      },
      env: {},
      close: async () => undefined,
    };
    fixtures = new Fixtures(target);
  });
  afterAll(async () => {
    fixtures.close();
    await lab.close();
  });

  test("are made in the range, and all of them are taken away, running or not", async () => {
    const before = [...lab.state.guests.keys()];
    await fixtures.begin();
    const running = await fixtures.vm("running");
    expect(running).toMatchObject({ vmid: 9000, node: "pve2", name: "scenario-9000" });
    expect(await fixtures.get(`${running.path}/status/current`)).toMatchObject({ status: "running" });
    const template = await fixtures.vm("template");
    expect(await fixtures.get(`${template.path}/config`)).toMatchObject({ template: 1 });
    await expect(fixtures.vm("stopped")).rejects.toThrow("no VMID from 9000 to 9001 is free");
    await fixtures.sweep();
    expect([...lab.state.guests.keys()]).toEqual(before);
  });

  test("are taken away also where one rests on another", async () => {
    await fixtures.begin();
    const { node, path } = await fixtures.vm("template");
    const { data } = await ask(lab, "POST", `${path}/clone`, { body: "newid=9001" });
    await lab.tasks.ended(String(data));
    expect(lab.state.guests.get(9001)?.node).toBe(node);
    await fixtures.sweep();
    expect(lab.state.guests.has(9000)).toBe(false);
  });

  test("may be containers", async () => {
    await fixtures.begin();
    const { path } = await fixtures.container("running", { cores: "2" });
    expect(await fixtures.get(`${path}/status/current`)).toMatchObject({ status: "running" });
    expect(await fixtures.get(`${path}/config`)).toMatchObject({ hostname: "scenario-9000", cores: 2 });
    await fixtures.sweep();
  });

  test("are not begun where the range is in use", async () => {
    await fixtures.vm("stopped");
    await expect(fixtures.begin()).rejects.toThrow("in use (9000)");
    await fixtures.sweep();
    await fixtures.begin();
  });

  test("tell of guests outside the range that have come or gone", async () => {
    await fixtures.begin();
    const [first] = lab.state.guests.keys();
    const guest = lab.state.guests.get(first ?? 0);
    if (first === undefined || guest === undefined) throw new Error("the lab has no guest");
    lab.state.guests.delete(first);
    await expect(fixtures.sweep()).rejects.toThrow(`have come or gone: ${first}`);
    lab.state.guests.set(first, guest);
    await fixtures.sweep();
  });
});

describe("the guard of a real cluster", () => {
  const tool = (annotations: { readOnlyHint: boolean }, ...keys: string[]) => ({
    name: "a_tool",
    inputSchema: { properties: Object.fromEntries(keys.map((key) => [key, {}])) },
    annotations,
  });
  const change = tool({ readOnlyHint: false }, "vmid", "newid");

  test.each([
    [{ vmid: 9000, newid: 9001 }, undefined],
    [{ vmid: 100, newid: 9001 }, "would touch 100"],
    [{ vmid: "web", newid: 9001 }, "would touch web"],
    [{ vmid: 9000 }, "is to be told newid"],
    [{ vmid: 9000, newid: 9002 }, "would touch 9002"],
    [{ vmid: 9000, newid: 9001, "target-vmid": 9001 }, undefined],
    [{ vmid: 9000, newid: 9001, "target-vmid": 100 }, "would touch 100"],
  ])("%j", (args, refusal) => {
    const check = () => refuseForeignGuests(change, args, place);
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });

  test("lets reads and tools without guests pass", () => {
    refuseForeignGuests(tool({ readOnlyHint: true }, "vmid"), { vmid: 100 }, place);
    refuseForeignGuests(tool({ readOnlyHint: false }, "pool"), {}, place);
  });
});

describe("settings of the place", () => {
  const env = {
    ENABLE_LIVE_PROXMOX_TESTS: "1",
    LIVE_TESTS_VMIDS: "9000-9001",
    LIVE_TESTS_NODE: "pve2",
    LIVE_TESTS_STORAGE: "local-lvm",
    LIVE_TESTS_BRIDGE: "vmbr0",
  };

  test("are read", () => {
    expect(livePlace(env)).toEqual(place);
    expect(livePlace({ ...env, LIVE_TESTS_AGENT_TEMPLATE: "900" })).toEqual({ ...place, agentTemplate: 900 });
  });

  test.each([
    [{ ENABLE_LIVE_PROXMOX_TESTS: "0" }, "only with ENABLE_LIVE_PROXMOX_TESTS=1"],
    [{ LIVE_TESTS_NODE: "" }, "lack LIVE_TESTS_NODE"],
    [{ LIVE_TESTS_VMIDS: "9001-9000" }, "must be a range"],
    [{ LIVE_TESTS_VMIDS: "all" }, "must be a range"],
    [{ LIVE_TESTS_AGENT_TEMPLATE: "debian" }, "must be a VMID"],
  ])("%j is refused", (wrong, message) => {
    expect(() => livePlace({ ...env, ...wrong })).toThrow(message);
  });
});

describe("what a real cluster cannot serve", () => {
  const answers: Readonly<Record<string, unknown>> = {
    "/nodes": [
      { node: "pve2", status: "online" },
      { node: "pve3", status: "offline" },
    ],
    "/nodes/pve2/storage?enabled=1": [
      { storage: "local-lvm", type: "lvmthin", content: "images,rootdir", active: 1 },
      { storage: "disks", type: "dir", content: "images", active: 1 },
      { storage: "down", type: "nfs", content: "images,rootdir", active: 0, shared: 1 },
      { storage: "ceph", type: "rbd", content: "images,rootdir", active: 1, shared: 1 },
      { storage: "files", type: "dir", content: "vztmpl,import", active: 1 },
    ],
    "/nodes/pve2/storage/files/content?content=vztmpl": [{ volid: "files:vztmpl/debian.tar.zst" }],
    "/nodes/pve2/storage/files/content?content=import": [],
    "/cluster/mapping/pci": [
      { id: "there", map: ["node=pve1,path=0000:01:00.0"] },
      { id: "here", map: ["id=10de:1db6,node=pve2,path=0000:01:00.0"] },
    ],
  };
  const ground = {
    place,
    cluster: {
      // The test states what the paths answer.
      get: async <T>(path: string) => answers[path] as T,
    },
  };

  test.each<[ClusterFeature, string | undefined]>([
    ["second node", undefined],
    ["second storage", "ceph"],
    ["shared storage", "ceph"],
    ["ceph", "ceph"],
    ["container template", "files:vztmpl/debian.tar.zst"],
    ["image to import", undefined],
    ["PCI mapping", "here"],
    ["guest agent", undefined],
  ])("%s is %s", async (feature, expected) => {
    expect(await lookUp(feature, ground)).toBe(expected);
  });

  test("is skipped with the reason", async () => {
    expect(await whySkipped({}, ground)).toBe("it relies on what the lab holds");
    expect(await whySkipped({ live: "too slow" }, ground)).toBe("too slow");
    const needs = ["second node", "ceph", "guest agent"] as const;
    expect(await whySkipped({ live: true, needs }, ground)).toBe(
      "the cluster lacks: second node, guest agent",
    );
    expect(await whySkipped({ live: true, needs: ["ceph"] }, ground)).toBeUndefined();
  });
});
