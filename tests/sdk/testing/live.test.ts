import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../sdk/lab/index.ts";
import { Fixtures } from "../../../sdk/testing/fixtures.ts";
import { firstHost, pinsFor } from "../../../sdk/testing/live-address.ts";
import { refuseForeign } from "../../../sdk/testing/live-guard.ts";
import { livePlace } from "../../../sdk/testing/live-place.ts";
import { whySkipped } from "../../../sdk/testing/live-skips.ts";
import { type ClusterFeature, lookUp } from "../../../sdk/testing/lookups.ts";
import { objectsOn, ownVolumes } from "../../../sdk/testing/own-objects.ts";
import type { Place, Target } from "../../../sdk/testing/target.ts";
import { ask } from "../lab/client.ts";

const place: Place = {
  ...{ node: "pve2", storage: "local-lvm", bridge: "vmbr0", files: "local" },
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

  test("are taken away on other nodes as well, with what they left there", async () => {
    await fixtures.begin();
    const { vmid, path } = await fixtures.vm("stopped", {}, "pve1");
    expect(await fixtures.get(`${path}/config`)).toMatchObject({ name: "scenario-9000" });
    await fixtures.change("POST", "/nodes/pve1/vzdump", { vmid: String(vmid), storage: "local" });
    const volumes = async () => (await ownVolumes(fixtures, place)).map(({ path: at }) => at.split("/")[2]);
    expect(await volumes()).toEqual(["pve1", "pve1"]);
    await fixtures.sweep();
    expect(await volumes()).toEqual([]);
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
    await expect(fixtures.begin()).rejects.toThrow(/in use \(guest 9000, volume local-lvm:vm-9000-disk-0\)/);
    await fixtures.sweep();
    await fixtures.begin();
  });

  test("tell of guests outside the range that have come or gone", async () => {
    await fixtures.begin();
    const [first] = lab.state.guests.keys();
    const guest = lab.state.guests.get(first ?? 0);
    if (first === undefined || guest === undefined) throw new Error("the lab has no guest");
    lab.state.guests.delete(first);
    await expect(fixtures.sweep()).rejects.toThrow(`has come or gone: guest ${first}`);
    lab.state.guests.set(first, guest);
    await fixtures.sweep();
  });

  test("take away every other object that bears their name, whatever it depends on", async () => {
    await fixtures.begin();
    const before = await objectsOn(fixtures);
    const { vmid } = await fixtures.vm("stopped");
    const made = (path: string, params: Readonly<Record<string, string>>) =>
      fixtures.change("POST", path, params);
    await made("/access/groups", { groupid: "mcp-scenario" });
    await made("/access/users", { userid: "mcp-scenario@pve", groups: "mcp-scenario" });
    await made("/access/roles", { roleid: "mcp-scenario", privs: "VM.Audit" });
    await fixtures.realm();
    const { userid } = await fixtures.userWithSecondFactors();
    await fixtures.change("PUT", "/access/acl", { path: "/vms/9000", roles: "PVEAuditor", users: userid });
    await made("/storage", { storage: "mcp-scenario", type: "dir", path: "/srv", content: "iso" });
    const folder = { type: "dir", path: "/var/tmp/mcp-scenario", content: "vztmpl" };
    await made("/storage", { storage: "mcp-scenario-own", ...folder });
    const template = await lookUp("template to download", {
      cluster: fixtures,
      place: { ...place, url: "…" },
    });
    await made("/nodes/pve2/aplinfo", { storage: "mcp-scenario-own", template: String(template) });
    await made("/pools", { poolid: "mcp-scenario" });
    await made("/pools", { poolid: "mcp-scenario/inner" });
    const members = { poolid: "mcp-scenario/inner", vms: String(vmid), storage: "mcp-scenario" };
    await fixtures.change("PUT", "/pools", members);
    await made("/cluster/mapping/dir", { id: "mcp-scenario", map: "node=pve1,path=/srv" });
    const job = { id: "mcp-scenario", schedule: "sat 03:00", storage: "local", vmid: String(vmid) };
    await made("/cluster/backup", job);
    await made("/nodes/pve2/vzdump", { vmid: String(vmid), storage: "local", protected: "1" });
    await expect(fixtures.begin()).rejects.toThrow(
      /guest 9000, backup job mcp-scenario, pool mcp-scenario\/inner, .*, realm mcp-scenario, .*, volume local:backup\/vzdump-qemu-9000.*, volume mcp-scenario-own:vztmpl\/alpine/,
    );
    await fixtures.sweep();
    expect(await objectsOn(fixtures)).toEqual(before);
    expect(await fixtures.get("/access/tfa")).not.toContainEqual(expect.objectContaining({ userid }));
    expect(await fixtures.get("/access/acl")).not.toContainEqual(expect.objectContaining({ ugid: userid }));
    await fixtures.begin();
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
    const check = () => refuseForeign(change, args, place);
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });

  test("lets reads and tools without guests pass", () => {
    refuseForeign(tool({ readOnlyHint: true }, "vmid"), { vmid: 100 }, place);
    refuseForeign(tool({ readOnlyHint: false }, "pool"), {}, place);
  });

  test.each<[string, object, string | undefined]>([
    ["user_update", { userid: "mcp-scenario@pve", groups: ["mcp-scenario"] }, undefined],
    ["user_update", { userid: "root@pam" }, "would touch root@pam"],
    ["user_update", { userid: "mcp-scenario@pve", groups: "admins" }, "would touch admins"],
    [
      "acl_set",
      { path: "/", roles: "PVEAuditor", users: "mcp-scenario@pve,root@pam" },
      "would touch root@pam",
    ],
    ["acl_set", { path: "/vms/9001", roles: "PVEAuditor" }, undefined],
    ["acl_set", { path: "/vms/100", roles: "PVEAuditor", users: "mcp-scenario@pve" }, "would touch 100"],
    ["acl_set", { path: "/", roles: "PVEAuditor" }, "names nothing that a scenario made"],
    ["storage_update", { storage: "local" }, "would touch local"],
    ["storage_update", { storage: "mcp-scenario" }, undefined],
    ["storage_allocate", { storage: "local" }, undefined],
    ["storage_allocate", { storage: "nfs" }, "would touch nfs"],
    ["storage_volume_delete", { volid: "local-lvm:vm-9001-disk-0" }, undefined],
    ["storage_volume_delete", { volid: "local-lvm:vm-100-disk-0" }, "would touch local-lvm:vm-100-disk-0"],
    ["storage_volume_delete", { volid: "local:iso/mcp-scenario.iso" }, undefined],
    ["storage_volume_delete", { volid: "nfs:iso/mcp-scenario.iso" }, "would touch nfs:iso"],
    ["backup_job_update", { id: "mcp-scenario", enabled: false }, undefined],
    ["backup_job_update", { id: "mcp-scenario", all: true }, "would touch all guests"],
    ["cluster_options_update", { keyboard: "de" }, "names nothing that a scenario made"],
    ["api_call", { method: "GET", path: "/pools" }, undefined],
    ["api_call", { method: "POST", path: "/pools", params: { poolid: "mcp-scenario" } }, undefined],
    ["api_call", { method: "DELETE", path: "/nodes/pve1/qemu/9000" }, undefined],
    ["api_call", { method: "DELETE", path: "/nodes/pve1/qemu/100" }, "names nothing that a scenario made"],
  ])("%s %j", (name, args, refusal) => {
    const listed = { ...tool({ readOnlyHint: false }), name: `proxmox_${name}` };
    const check = () => refuseForeign(listed, { ...args }, place);
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });
});

