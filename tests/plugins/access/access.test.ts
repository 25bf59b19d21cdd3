import { describe, expect, test } from "@jest/globals";
import { aclRemove, aclSet } from "../../../plugins/access/acl.ts";
import { groupCreate } from "../../../plugins/access/groups.ts";
import { permissionsGet } from "../../../plugins/access/permissions.ts";
import { roleDelete, roleGet, roleUpdate } from "../../../plugins/access/roles.ts";
import { realmList, tfaList } from "../../../plugins/access/sign-in.ts";
import {
  tokenCreate,
  tokenDelete,
  tokenList,
  tokenRegenerate,
  tokenUpdate,
} from "../../../plugins/access/tokens.ts";
import { userCreate, userGet, userList, userUpdate } from "../../../plugins/access/users.ts";
import { codeOf, fakeReader, pageOf, planOf, readOf } from "../../helpers/fake-reader.ts";

const ADA = { userid: "ada@pve", enable: 1, expire: 0, groups: "web,db" };
const reader = fakeReader({
  answers: {
    "GET /access/users": [
      { ...ADA, tokens: [{ tokenid: "one", privsep: "0", expire: 5 }] },
      { userid: "bob@pam", enable: 0, expire: 9, groups: "", tokens: null, "totp-locked": true },
    ],
    "GET /access/users/{userid}": { enable: 1, expire: 0, groups: ["web"], tokens: null, keys: "x" },
    "GET /access/users/{userid}/token": [{ tokenid: "one" }],
    "GET /access/groups": [{ groupid: "web" }],
    "GET /access/roles": [
      { roleid: "Own", privs: "VM.Audit,VM.Console", special: 0 },
      { roleid: "Empty", privs: "", special: "0" },
      { roleid: "PVEAuditor", privs: "VM.Audit", special: 1 },
    ],
    "GET /access/acl": [{ path: "/vms", type: "user", ugid: "ada@pve", roleid: "Own", propagate: 1 }],
    "GET /access/permissions": ({ path }: { path?: string }) =>
      path === undefined ? { "/vms": { "VM.Console": 0, "VM.Audit": 1 } } : {},
    "GET /access/domains": [{ realm: "pam", type: "pam" }],
    "GET /access/tfa": [
      {
        userid: "ada@pve",
        entries: [
          { id: "1", type: "totp", description: "Phone", created: 7 },
          { id: "2", type: "recovery", enable: "" },
        ],
        "tfa-locked-until": 99,
      },
    ],
  },
});

describe("users", () => {
  test("are listed with groups, tokens and expiry in plain words", async () => {
    const { rows } = await pageOf(userList, {}, reader);
    expect(rows).toMatchObject([
      { userid: "ada@pve", enabled: true, groups: "web, db", tokens: 1, tfaLocked: false },
      { userid: "bob@pam", enabled: false, expire: 9, tokens: 0, tfaLocked: true },
    ]);
  });

  test("are shown without what their second factors are made of", async () => {
    const shown = await readOf(userGet, { userid: "ada@pve" }, reader);
    expect(shown).toMatchObject({ fields: { enabled: true, groups: ["web"], tokens: [] } });
    expect(JSON.stringify(shown)).not.toContain("keys");
  });

  test("are created once, under a name that is free", async () => {
    expect(await codeOf(planOf(userCreate, { userid: "ada@pve" }, reader))).toBe("conflict");
    const [step] = await planOf(userCreate, { userid: "eve@pve", groups: "web" }, reader);
    expect(step).toMatchObject({ method: "POST", params: { userid: "eve@pve", groups: "web" } });
  });

  test.each([[{}], [{ append: true }]])("are not changed by %j alone", async (changes) => {
    expect(await codeOf(planOf(userUpdate, { userid: "ada@pve", ...changes }, reader))).toBe("invalid_input");
  });
});

test("a group is not created twice", async () => {
  expect(await codeOf(planOf(groupCreate, { groupid: "web" }, reader))).toBe("conflict");
});

describe("roles", () => {
  test("show their privileges, and an empty one none", async () => {
    expect(await readOf(roleGet, { roleid: "Own" }, reader)).toMatchObject({
      fields: { builtIn: false, privileges: ["VM.Audit", "VM.Console"] },
    });
    expect(await readOf(roleGet, { roleid: "Empty" }, reader)).toMatchObject({ fields: { privileges: [] } });
  });

  test.each([
    ["PVEAuditor", "invalid_input"],
    ["None", "not_found"],
  ])("%s can be neither changed nor deleted", async (roleid, code) => {
    expect(await codeOf(planOf(roleUpdate, { roleid, privs: "VM.Audit" }, reader))).toBe(code);
    expect(await codeOf(planOf(roleDelete, { roleid }, reader))).toBe(code);
  });
});

