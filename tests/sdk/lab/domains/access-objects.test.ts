import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";
import { says } from "./says.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await createLab({ seed: "baseline", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
});
afterEach(() => lab.close());

const grant = (path: string, roles: string, more = "users=test@pve") =>
  says(lab, "PUT /access/acl", `path=${path}&roles=${roles}&${more}`);

const asUser = async (method: string, path: string, body?: string) => {
  const { status, reason, data, errors } = await ask(lab, method, path, {
    as: "user",
    ...(body === undefined ? {} : { body }),
  });
  return status === 200 ? data : (errors ?? `${status} ${reason}`);
};

describe("tokens", () => {
  const TOKEN = "/access/users/test@pve/token/ci";

  test("are made once", async () => {
    await says(lab, `POST ${TOKEN}`, "comment=c&expire=7");
    expect(await says(lab, `POST ${TOKEN}`, "")).toEqual({ tokenid: "Token already exists." });
  });

  test("lose what is deleted of them, and keep a comment that is set to nothing", async () => {
    await says(lab, `POST ${TOKEN}`, "comment=c&expire=7");
    expect(await says(lab, `PUT ${TOKEN}`, "comment=")).toMatchObject({ comment: "c" });
    expect(await says(lab, `PUT ${TOKEN}`, "delete=comment,expire")).toEqual({ privsep: 1 });
    expect(await says(lab, `GET ${TOKEN}`)).toEqual({ expire: 0, privsep: 1 });
  });

  test("name themselves in full when they get a new secret", async () => {
    await says(lab, `POST ${TOKEN}`, "");
    expect(await says(lab, `PUT ${TOKEN}`, "regenerate=1")).toEqual({
      ...{ expire: 0, privsep: 1, "full-tokenid": "test@pve!ci" },
      value: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});

describe("users", () => {
  test.each([
    ["a@none", "auth domain 'none' does not exist"],
    ["a@pam", "change password failed: user 'a' does not exist"],
    ["a@corp", "can't set password on auth type 'ldap'"],
  ])("%s cannot be made with a password", async (userid, fault) => {
    const ldap = "realm=corp&type=ldap&server1=ldap.example.com&base_dn=dc%3Dx&user_attr=uid";
    await says(lab, "POST /access/domains", ldap);
    expect(await says(lab, "POST /access/users", `userid=${userid}&password=secret123`)).toBe(
      `500 create user failed: ${fault}`,
    );
    expect(await says(lab, "POST /access/users", `userid=${userid}`)).toBeNull();
  });

  test("are listed by whether they are enabled, expired or not", async () => {
    await says(lab, "PUT /access/users/test@pve", "expire=1000000000");
    expect(await says(lab, "GET /access/users?enabled=0")).toEqual([]);
    expect(await says(lab, "GET /access/users?enabled=1")).toHaveLength(2);
  });

  test("a deleted root is back at once, without tokens", async () => {
    const { authorization } = { authorization: lab.tokens.root?.header ?? "" };
    await says(lab, "DELETE /access/users/root@pam");
    expect(lab.state.access.users.get("root@pam")?.tokens.size).toBe(0);
    expect((await ask(lab, "GET", "/version", { as: "none", headers: { authorization } })).status).toBe(401);
  });

  test("of a realm without capitals are found by any", async () => {
    const ldap = "realm=corp&type=ldap&server1=l.example.com&base_dn=dc%3Dx&user_attr=uid&case-sensitive=0";
    await says(lab, "POST /access/domains", ldap);
    await says(lab, "POST /access/users", "userid=Ann@corp");
    expect(await says(lab, "POST /access/users", "userid=ann@corp")).toBe(
      "500 create user failed: user 'Ann@corp' already exists",
    );
  });
});

test("groups list their members in order, and an empty comment is none", async () => {
  await says(lab, "POST /access/groups", "groupid=g&comment=");
  await says(lab, "PUT /access/users/test@pve", "groups=g");
  await says(lab, "PUT /access/users/root@pam", "groups=g");
  expect(await says(lab, "GET /access/groups")).toEqual([{ groupid: "g", users: "root@pam,test@pve" }]);
});

test("entries of a deleted role are gone", async () => {
  await says(lab, "POST /access/roles", "roleid=R&privs=VM.Audit");
  await grant("/vms/100", "R");
  await says(lab, "DELETE /access/roles/R");
  expect(await says(lab, "GET /access/acl")).toEqual([]);
});

describe("the ACL", () => {
  test("takes what is named in order: groups, users, tokens", async () => {
    expect(await grant("/", "PVEAuditor", "users=a@pve&groups=g&tokens=a@pve!t1")).toBe(
      "500 ACL update failed: group 'g' does not exist",
    );
    expect(await grant("/", "PVEAuditor", "tokens=a@pve!t1")).toBe(
      "500 ACL update failed: no such user ('a@pve')",
    );
    expect(await grant("/", "PVEAuditor", "users=")).toHaveProperty("users");
  });

  test("can be cleared of a path that nothing knows", async () => {
    expect(await grant("/nope", "PVEAuditor")).toEqual({ path: "invalid ACL path '/nope'" });
    expect(await grant("/nope", "PVEAuditor", "users=test@pve&delete=1")).toBeNull();
    expect(await grant("/mapping/any/thing", "PVEAuditor")).toBeNull();
    expect(await grant("/sdn/zones/z/v/x", "PVEAuditor")).toHaveProperty("path");
  });

  test("lets who looks after a guest hand out no more than they hold", async () => {
    await grant("/vms/100", "PVEVMAdmin", "users=test@pve&propagate=0");
    const give = (roles: string, more = "") =>
      asUser("PUT", "/access/acl", `path=/vms/100&roles=${roles}&users=root@pam${more}`);
    const refusal = (why: string) => expect.stringContaining(`500 ACL update failed: ${why}`);
    expect(await give("Administrator")).toEqual(refusal("400 Parameter verification failed."));
    expect(await give("PVEVMUser", "&propagate=1")).toEqual(refusal("400"));
    expect(await give("NoAccess", "&propagate=0")).toEqual(refusal("400"));
    expect(await give("PVEVMUser", "&propagate=0")).toBeNull();
    expect(await asUser("GET", "/access/acl")).toHaveLength(1);
  });
});

describe("permissions", () => {
  test("of one path are told, however few", async () => {
    expect(await asUser("GET", "/access/permissions?path=/vms/100")).toEqual({ "/vms/100": {} });
  });

  test("of a path without its first slash are those below the root", async () => {
    await grant("/", "PVEAuditor");
    await grant("/vms", "PVEVMUser", "users=test@pve&propagate=0");
    expect(await asUser("GET", "/access/permissions?path=nodes")).toEqual({ nodes: {} });
    expect(await asUser("GET", "/access/permissions?path=vms")).toHaveProperty(["vms", "VM.Backup"], 0);
  });

  test("are looked at on every path above an entry", async () => {
    await grant("/", "PVEAuditor");
    await grant("/sdn/zones/localnetwork", "PVESDNUser");
    const found = (await asUser("GET", "/access/permissions")) as object;
    expect(Object.keys(found)).toContain("/sdn/zones");
  });
});

describe("pools", () => {
  test("are listed by name, and an empty comment is none", async () => {
    for (const id of ["b", "a"]) await says(lab, "POST /pools", `poolid=${id}&comment=x`);
    await says(lab, "PUT /pools", "poolid=a&comment=");
    expect(await says(lab, "GET /pools")).toEqual([{ poolid: "a" }, { poolid: "b", comment: "x" }]);
  });

  test("lie in one another three deep", async () => {
    for (const id of ["a", "a/b", "a/b/c"]) expect(await says(lab, "POST /pools", `poolid=${id}`)).toBeNull();
    expect(await says(lab, "POST /pools", "poolid=a/b/c/d")).toEqual({
      poolid: "invalid format - pool name 'a/b/c/d' nested too deep (max levels = 3)\n",
    });
  });

  test("give a guest away to who may change them alone", async () => {
    for (const id of ["a", "b"]) await says(lab, "POST /pools", `poolid=${id}`);
    await says(lab, "PUT /pools", "poolid=a&vms=100");
    await grant("/pool/b", "PVEPoolAdmin");
    await grant("/vms/100", "PVEVMAdmin");
    expect(await asUser("PUT", "/pools", "poolid=b&vms=100&allow-move=1")).toBe(
      "500 update pools failed: 403 Permission check failed (/pool/a, Pool.Allocate)",
    );
  });
});

describe("logging in", () => {
  const login = (body: string) => ask(lab, "POST", "/access/ticket", { as: "none", body });

  test("adds the realm to any name", async () => {
    expect((await login("username=test&realm=pve&password=test1234")).status).toBe(200);
    expect((await login("username=test@pve&realm=pve&password=test1234")).status).toBe(401);
  });

  test("refuses an answer to a question that was not asked", async () => {
    expect((await login("username=test@pve&password=test1234&otp=1")).status).toBe(401);
    expect((await login("username=test@pve&password=test1234&tfa-challenge=x")).status).toBe(401);
  });

  test("may ask for rights alone", async () => {
    const asked = "username=test@pve&password=test1234&path=/vms/100&privs=VM.Audit";
    expect((await login(asked)).status).toBe(401);
    await grant("/vms/100", "PVEAuditor");
    expect((await login(asked)).data).toEqual({ username: "test@pve", cap: expect.anything() });
    expect((await login("username=test@pve&password=x&path=/")).errors).toHaveProperty("privs");
  });

  test("a console's ticket is good for its user, path and port", async () => {
    const { data } = await ask(lab, "POST", "/nodes/vm/qemu/100/termproxy", { body: "" });
    const { ticket, port } = data as { ticket: string; port: string };
    const verify = (more: string) =>
      ask(lab, "POST", "/access/vncticket", {
        as: "none",
        body: `authid=root@pam!test&vncticket=${encodeURIComponent(ticket)}&path=/vms/100&${more}`,
      });
    expect((await verify(`privs=VM.Console&port=${port}`)).status).toBe(200);
    expect(await verify("privs=VM.Console&port=1")).toMatchObject({
      ...{ status: 401, reason: "authentication failure" },
    });
    expect((await verify("")).errors).toHaveProperty("privs");
  });
});
