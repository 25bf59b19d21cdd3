import { describe, expect, test } from "@jest/globals";
import type { PlanGuest } from "../../../kernel/call/types.ts";
import { takeFingerprint } from "../../../kernel/plans/fingerprint.ts";
import { stepPrivileges } from "../../../kernel/plans/privileges.ts";
import { recheck } from "../../../kernel/plans/recheck.ts";
import { undoNotes } from "../../../kernel/plans/undo-notes.ts";
import { Held, permissionsOf } from "../../../kernel/privileges/held.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { isToolError, type ToolError } from "../../../sdk/errors.ts";
import type { StepParams } from "../../../sdk/steps.ts";
import { accessTo, type FakeCluster, FORBIDDEN, fakeCluster, guest, holding } from "./fake-cluster.ts";
import { planOf, stepOf } from "./fixture.ts";

const signal = new AbortController().signal;
const WEB1: PlanGuest = { kind: "qemu", vmid: 100, name: "web1", node: "pve1" };
const CONFIG = { digest: "d1", cores: 2, name: "web1" };

async function taken(
  key: string,
  params: StepParams,
  cluster: FakeCluster,
  guests: readonly PlanGuest[] = [WEB1],
) {
  const plan = planOf([await stepOf(key, params)], {
    guests: guests.filter(({ vmid }) => vmid === Number(params.vmid)),
  });
  return takeFingerprint(plan, accessTo(cluster), signal);
}

async function conflict(
  seen: Awaited<ReturnType<typeof taken>>,
  cluster: FakeCluster,
): Promise<ToolError | undefined> {
  try {
    await recheck(seen, {
      tool: "test_tool",
      access: accessTo(cluster),
      signal,
      next: "Again.",
      retry: false,
    });
    return undefined;
  } catch (error) {
    if (isToolError(error)) return error;
    throw error;
  }
}

