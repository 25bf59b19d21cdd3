import { describe, expect, test } from "@jest/globals";
import { RestFault } from "../../../kernel/transports/types.ts";
import { missing, seenAfter } from "./fixture.ts";

type Row = readonly [
  key: string,
  params: Record<string, unknown>,
  read: string,
  answer: unknown,
  state: string,
];

const ACL = [{ path: "/vms/100", propagate: 1, roleid: "PVEAuditor", type: "user", ugid: "a@pve" }];
const entry = { path: "/vms/100/", roles: "PVEAuditor", users: "a@pve" };

const ROWS: readonly Row[] = [
  ["PUT /access/acl", entry, "GET /access/acl", ACL, "as_planned"],
  ["PUT /access/acl", { ...entry, roles: "PVEAdmin" }, "GET /access/acl", ACL, "not_applied"],
  ["PUT /access/acl", { ...entry, propagate: 0 }, "GET /access/acl", ACL, "not_applied"],
  ["PUT /access/acl", { ...entry, delete: 1 }, "GET /access/acl", ACL, "not_applied"],
  ["PUT /access/acl", entry, "GET /access/acl", [], "not_checked"],
  [
    "PUT /access/roles/{roleid}",
    { roleid: "r", privs: "VM.Audit" },
    "GET /access/roles/{roleid}",
    { "VM.Audit": 1 },
    "as_planned",
  ],
  [
    "PUT /access/roles/{roleid}",
    { roleid: "r", privs: "VM.Audit" },
    "GET /access/roles/{roleid}",
    { "VM.Audit": 1, "VM.Clone": 1 },
    "not_applied",
  ],
  [
    "PUT /access/roles/{roleid}",
    { roleid: "r", privs: "VM.Audit", append: 1 },
    "GET /access/roles/{roleid}",
    { "VM.Audit": 1, "VM.Clone": 1 },
    "as_planned",
  ],
  [
    "PUT /access/users/{userid}",
    { userid: "a@pve", groups: "g", append: 1 },
    "GET /access/users/{userid}",
    { groups: ["h", "g"] },
    "as_planned",
  ],
  [
    "PUT /access/users/{userid}",
    { userid: "a@pve", groups: "g" },
    "GET /access/users/{userid}",
    { groups: ["h", "g"] },
    "not_applied",
  ],
  [
    "POST /access/users",
    { userid: "a@pve", password: "secret99", comment: "c" },
    "GET /access/users/{userid}",
    { comment: "c" },
    "as_planned",
  ],
  [
    "POST /access/users",
    { userid: "a@pve" },
    "GET /access/users/{userid}",
    missing("no such user ('a@pve')"),
    "not_applied",
  ],
  [
    "DELETE /access/users/{userid}",
    { userid: "a@pve" },
    "GET /access/users/{userid}",
    missing("no such user ('a@pve')"),
    "as_planned",
  ],
  ["POST /pools", { poolid: "p", comment: "c" }, "GET /pools", [{ poolid: "p", comment: "c" }], "as_planned"],
  ["PUT /pools", { poolid: "p", vms: "100" }, "GET /pools", [{ members: [{ vmid: 100 }] }], "as_planned"],
  ["PUT /pools", { poolid: "p", vms: "101" }, "GET /pools", [{ members: [{ vmid: 100 }] }], "not_applied"],
  ["PUT /pools", { poolid: "p", vms: "999" }, "GET /pools", [{ members: [] }], "not_checked"],
  [
    "PUT /pools/{poolid}",
    { poolid: "p", vms: "100", delete: 1 },
    "GET /pools",
    [{ members: [{ vmid: 100 }] }],
    "not_applied",
  ],
  ["DELETE /pools", { poolid: "p" }, "GET /pools", missing("pool 'p' does not exist"), "as_planned"],
  [
    "PUT /storage/{storage}",
    { storage: "s", content: "iso,images" },
    "GET /storage/{storage}",
    { content: "images,iso" },
    "as_planned",
  ],
  ["PUT /storage/{storage}", { storage: "s", disable: 1 }, "GET /storage/{storage}", {}, "not_applied"],
  [
    "POST /storage",
    { storage: "s", type: "dir", path: "/a", mkdir: 1 },
    "GET /storage/{storage}",
    { type: "dir", path: "/a" },
    "as_planned",
  ],
  [
    "PUT /cluster/options",
    { keyboard: "de" },
    "GET /cluster/options",
    { description: "", keyboard: "de" },
    "as_planned",
  ],
  ["PUT /cluster/options", { keyboard: "de" }, "GET /cluster/options", { description: "" }, "not_applied"],
  ["PUT /cluster/options", { keyboard: "de" }, "GET /cluster/options", { "allowed-tags": [] }, "not_checked"],
  [
    "POST /cluster/mapping/pci",
    { id: "gpu", map: ["id=1:2,node=pve1,path=0000:01:00.0"] },
    "GET /cluster/mapping/pci/{id}",
    { map: ["node=pve1,path=0000:01:00.0,id=1:2"] },
    "as_planned",
  ],
  [
    "DELETE /cluster/backup/{id}",
    { id: "b" },
    "GET /cluster/backup/{id}",
    new RestFault("answer", "Parameter verification failed.", {
      status: 400,
      errors: { id: "No such job 'b'" },
    }),
    "as_planned",
  ],
  [
    "POST /cluster/firewall/rules",
    { type: "in", action: "ACCEPT", dport: "22" },
    "GET /cluster/firewall/rules",
    [{ pos: 0, type: "in", action: "ACCEPT", dport: "22" }],
    "as_planned",
  ],
  [
    "POST /cluster/firewall/rules",
    { type: "in", action: "ACCEPT", comment: "x" },
    "GET /cluster/firewall/rules",
    [],
    "not_applied",
  ],
  [
    "POST /cluster/firewall/ipset/{name}",
    { name: "s", cidr: "10.0.0.1/32" },
    "GET /cluster/firewall/ipset/{name}",
    [{ cidr: "10.0.0.1" }],
    "as_planned",
  ],
  [
    "POST /cluster/firewall/groups",
    { group: "g" },
    "GET /cluster/firewall/groups",
    [{ group: "g" }],
    "as_planned",
  ],
  [
    "DELETE /cluster/firewall/groups/{group}",
    { group: "g" },
    "GET /cluster/firewall/groups",
    [{ group: "g" }],
    "not_applied",
  ],
  [
    "PUT /cluster/ha/resources/{sid}",
    { sid: "vm:100", state: "stopped" },
    "GET /cluster/ha/resources/{sid}",
    { sid: "vm:100", state: "started" },
    "not_applied",
  ],
  [
    "PUT /cluster/sdn/zones/{zone}",
    { zone: "z", mtu: 1400 },
    "GET /cluster/sdn/zones/{zone}",
    { mtu: 1450 },
    "differs",
  ],
];

