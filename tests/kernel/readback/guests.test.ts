import { describe, expect, test } from "@jest/globals";
import { RestFault } from "../../../kernel/transports/types.ts";
import { missing, seenAfter } from "./fixture.ts";

const at = { node: "pve1", vmid: 100 };
const VM = "/nodes/{node}/qemu/{vmid}";
const PENDING = `GET ${VM}/pending`;
const STATUS = `GET ${VM}/status/current`;

describe("configuration", () => {
  const put = (params: object, rows: object[], before?: Record<string, unknown>) =>
    seenAfter([{ key: `PUT ${VM}/config`, params: { ...at, ...params }, ...(before ? { before } : {}) }], {
      [PENDING]: rows,
    });

  test("is as planned, in one request", async () => {
    const seen = await put({ cores: 4, delete: "balloon" }, [{ key: "cores", value: 4 }]);
    expect(seen).toEqual({
      checks: [{ object: "/nodes/pve1/qemu/100", state: "as_planned" }],
      requests: [PENDING],
    });
  });

  test("is pending on a running guest: set and taken away", async () => {
    const { checks } = await put({ bios: "ovmf", delete: "tablet" }, [
      { key: "bios", value: "seabios", pending: "ovmf" },
      { key: "tablet", value: 0, delete: 1 },
    ]);
    expect(checks).toEqual([
      {
        object: "/nodes/pve1/qemu/100",
        state: "pending",
        details: [
          "bios is pending until the guest is stopped and started",
          "tablet is pending until the guest is stopped and started",
        ],
      },
    ]);
  });

  test("did not take: another value, none, or one that is still there", async () => {
    const { checks } = await put({ cores: 4, onboot: 1, delete: "tablet" }, [
      { key: "cores", value: 2 },
      { key: "tablet", value: 0 },
    ]);
    expect(checks[0]).toMatchObject({
      state: "not_applied",
      details: ["cores is 2, planned 4", "onboot is not set, planned 1", "tablet is still 0"],
    });
  });

  test("of several parts counts as not applied only where it stayed as it was", async () => {
    const net0 = "virtio=BC:24:11:00:00:01,bridge=vmbr0";
    const stayed = await put({ net0: "virtio,bridge=vmbr1" }, [{ key: "net0", value: net0 }], { net0 });
    expect(stayed.checks[0]?.state).toBe("not_applied");
    const changed = await put({ net0: "virtio,bridge=vmbr1" }, [{ key: "net0", value: `${net0},mtu=1` }], {
      net0,
    });
    expect(changed.checks[0]?.state).toBe("differs");
  });

  test("with a secret is told as far as it can be seen", async () => {
    const { checks } = await put({ cipassword: "hunter2!", ciuser: "me" }, [
      { key: "cipassword", value: "**********" },
      { key: "ciuser", value: "me" },
    ]);
    expect(checks[0]).toMatchObject({
      state: "in_part",
      details: ["cipassword is a secret, which cannot be read"],
    });
    expect(JSON.stringify(checks)).not.toContain("hunter2!");
  });

  test("that several steps change is read once, and the last one counts", async () => {
    const seen = await seenAfter(
      [
        { key: `PUT ${VM}/config`, params: { ...at, cores: 2, tablet: 0 } },
        { key: `PUT ${VM}/config`, params: { ...at, cores: 4, delete: "tablet" } },
        { key: `PUT ${VM}/resize`, params: { ...at, disk: "scsi0", size: "10G" } },
      ],
      {
        [PENDING]: [
          { key: "cores", value: 4 },
          { key: "scsi0", value: "local:a,size=12G" },
        ],
      },
    );
    expect(seen).toMatchObject({ checks: [{ state: "as_planned" }], requests: [PENDING] });
  });
});

describe("a read that cannot be made is said, and is no failure", () => {
  test.each([
    [
      "forbidden",
      new RestFault("answer", "Permission check failed (/vms/100, VM.Audit)", { status: 403 }),
      /VM\.Audit/,
    ],
    ["away", new RestFault("no_answer", "connection reset"), /connection reset/],
    ["hostless", new RestFault("answer", "No route to host", { status: 595 }), /not reachable/],
    ["broken", new TypeError("x"), /a fault in this server/],
  ])("%s", async (_, error, why) => {
    const { checks } = await seenAfter([{ key: `PUT ${VM}/config`, params: { ...at, cores: 4 } }], {
      [PENDING]: error,
    });
    expect(checks[0]?.state).toBe("not_checked");
    expect(checks[0]?.details?.[0]).toMatch(why);
  });

  test("an endpoint that no family knows", async () => {
    const { checks, requests } = await seenAfter(
      [{ key: "POST /nodes/{node}/disks/initgpt", params: { node: "pve1" } }],
      {},
    );
    expect(checks).toEqual([
      {
        object: "/nodes/pve1/disks/initgpt",
        state: "not_checked",
        details: ["no way to read it back is known"],
      },
    ]);
    expect(requests).toEqual([]);
  });

  test("reads promise nothing", async () => {
    expect(await seenAfter([{ key: `GET ${VM}/config`, params: at }], {})).toEqual({
      checks: [],
      requests: [],
    });
  });
});