describe("the fingerprint", () => {
  const destroy = ["DELETE /nodes/{node}/qemu/{vmid}", { node: "pve1", vmid: 100 }] as const;
  const cluster = (config: unknown = CONFIG) =>
    fakeCluster({ answers: { "/nodes/pve1/qemu/100/config": config } });

  test("of a guest is VMID, name, node and the digest of its configuration", async () => {
    const own = cluster();
    const seen = await taken(...destroy, own);
    expect(seen.map(({ entry }) => entry)).toEqual([
      { kind: "guest", guest: "qemu", vmid: 100, name: "web1", node: "pve1", digest: "d1" },
    ]);
    expect(await conflict(seen, own)).toBeUndefined();
    own.answers["/nodes/pve1/qemu/100/config"] = { ...CONFIG, digest: "d2", cores: 4, memory: "1024" };
    expect((await conflict(seen, own))?.message).toContain(
      "the configuration of VM 100 (web1) on pve1 changed (cores, memory)",
    );
  });

  test("says what it could not read, and compares the rest", async () => {
    const own = cluster(FORBIDDEN);
    const seen = await taken(...destroy, own);
    expect(seen.map(({ entry }) => entry.kind)).toEqual(["guest", "unread"]);
    expect(seen[1]?.entry).toMatchObject({ what: "the configuration of VM 100 (web1) on pve1" });
    expect(await conflict(seen, own)).toBeUndefined();
    own.guests = [guest(100, "other")];
    expect((await conflict(seen, own))?.message).toContain("is now named other");
  });

  test("that cannot be looked at again is no unchanged one", async () => {
    const own = cluster();
    const seen = await taken(...destroy, own);
    own.answers["/nodes/pve1/qemu/100/config"] = new RestFault("not_sent", "connection refused");
    expect((await conflict(seen, own))?.code).toBe("unreachable");
  });

  test("of a VMID that no guest has is that it stays so", async () => {
    const own = fakeCluster({ guests: [] });
    const seen = await taken(...destroy, own, []);
    expect(seen.map(({ entry }) => entry)).toEqual([{ kind: "free", vmid: 100 }]);
    own.guests = [guest(100, "new")];
    expect((await conflict(seen, own))?.message).toContain(
      "VMID 100, which no guest had, is now VM 100 (new)",
    );
  });

  test("covers guests that a step names besides its own path, there or not", async () => {
    const own = cluster();
    const volume = { node: "pve1", storage: "s", filename: "vm-100-disk-9", size: "1G" };
    const allocate = "POST /nodes/{node}/storage/{storage}/content";
    const seen = await taken(allocate, { ...volume, vmid: 100 }, own, []);
    expect(seen.map(({ entry }) => entry)).toEqual([
      { kind: "guest", guest: "qemu", vmid: 100, name: "web1", node: "pve1", digest: "d1" },
    ]);
    const free = await taken(allocate, { ...volume, vmid: 300 }, own, []);
    expect(free.map(({ entry }) => entry)).toEqual([{ kind: "free", vmid: 300 }]);
    own.guests = [guest(100, "other"), guest(300, "new")];
    expect((await conflict(seen, own))?.message).toContain("is now named other");
    expect((await conflict(free, own))?.message).toContain("VMID 300, which no guest had, is now VM 300");
  });

  test("of a node is that it is there, and online or not", async () => {
    const own = fakeCluster();
    const seen = await taken("POST /nodes/{node}/status", { node: "pve2", command: "reboot" }, own);
    expect(seen.map(({ entry }) => entry)).toEqual([{ kind: "node", node: "pve2", status: "online" }]);
    own.nodes = [{ node: "pve2", status: "offline" }];
    expect((await conflict(seen, own))?.message).toContain("node pve2 was online and is now offline");
    own.nodes = [];
    expect((await conflict(seen, own))?.message).toContain("node pve2 is no longer in the cluster");
  });

  test("of an object without a digest is its content, but for what changes by itself", async () => {
    const path = "/access/users/a@pve";
    const own = fakeCluster({
      answers: { [path]: { enable: 1, email: "a@b", tokens: { t: { expire: 0 } } } },
    });
    const seen = await taken("PUT /access/users/{userid}", { userid: "a@pve", enable: 0 }, own);
    expect(seen.map(({ entry }) => entry)).toMatchObject([{ kind: "content", path }]);
    own.answers[path] = { tokens: { t: { expire: 0 } }, email: "a@b", enable: 1, uptime: 7 };
    expect(await conflict(seen, own)).toBeUndefined();
    own.answers[path] = { enable: 1, email: "c@d" };
    expect((await conflict(seen, own))?.message).toContain(`${path} changed (email, tokens)`);
    delete own.answers[path];
    expect((await conflict(seen, own))?.message).toContain(`${path} is gone`);
  });

  test("of ACLs are those on the path alone, and what differs is counted", async () => {
    const entry = (path: string, ugid: string) => ({
      path,
      ugid,
      roleid: "PVEAuditor",
      type: "user",
      propagate: 1,
    });
    const own = fakeCluster({
      answers: { "/access/acl": [entry("/vms/100", "a@pve"), entry("/", "b@pve")] },
    });
    const seen = await taken("PUT /access/acl", { path: "/vms/100", roles: "PVEAdmin", users: "a@pve" }, own);
    own.answers["/access/acl"] = [entry("/", "c@pve"), entry("/vms/100", "a@pve")];
    expect(await conflict(seen, own)).toBeUndefined();
    own.answers["/access/acl"] = [entry("/vms/100", "a@pve"), entry("/vms/100", "d@pve")];
    expect((await conflict(seen, own))?.message).toContain("/access/acl changed (new entries: 1, gone: 0)");
  });

  test("of an object that a step makes under its name is that there is none", async () => {
    const path = "/access/users/a@pve/token/t1";
    const own = fakeCluster();
    const seen = await taken(
      "POST /access/users/{userid}/token/{tokenid}",
      { userid: "a@pve", tokenid: "t1" },
      own,
    );
    expect(seen.map(({ entry }) => entry)).toEqual([{ kind: "content", path, sha256: "absent" }]);
    expect(await conflict(seen, own)).toBeUndefined();
    own.answers[path] = { expire: 0 };
    expect((await conflict(seen, own))?.message).toContain(`${path} exists now`);
  });
});