describe("objects other than guests", () => {
  test.each(ROWS)("%s %j by %s of %j: %s", async (key, params, read, answer, state) => {
    const seen = await seenAfter([{ key, params }], { [read]: answer }, [100, 101]);
    expect(seen.checks.map((check) => check.state)).toEqual([state]);
    expect(seen.requests).toEqual([read]);
  });

  test("root@pam has no entry in the access list", async () => {
    const seen = await seenAfter([{ key: "PUT /access/acl", params: { ...entry, users: "root@pam" } }], {});
    expect(seen).toMatchObject({ checks: [{ state: "not_checked" }], requests: [] });
  });

  test("a lenient one that stayed as it was did not take", async () => {
    const sent = {
      key: "PUT /cluster/sdn/zones/{zone}",
      params: { zone: "z", mtu: 1400 },
      before: { mtu: 1450 },
    };
    const seen = await seenAfter([sent], { "GET /cluster/sdn/zones/{zone}": { mtu: 1450 } });
    expect(seen.checks[0]?.state).toBe("not_applied");
  });

  test("a rule that was removed: the file has another digest", async () => {
    const key = "DELETE /cluster/firewall/rules/{pos}";
    const read = "GET /cluster/firewall/rules/{pos}";
    const sent = { key, params: { pos: 0 }, before: { pos: "0", digest: "aa" } };
    expect((await seenAfter([sent], { [read]: { digest: "aa" } })).checks[0]?.state).toBe("not_applied");
    expect((await seenAfter([sent], { [read]: { digest: "bb" } })).checks[0]?.state).toBe("as_planned");
    expect((await seenAfter([sent], { [read]: missing("no rule at position 0") })).checks[0]?.state).toBe(
      "as_planned",
    );
    expect((await seenAfter([{ key, params: { pos: 0 } }], {})).checks[0]?.state).toBe("not_checked");
  });

  test("several entries of the access list take one request; the last word on each counts", async () => {
    const seen = await seenAfter(
      [
        { key: "PUT /access/acl", params: { ...entry, delete: 1 } },
        { key: "PUT /access/acl", params: entry },
        { key: "PUT /access/acl", params: { path: "/vms/100", roles: "PVEAdmin", groups: "g", delete: 1 } },
      ],
      { "GET /access/acl": ACL },
    );
    expect(seen).toMatchObject({ checks: [{ state: "as_planned" }], requests: ["GET /access/acl"] });
  });
});

describe("volumes", () => {
  const CONTENT = "/nodes/{node}/storage/{storage}/content";
  const at = { node: "pve1", storage: "local" };
  const list = (...volids: string[]) => ({ [`GET ${CONTENT}`]: volids.map((volid) => ({ volid })) });

  test("allocated under the name that was answered", async () => {
    const sent = { key: `POST ${CONTENT}`, params: { ...at, filename: "a", size: "1G", vmid: 100 } };
    const answer = "local:100/vm-100-disk-3.qcow2";
    expect((await seenAfter([{ ...sent, answer }], list(answer))).checks[0]?.state).toBe("as_planned");
    expect((await seenAfter([{ ...sent, answer }], list("local:x"))).checks[0]?.state).toBe("not_applied");
    expect((await seenAfter([{ ...sent, answer }], list())).checks[0]?.state).toBe("not_checked");
    expect((await seenAfter([sent], list(answer))).checks[0]?.state).toBe("not_checked");
  });

  test("removed, by its name or its whole id", async () => {
    const key = `DELETE ${CONTENT}/{volume}`;
    for (const volume of ["iso/a.iso", "local:iso/a.iso"]) {
      const sent = { key, params: { ...at, volume } };
      expect((await seenAfter([sent], list("local:iso/a.iso"))).checks[0]?.state).toBe("not_applied");
      expect((await seenAfter([sent], list())).checks[0]?.state).toBe("as_planned");
    }
  });

  test("downloaded, under the name that Proxmox VE gives it", async () => {
    const params = { ...at, content: "iso", filename: "new one.iso", url: "https://x/y" };
    const sent = { key: "POST /nodes/{node}/storage/{storage}/download-url", params };
    expect((await seenAfter([sent], list("local:iso/new_one.iso"))).checks[0]?.state).toBe("as_planned");
  });
});