describe("guests that come and go", () => {
  test("created", async () => {
    const sent = {
      key: "POST /nodes/{node}/qemu",
      params: { ...at, name: "web", scsi0: "local:8", storage: "x", pool: "p" },
    };
    const rows = [
      { key: "name", value: "web" },
      { key: "scsi0", value: "local:100/vm-100-disk-0.qcow2,size=8G" },
    ];
    expect((await seenAfter([sent], { [PENDING]: rows })).checks[0]?.state).toBe("as_planned");
    expect((await seenAfter([sent], { [PENDING]: missing() })).checks[0]).toMatchObject({
      state: "not_applied",
      details: ["it is not there"],
    });
  });

  test("cloned, under its name and on its storage", async () => {
    const sent = {
      key: `POST ${VM}/clone`,
      params: { ...at, newid: 101, name: "b", target: "pve2", storage: "fast" },
    };
    const rows = (storage: string) => [
      { key: "name", value: "b" },
      { key: "scsi0", value: `${storage}:vm-101-disk-0,size=8G` },
      { key: "ide2", value: "local:iso/a.iso,media=cdrom" },
    ];
    const good = await seenAfter([sent], { [PENDING]: rows("fast") });
    expect(good.checks).toEqual([{ object: "/nodes/pve2/qemu/101", state: "as_planned" }]);
    const bad = await seenAfter([sent], { [PENDING]: rows("slow") });
    expect(bad.checks[0]?.details).toEqual(["scsi0 is on slow, planned fast"]);
  });

  test("destroyed: what earlier steps promised no longer counts", async () => {
    const sent = [
      { key: `PUT ${VM}/config`, params: { ...at, protection: 0 } },
      { key: `DELETE ${VM}`, params: at },
    ];
    expect(await seenAfter(sent, { [STATUS]: missing() })).toMatchObject({
      checks: [{ state: "as_planned" }],
      requests: [STATUS],
    });
    expect((await seenAfter(sent, { [STATUS]: { status: "stopped" } })).checks[0]?.state).toBe("not_applied");
    const forbidden = new RestFault("answer", "Permission check failed (/vms/100, VM.Audit)", {
      status: 403,
    });
    expect((await seenAfter(sent, { [STATUS]: forbidden })).checks[0]?.state).toBe("not_checked");
  });

  test("migrated: looked for on the target, unless the HA manager was asked", async () => {
    const sent = { key: `POST ${VM}/migrate`, params: { ...at, target: "pve2" } };
    const seen = await seenAfter([sent], { [STATUS]: missing() });
    expect(seen.checks).toMatchObject([{ object: "/nodes/pve2/qemu/100", state: "not_applied" }]);
    const upid = "UPID:pve1:00000001:00000001:00000001:hamigrate:100:root@pam:";
    expect((await seenAfter([{ ...sent, upid }], {})).checks[0]?.state).toBe("not_checked");
  });
});

describe("power", () => {
  test.each([
    ["start", {}, { status: "running", qmpstatus: "running" }, "as_planned"],
    ["start", {}, { status: "stopped" }, "not_applied"],
    ["shutdown", {}, { status: "running", qmpstatus: "running" }, "not_applied"],
    ["suspend", {}, { status: "running", qmpstatus: "paused" }, "as_planned"],
    ["suspend", { todisk: 1 }, { status: "stopped" }, "as_planned"],
    ["resume", {}, { status: "running", qmpstatus: "paused" }, "not_applied"],
    ["start", {}, {}, "not_checked"],
  ])("%s %j then %j: %s", async (action, more, status, state) => {
    const seen = await seenAfter([{ key: `POST ${VM}/status/${action}`, params: { ...at, ...more } }], {
      [STATUS]: status,
    });
    expect(seen.checks[0]?.state).toBe(state);
  });
});

describe("disks and snapshots", () => {
  const rows = [{ key: "scsi0", value: "local:100/vm-100-disk-0.qcow2,size=10G" }];
  test.each([
    [`PUT ${VM}/resize`, { disk: "scsi0", size: "9G" }, "as_planned"],
    [`PUT ${VM}/resize`, { disk: "scsi0", size: "20G" }, "not_applied"],
    [`PUT ${VM}/resize`, { disk: "scsi0", size: "+1G" }, "not_checked"],
    [`POST ${VM}/move_disk`, { disk: "scsi0", storage: "local" }, "as_planned"],
    [`POST ${VM}/move_disk`, { disk: "scsi0", storage: "fast" }, "not_applied"],
    [`POST ${VM}/move_disk`, { disk: "scsi0", "target-vmid": 101 }, "not_checked"],
    [`PUT ${VM}/unlink`, { idlist: "scsi1" }, "as_planned"],
    [`PUT ${VM}/unlink`, { idlist: "scsi0" }, "not_applied"],
  ])("%s %j: %s", async (key, params, state) => {
    expect(
      (await seenAfter([{ key, params: { ...at, ...params } }], { [PENDING]: rows })).checks[0]?.state,
    ).toBe(state);
  });

  const list = [
    { name: "a", snaptime: 1 },
    { name: "current", parent: "a" },
  ];
  test.each([
    [`POST ${VM}/snapshot`, "a", "as_planned"],
    [`POST ${VM}/snapshot`, "b", "not_applied"],
    [`DELETE ${VM}/snapshot/{snapname}`, "b", "as_planned"],
    [`DELETE ${VM}/snapshot/{snapname}`, "a", "not_applied"],
    [`POST ${VM}/snapshot/{snapname}/rollback`, "a", "as_planned"],
    [`POST ${VM}/snapshot/{snapname}/rollback`, "b", "not_applied"],
  ])("%s %s: %s", async (key, snapname, state) => {
    const seen = await seenAfter([{ key, params: { ...at, snapname } }], { [`GET ${VM}/snapshot`]: list });
    expect(seen.checks[0]?.state).toBe(state);
  });
});