describe("settings of the place", () => {
  const env = {
    ENABLE_LIVE_PROXMOX_TESTS: "1",
    LIVE_TESTS_VMIDS: "9000-9001",
    LIVE_TESTS_NODE: "pve2",
    LIVE_TESTS_STORAGE: "local-lvm",
    LIVE_TESTS_BRIDGE: "vmbr0",
    LIVE_TESTS_FILES: "local",
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

describe("the address of a real cluster", () => {
  const pin = "AA:".repeat(31).concat("AA");
  const other = pin.replaceAll("A", "B");

  test.each([
    ["pve1", { host: "pve1", port: 8006 }],
    ["pve1:8443, pve2", { host: "pve1", port: 8443 }],
    ["[2001:db8::1]:8443 pve2", { host: "2001:db8::1", port: 8443 }],
    ["2001:db8::1", { host: "2001:db8::1", port: 8006 }],
  ])("%s", (text, address) => {
    expect(firstHost(text, 8006)).toEqual(address);
  });

  test.each([
    [pin, [pin]],
    [pin.toLowerCase().replaceAll(":", ""), [pin]],
    [`sha256:${pin}; ${other}`, [pin, other]],
    [`pve1=${pin},pve2=${other}`, [pin]],
    [`PVE1:8006=${pin} pve1:8443=${other}`, [pin]],
    [`pve2=${other}`, []],
  ])("of pins %s", (text, fingerprints) => {
    expect(pinsFor({ host: "pve1", port: 8006 }, text)).toEqual(fingerprints);
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
    ["local storage of two nodes", undefined],
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
