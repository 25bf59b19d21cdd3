import { describe, expect, test } from "@jest/globals";
import type { ConfigFile, Plan, PlanStep } from "../../../kernel/call/types.ts";
import { inverseOf } from "../../../kernel/undo/inverse.ts";
import type { ParamValue } from "../../../sdk/steps.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";

const catalog = loadCatalog();

type Params = Readonly<Record<string, ParamValue>>;

/** A plan of these steps; the state before of each, as a config file where `isFile`. */
function wayBack(
  steps: readonly (readonly [key: string, params: Params, before?: unknown])[],
  isFile = true,
) {
  const planned = steps.map(([key, params, before], index): PlanStep => {
    const endpoint = catalog.endpoint(key);
    if (endpoint === undefined) throw new Error(`no ${key}`);
    const id = `s${index + 1}`;
    const risk = catalog.risk(endpoint, params);
    const config = { values: before } as ConfigFile;
    return {
      step: { id, via: "rest", method: endpoint.method, path: endpoint.path, params, risk },
      endpoint,
      shownPath: endpoint.path,
      risk,
      privileges: catalog.privileges(endpoint, params),
      ...(isFile && before !== undefined ? { config } : {}),
    };
  });
  const before = new Map(steps.map(([, , state], index) => [`s${index + 1}`, state]));
  return inverseOf({ steps: planned } as unknown as Plan, before);
}

const told = (steps: Parameters<typeof wayBack>[0], isFile = true) =>
  wayBack(steps, isFile)?.steps.map(({ method, path, params }) => ({ [`${method} ${path}`]: params }));

const at = { node: "pve1", vmid: 100 };
const CONFIG = "PUT /nodes/{node}/qemu/{vmid}/config";

describe("fields of a configuration", () => {
  test("are set to what they were, taken away where there were none, and brought back", () => {
    const before = { cores: 2, name: "a", balloon: 512 };
    expect(told([[CONFIG, { ...at, cores: 4, onboot: true, delete: "balloon" }, before]])).toEqual([
      { [CONFIG]: { ...at, cores: 2, balloon: 512, delete: "onboot" } },
    ]);
  });

  test("that stayed as they were need no way back", () => {
    expect(wayBack([[CONFIG, { ...at, cores: 2 }, { cores: 2 }]])).toMatchObject({ steps: [], puts: [] });
  });

  test("that are secret cannot be put back, and that is said", () => {
    const back = wayBack([
      [CONFIG, { ...at, cipassword: "new", ciuser: "b" }, { cipassword: "**********", ciuser: "a" }],
    ]);
    expect(back).toMatchObject({
      puts: ["ciuser"],
      lost: ["what cipassword was is a secret that cannot be read"],
    });
    expect(JSON.stringify(back)).not.toContain("new");
  });

  test("that are answered encoded are sent as they were given", () => {
    const before = { sshkeys: "ssh-ed25519%20AAAA%20me" };
    expect(told([[CONFIG, { ...at, sshkeys: "ssh-ed25519 BBBB you" }, before]])).toEqual([
      { [CONFIG]: { ...at, sshkeys: "ssh-ed25519 AAAA me" } },
    ]);
  });

  test("that made a volume leave it behind, unused", () => {
    const back = wayBack([[CONFIG, { ...at, scsi1: "local:8" }, {}]]);
    expect(back?.steps[0]?.params).toMatchObject({ delete: "scsi1" });
    expect(back?.lost).toEqual(["a volume made for scsi1 stays as an unused one"]);
  });

  test("whose volume went away have no way back", () => {
    expect(wayBack([[CONFIG, { ...at, delete: "unused0" }, { unused0: "local:x" }]])).toBeUndefined();
  });

  test("several changes are taken back in the opposite order", () => {
    const steps = told([
      [CONFIG, { ...at, cores: 4 }, { cores: 2 }],
      ["PUT /storage/{storage}", { storage: "s", content: "iso" }, { content: "images" }],
    ]);
    expect(steps?.map((step) => Object.keys(step)[0])).toEqual(["PUT /storage/{storage}", CONFIG]);
  });
});

