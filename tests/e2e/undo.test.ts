import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { guestOf } from "./lab-view.ts";
import { type Answer, Bench, jobOf, type Session, settingsFor, UNGUARDED } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
});
beforeEach(() => lab.faults.clear());
afterAll(() => bench.close());

const api = (method: string, path: string, params: object = {}) =>
  session.ok("proxmox_api_call", { method, path, params, ...QUICK });

function planOf({ text }: Answer): string {
  const id = /undo: plan (p_[0-9a-f]{24})/.exec(text)?.[1];
  if (id === undefined) throw new Error(`no undo in:\n${text}`);
  return id;
}

describe("the way back", () => {
  test("of a configuration: applied once, and itself undoable", async () => {
    const config = () => guestOf(lab, 112).config;
    config().set("tags", "before");
    config().delete("description");
    const done = await session.ok("proxmox_vm_update_config", {
      vmid: 112,
      tags: ["after"],
      description: "new",
      ...QUICK,
    });
    const plan = planOf(done);
    const undone = await session.ok("proxmox_plan_apply", { plan, ...QUICK });
    expect(undone.text).toContain("read back: as planned");
    expect(config().get("tags")).toBe("before");
    expect(config().has("description")).toBe(false);
    expect((await session.refused("proxmox_plan_apply", { plan })).code).toBe("conflict");
    await session.ok("proxmox_plan_apply", { plan: planOf(undone), ...QUICK });
    expect(config().get("tags")).toBe("after");
  });

  test("is void when somebody changed the object since", async () => {
    const plan = planOf(await api("PUT", "/nodes/pve1/qemu/101/config", { tags: "undoable" }));
    guestOf(lab, 101).config.set("cores", "9");
    expect((await session.refused("proxmox_plan_apply", { plan })).code).toBe("conflict");
    expect(guestOf(lab, 101).config.get("tags")).toBe("undoable");
  });

  test("of rules, rights, members, options and users", async () => {
    const state = async () =>
      Promise.all(
        [
          "/cluster/firewall/rules",
          "/access/acl",
          "/pools/staging",
          "/cluster/options",
          "/access/users/operator@pve",
        ].map(async (path) => JSON.stringify((await reader.get(path)) ?? null, lasting)),
      );
    const reader = bench.reader(lab);
    await api("POST", "/cluster/firewall/rules", { type: "in", action: "ACCEPT", comment: "first" });
    const before = (await state()).map(withoutDigest);
    for (const [method, path, params] of [
      ["POST", "/cluster/firewall/rules", { type: "in", action: "DROP", comment: "second" }],
      ["DELETE", "/cluster/firewall/rules/0", {}],
      ["PUT", "/access/acl", { path: "/vms/112", roles: "PVEAuditor", users: "operator@pve" }],
      ["PUT", "/pools", { poolid: "staging", vms: "112" }],
      ["PUT", "/cluster/options", { keyboard: "de" }],
      ["PUT", "/access/users/operator@pve", { comment: "changed" }],
    ] as const) {
      const plan = planOf(await api(method, path, params));
      expect((await state()).map(withoutDigest)).not.toEqual(before);
      await session.ok("proxmox_plan_apply", { plan, ...QUICK });
      expect((await state()).map(withoutDigest)).toEqual(before);
    }
  });

  test("of a new object removes it; a new guest is only named", async () => {
    const plan = planOf(await api("POST", "/access/groups", { groupid: "short" }));
    await session.ok("proxmox_plan_apply", { plan });
    expect(lab.state.access.groups.has("short")).toBe(false);
    const clone = await api("POST", "/nodes/pve1/qemu/900/clone", { newid: 951 });
    expect(clone.text).toContain("undo: destroy guest 951");
    expect(clone.text).not.toMatch(/undo: plan/);
  });

  test("of a deferred change is told by whoever waits for it", async () => {
    const begun = await session.ok("proxmox_vm_update_config", {
      vmid: 112,
      cores: 3,
      waitMode: "deferred",
      ...QUICK,
    });
    planOf(await session.ok("job_wait", { job: jobOf(begun) }));
  });

  test("is none where a change did not take", async () => {
    lab.faults.request({ method: "PUT", path: "/cluster/options", fault: { kind: "ignored" }, times: 1 });
    const refused = await session.refused("proxmox_api_call", {
      method: "PUT",
      path: "/cluster/options",
      params: { keyboard: "fr" },
    });
    expect(refused.code).toBe("not_applied");
    expect(refused.text).not.toContain("undo: plan");
  });
});

/** What guests use changes by itself. */
function lasting(name: string, value: unknown): unknown {
  return /^(?:cpu|mem|memhost|disk|diskread|diskwrite|netin|netout|uptime)$/.test(name) ? undefined : value;
}

/** Each change of a file gives it another digest, also the way back. */
function withoutDigest(text: string): string {
  return text.replaceAll(/"digest":"[0-9a-f]+"/g, '"digest":""');
}
