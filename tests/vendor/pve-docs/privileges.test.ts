import { describe, expect, test } from "@jest/globals";
import { loadCatalog, releases } from "../../../vendor/pve-docs/catalog.ts";
import { privilegeNames } from "../../../vendor/pve-docs/privilege-names.ts";
import type { CallParams } from "../../../vendor/pve-docs/types.ts";

const catalog = loadCatalog("9.2");

function privileges(key: string, params?: CallParams) {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw new Error(`no ${key}`);
  return catalog.privileges(endpoint, params);
}

describe("declared privileges", () => {
  test("every endpoint of every release has an answer", () => {
    for (const release of releases()) {
      const one = loadCatalog(release);
      for (const endpoint of one.endpoints) {
        const { who, alternatives } = one.privileges(endpoint);
        expect(alternatives.length > 0).toBe(who === "privileges");
      }
    }
  });

  test.each([
    ["7.4", "VM.Monitor"],
    ["8.4", "VM.Monitor"],
    ["9.2", "VM.GuestAgent.Unrestricted"],
  ])("are those of the release: running a program in a guest takes in %s %s", (release, privilege) => {
    const one = loadCatalog(release);
    const exec = one.endpoint("POST /nodes/{node}/qemu/{vmid}/agent/exec");
    const needs = exec ? one.privileges(exec).alternatives : [];
    expect(needs).toEqual([[expect.objectContaining({ privileges: [privilege] })]]);
  });

  test("root alone, the world, any user", () => {
    expect(privileges("POST /nodes/{node}/execute").who).toBe("root");
    expect(privileges("POST /access/ticket").who).toBe("world");
    expect(privileges("GET /version").who).toBe("all");
    const create = privileges("POST /nodes/{node}/qemu", { vmid: 100 });
    const allocate = { path: "/vms/100", privileges: ["VM.Allocate"] };
    expect(create).toEqual({ who: "all", alternatives: [], further: [allocate], unread: false });
  });

  test("one privilege, its path filled in where the value is known", () => {
    const key = "POST /nodes/{node}/qemu/{vmid}/status/start";
    expect(privileges(key).alternatives).toEqual([[{ path: "/vms/{vmid}", privileges: ["VM.PowerMgmt"] }]]);
    expect(privileges(key, { node: "pve1", vmid: 100 }).alternatives).toEqual([
      [{ path: "/vms/100", privileges: ["VM.PowerMgmt"] }],
    ]);
  });

  test("any of several", () => {
    expect(privileges("GET /nodes/{node}/storage/{storage}/status").alternatives).toEqual([
      [{ path: "/storage/{storage}", privileges: ["Datastore.Audit", "Datastore.AllocateSpace"], any: true }],
    ]);
  });

  test("and over or is multiplied out; what needs a parameter counts only with it", () => {
    const key = "POST /nodes/{node}/qemu/{vmid}/clone";
    const clone = { path: "/vms/100", privileges: ["VM.Clone"] };
    expect(privileges(key, { vmid: 100, newid: 200, pool: "p" }).alternatives).toEqual([
      [clone, { path: "/vms/200", privileges: ["VM.Allocate"] }],
      [clone, { path: "/pool/p", privileges: ["VM.Allocate"] }],
    ]);
    expect(privileges(key, { vmid: 100, newid: 200 }).alternatives).toEqual([
      [clone, { path: "/vms/200", privileges: ["VM.Allocate"] }],
    ]);
    expect(privileges(key).alternatives).toHaveLength(2);
  });

  test("users: oneself, or a privilege on the user's realm and groups", () => {
    const { alternatives } = privileges("PUT /access/password", { userid: "joe@corp" });
    expect(alternatives).toEqual([
      [{ path: "/access/users/joe@corp", privileges: [], condition: "the user itself" }],
      [
        { path: "/access/realm/corp", privileges: ["Realm.AllocateUser"] },
        { path: "/access/groups", privileges: ["User.Modify"], any: true },
      ],
    ]);
  });

  test("changing permissions needs a say over the path in question", () => {
    const on = (path: string) => privileges("PUT /access/acl", { path }).alternatives[0]?.[0];
    expect(on("/vms/100")).toEqual({
      path: "/vms/100",
      privileges: ["Permissions.Modify", "VM.Allocate"],
      any: true,
    });
    expect(on("/")).toEqual({ path: "/", privileges: ["Permissions.Modify"], any: true });
  });
});

describe("the names of privileges", () => {
  test("hold every one that the release's endpoints ask for", () => {
    for (const release of releases()) {
      const names = privilegeNames(release);
      const asked = loadCatalog(release).endpoints.flatMap(({ permissions }) => [
        ...JSON.stringify(permissions?.check ?? []).matchAll(/"((?:[A-Z]\w+\.)+[A-Z]\w+)"/g),
      ]);
      expect(asked.length).toBeGreaterThan(100);
      for (const [, name = ""] of asked)
        expect([release, name, names.has(name)]).toEqual([release, name, true]);
    }
  });

  test("differ from one major version to the next", () => {
    const has = (release: string, name: string) => privilegeNames(release).has(name);
    const rows = ["VM.Monitor", "Mapping.Use", "SDN.Use", "VM.GuestAgent.Audit", "VM.Audit"].map((name) => [
      name,
      ...["7.4", "8.4", "9.2"].map((release) => has(release, name)),
    ]);
    expect(rows).toEqual([
      ["VM.Monitor", true, true, false],
      ["Mapping.Use", false, true, true],
      ["SDN.Use", false, true, true],
      ["VM.GuestAgent.Audit", false, false, true],
      ["VM.Audit", true, true, true],
    ]);
  });

  test("are what a role of that release may hold, and callers are not held to them", () => {
    const fault = (release: string, privs: string) => {
      const one = loadCatalog(release);
      const create = one.endpoint("POST /access/roles");
      if (create === undefined) throw new Error("no endpoint");
      expect(one.check(create, { roleid: "r", privs })).toEqual([]);
      return one.checkWire(create, { roleid: "r", privs })[0]?.message;
    };
    expect(fault("8.4", "VM.Audit,VM.Monitor")).toBeUndefined();
    expect(fault("9.2", "VM.Audit,VM.Monitor")).toContain("invalid privilege 'VM.Monitor'");
    expect(fault("9.2", "VM.GuestAgent.Audit")).toBeUndefined();
    expect(fault("7.4", "Mapping.Use")).toContain("invalid privilege 'Mapping.Use'");
  });
});