test.each([
  [
    "PUT /access/users/{userid}",
    { userid: "a@pve", comment: "new", enable: true },
    { groups: [] },
    [{ "PUT /access/users/{userid}": { userid: "a@pve", comment: "", enable: 0 } }],
  ],
  [
    "PUT /access/users/{userid}",
    { userid: "a@pve", groups: "g" },
    { groups: ["h", "i"] },
    [{ "PUT /access/users/{userid}": { userid: "a@pve", groups: ["h", "i"] } }],
  ],
  [
    "PUT /cluster/options",
    { "next-id": "lower=1000" },
    { "next-id": { lower: "500", upper: "600" } },
    [{ "PUT /cluster/options": { "next-id": "lower=500,upper=600" } }],
  ],
  [
    "PUT /access/roles/{roleid}",
    { roleid: "r", privs: "VM.Audit" },
    { "VM.Clone": 1, "VM.Audit": 1 },
    [{ "PUT /access/roles/{roleid}": { roleid: "r", privs: "VM.Clone,VM.Audit" } }],
  ],
  [
    "PUT /access/acl",
    { path: "/vms/1", users: "a@pve", roles: "R" },
    [],
    [{ "PUT /access/acl": { path: "/vms/1", users: "a@pve", roles: "R", delete: true } }],
  ],
  [
    "PUT /access/acl",
    { path: "/vms/1", users: "a@pve", roles: "R", delete: true },
    [{ path: "/vms/1", type: "user", ugid: "a@pve", roleid: "R", propagate: 0 }],
    [{ "PUT /access/acl": { path: "/vms/1", users: "a@pve", roles: "R", propagate: false } }],
  ],
  [
    "PUT /pools",
    { poolid: "p", vms: "100,101" },
    [{ members: [{ vmid: 100 }] }],
    [{ "PUT /pools": { poolid: "p", vms: "101", delete: true } }],
  ],
  [
    "PUT /pools",
    { poolid: "p", vms: "100", delete: true },
    [{ members: [{ vmid: 100 }] }],
    [{ "PUT /pools": { poolid: "p", vms: "100" } }],
  ],
  [
    "POST /access/groups",
    { groupid: "g" },
    undefined,
    [{ "DELETE /access/groups/{groupid}": { groupid: "g" } }],
  ],
  ["POST /pools", { poolid: "p" }, undefined, [{ "DELETE /pools": { poolid: "p" } }]],
  [
    "POST /cluster/firewall/rules",
    { type: "in", action: "DROP" },
    undefined,
    [{ "DELETE /cluster/firewall/rules/{pos}": { pos: 0 } }],
  ],
  [
    "DELETE /cluster/firewall/rules/{pos}",
    { pos: 2 },
    { pos: "2", type: "in", action: "DROP", digest: "aa" },
    [
      { "POST /cluster/firewall/rules": { type: "in", action: "DROP" } },
      { "PUT /cluster/firewall/rules/{pos}": { pos: 0, moveto: 3 } },
    ],
  ],
])("%s %j on %j is taken back", (key, params, before, expected) => {
  expect(told([[key, params, before]], false)).toEqual(expected);
});

test.each([
  ["POST /nodes/{node}/qemu/{vmid}/clone", { ...at, newid: 101 }],
  ["DELETE /nodes/{node}/qemu/{vmid}", at],
  ["PUT /nodes/{node}/qemu/{vmid}/resize", { ...at, disk: "scsi0", size: "+1G" }],
  ["DELETE /access/users/{userid}", { userid: "a@pve" }],
  ["PUT /cluster/options", { keyboard: "de" }],
])("%s %j is not taken back by itself", (key, params) => {
  expect(wayBack([[key, params]])).toBeUndefined();
});