describe("privileges", () => {
  const START = ["POST /nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: 100 }] as const;

  test("are held, lacking by name, or not known", async () => {
    const steps = [await stepOf(...START)];
    const judged = (held: Held | undefined) => stepPrivileges(steps, { held, isRootLogin: false })[0];
    expect(judged(holding("VM.PowerMgmt"))).toMatchObject({ step: "s1", held: "yes", lacking: [] });
    expect(judged(holding("VM.Audit"))).toMatchObject({ held: "no", lacking: ["VM.PowerMgmt on /vms/100"] });
    expect(judged(undefined)).toMatchObject({ held: "unknown", lacking: [] });
    const elsewhere = new Held(permissionsOf({ "/vms/101": { "VM.PowerMgmt": 1 } }));
    expect(judged(elsewhere)?.held).toBe("no");
  });

  test("of root alone are held by its password only", async () => {
    const steps = [await stepOf("PUT /access/password", { userid: "a@pve", password: "secret" })];
    const root = steps.map((step) => ({ ...step, privileges: { ...step.privileges, who: "root" } as const }));
    expect(stepPrivileges(root, { held: holding("Sys.Modify"), isRootLogin: false })[0]?.held).toBe("no");
    expect(stepPrivileges(root, { held: undefined, isRootLogin: true })[0]?.held).toBe("yes");
  });
});

describe("how to undo", () => {
  const note = async (key: string, params: StepParams) => undoNotes([await stepOf(key, params)], [])[0];

  test("a change of keys is to set them back, but for secrets", async () => {
    const step = await stepOf("PUT /nodes/{node}/qemu/{vmid}/config", { node: "pve1", vmid: 100, cores: 4 });
    const entry = (key: string, before: string | undefined) => ({ key, before, after: "x" });
    expect(undoNotes([{ ...step, diff: [entry("cores", "2"), entry("memory", undefined)] }], [])).toEqual([
      { step: "s1", how: "inverse", text: "set cores, memory back to what the diff shows" },
    ]);
    const [secret] = undoNotes(
      [{ ...step, diff: [entry("cores", "2"), entry("cipassword", "[redacted]")] }],
      [],
    );
    expect(secret).toMatchObject({
      how: "manual",
      text: expect.stringMatching(/^set cores back.*cipassword was is a secret/),
    });
  });

  test.each<[string, StepParams, "inverse" | "manual" | "none", RegExp]>([
    ["DELETE /nodes/{node}/qemu/{vmid}", { node: "pve1", vmid: 100 }, "none", /only a backup/],
    [
      "POST /nodes/{node}/qemu/{vmid}/clone",
      { node: "pve1", vmid: 100, newid: 200 },
      "manual",
      /destroy guest 200/,
    ],
    ["POST /nodes/{node}/qemu/{vmid}/status/stop", { node: "pve1", vmid: 100 }, "none", /not saved is lost/],
    ["POST /nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: 100 }, "manual", /shut it down/],
    [
      "POST /nodes/{node}/qemu/{vmid}/snapshot",
      { node: "pve1", vmid: 100, snapname: "a" },
      "manual",
      /delete the snapshot/,
    ],
    [
      "DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}",
      { node: "pve1", vmid: 100, snapname: "a" },
      "none",
      /cannot/,
    ],
    [
      "POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback",
      { node: "pve1", vmid: 100, snapname: "a" },
      "none",
      /lost/,
    ],
    [
      "PUT /nodes/{node}/qemu/{vmid}/resize",
      { node: "pve1", vmid: 100, disk: "scsi0", size: "+1G" },
      "none",
      /smaller/,
    ],
    [
      "POST /nodes/{node}/qemu/{vmid}/migrate",
      { node: "pve1", vmid: 100, target: "pve2" },
      "manual",
      /back to pve1/,
    ],
    ["PUT /nodes/{node}/network", { node: "pve1" }, "manual", /on the node itself/],
    ["POST /access/users", { userid: "a@pve" }, "inverse", /delete it again/],
    ["POST /nodes/{node}/status", { node: "pve1", command: "reboot" }, "none", /cannot be undone/],
  ])("%s", async (key, params, how, text) => {
    expect(await note(key, params)).toMatchObject({ step: "s1", how, text: expect.stringMatching(text) });
  });

  test("an object whose content is known is set back, or made again", async () => {
    const cluster = fakeCluster({ answers: { "/access/users/a@pve": { enable: 1 } } });
    for (const [key, how] of [
      ["PUT", "inverse"],
      ["DELETE", "manual"],
    ] as const) {
      const step = await stepOf(`${key} /access/users/{userid}`, { userid: "a@pve" });
      const seen = await takeFingerprint(planOf([step]), accessTo(cluster), signal);
      expect(undoNotes([step], seen)[0]).toMatchObject({ how });
    }
  });

  test("a read needs none", async () => {
    expect(await note("GET /cluster/options", {})).toBeUndefined();
  });
});