describe("the ACL", () => {
  test.each([
    [{ roles: "Own" }, "invalid_input"],
    [{ roles: "Own,None", users: "ada@pve" }, "not_found"],
    [{ roles: ["Own", "None"], users: [] }, "invalid_input"],
  ])("is not set for %j", async (input, code) => {
    expect(await codeOf(planOf(aclSet, { path: "/vms", ...input }, reader))).toBe(code);
  });

  test.each(["/vms", "/vms/", "//vms", "vms"])("loses an entry on %s", async (path) => {
    const [step] = await planOf(aclRemove, { path, roles: ["Own"], users: ["ada@pve"] }, reader);
    expect(step?.params).toEqual({ path, roles: ["Own"], users: ["ada@pve"], delete: true });
  });

  test.each([
    { path: "/", roles: "Own", users: "ada@pve" },
    { path: "/vms", roles: "Own;PVEAuditor", users: "ada@pve" },
    { path: "/vms", roles: "Own", users: "ada@pve,bob@pam" },
    { path: "/vms", roles: "Own", groups: "ada@pve" },
  ])("is not touched where an entry is missing: %j", async (input) => {
    expect(await codeOf(planOf(aclRemove, input, reader))).toBe("not_found");
  });
});

test("effective permissions say what does not hold below", async () => {
  const { rows } = await pageOf(permissionsGet, {}, reader);
  expect(rows).toEqual([{ path: "/vms", privileges: "VM.Audit, VM.Console", onlyHere: "VM.Console" }]);
  expect(await readOf(permissionsGet, { path: "/x" }, reader)).toMatchObject({ note: expect.any(String) });
});

describe("API tokens", () => {
  const token = { userid: "ada@pve", tokenid: "one" };
  const about = { path: "", params: token, origin: "https://pve.example:8006" };

  test("are listed over all users", async () => {
    const { rows } = await pageOf(tokenList, {}, reader);
    expect(rows).toEqual([{ userid: "ada@pve", tokenid: "one", privsep: false, expire: 5 }]);
  });

  test.each([
    [tokenCreate, token, "conflict"],
    [tokenUpdate, token, "invalid_input"],
    [tokenUpdate, { ...token, tokenid: "two", comment: "x" }, "not_found"],
    [tokenDelete, { ...token, tokenid: "two" }, "not_found"],
    [tokenRegenerate, { ...token, tokenid: "two" }, "not_found"],
  ])("%#: are refused by code", async (tool, input, code) => {
    expect(await codeOf(planOf(tool, input, reader))).toBe(code);
  });

  test("cannot be renewed before Proxmox VE 9", async () => {
    const older = { ...reader, version: async () => ({ release: "8.4", version: "8.4.5", major: 8 }) };
    expect(await codeOf(planOf(tokenRegenerate, token, older))).toBe("unsupported");
    const [step] = await planOf(tokenRegenerate, token, reader);
    expect(step).toMatchObject({ method: "PUT", params: { ...token, regenerate: true } });
  });

  test.each([tokenCreate, tokenRegenerate])(
    "%#: hand their secret over beside the record",
    ({ handOver }) => {
      const { record, secrets } = handOver?.({ value: "s3cret" }, about) ?? {};
      expect(secrets).toEqual({ tokenSecret: "s3cret" });
      expect(JSON.stringify(record)).not.toContain("s3cret");
      expect(record?.fields).toEqual({ fullTokenId: "ada@pve!one" });
    },
  );

  test("say so where the API tells no secret", () => {
    expect(() => tokenCreate.handOver?.({}, about)).toThrow(/did not tell it/);
  });
});

test("realms and second factors are told in plain words", async () => {
  const { rows: realms } = await pageOf(realmList, {}, reader);
  expect(realms).toEqual([{ realm: "pam", type: "pam", default: false }]);
  const { rows: factors } = await pageOf(tfaList, {}, reader);
  expect(factors).toMatchObject([
    { userid: "ada@pve", type: "totp", description: "Phone", enabled: true, locked: true },
    { userid: "ada@pve", type: "recovery", enabled: false, locked: true },
  ]);
});
