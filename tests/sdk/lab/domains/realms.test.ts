import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";
import { says } from "./says.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await createLab({ seed: "small", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
});
afterEach(() => lab.close());

const LDAP = "realm=corp&type=ldap&server1=ldap.example.com&base_dn=dc%3Dexample&user_attr=uid";
const DOMAINS = "/access/domains";

test("a realm is made once, shown without its password, changed and deleted", async () => {
  expect(await says(lab, `POST ${DOMAINS}`, `${LDAP}&password=secret&default=1`)).toBeNull();
  expect(await says(lab, `POST ${DOMAINS}`, LDAP)).toBe(
    "500 add auth server failed: domain 'corp' already exists",
  );
  const corp = await says(lab, `GET ${DOMAINS}/corp`);
  expect(corp).toMatchObject({ type: "ldap", server1: "ldap.example.com", default: 1 });
  expect(corp).not.toHaveProperty("password");
  expect(await says(lab, `PUT ${DOMAINS}/corp`, "comment=staff&delete=default")).toBeNull();
  expect(await says(lab, `GET ${DOMAINS}`)).toContainEqual({ realm: "corp", type: "ldap", comment: "staff" });
  expect(await says(lab, `DELETE ${DOMAINS}/corp`)).toBeNull();
  expect(await says(lab, `GET ${DOMAINS}/corp`)).toBe("500 domain 'corp' does not exist");
});

test("only one realm is the default", async () => {
  await says(lab, `POST ${DOMAINS}`, `${LDAP}&default=1`);
  await says(lab, `PUT ${DOMAINS}/pve`, "default=1");
  const realms = (await says(lab, `GET ${DOMAINS}`)) as { realm: string; default?: number }[];
  expect(realms.filter((one) => one.default === 1).map(({ realm }) => realm)).toEqual(["pve"]);
});

test.each([
  [
    `POST ${DOMAINS}`,
    "realm=x1&type=ldap&server1=a.example.com&base_dn=dc%3Dx",
    "missing value for required",
  ],
  [`POST ${DOMAINS}`, "realm=pam&type=pam", "domain 'pam' already exists"],
  [`POST ${DOMAINS}`, "realm=x1&type=pve", "unable to create builtin type 'pve'"],
  [`POST ${DOMAINS}`, "realm=x1&type=openid&issuer-url=u&client-id=c&port=1", "unexpected property 'port'"],
  [`PUT ${DOMAINS}/none`, "comment=x", "update auth server failed: cannot lookup undefined type! at "],
  [`PUT ${DOMAINS}/none`, "", "update auth server failed: no options specified"],
  [`PUT ${DOMAINS}/pve`, "comment=x&check-connection=0", "'check-connection' parameter can only be set for"],
  [`PUT ${DOMAINS}/pve`, "", "update auth server failed: no options specified"],
  [`PUT ${DOMAINS}/pve`, `comment=x&digest=${"0".repeat(40)}`, "detected modified configuration"],
  [`POST ${DOMAINS}/pve/sync`, "scope=both", "Cannot sync realm type 'pve'!"],
  ["POST /access/openid/auth-url", "realm=pve&redirect-url=https://x", "wrong realm type (pve != openid)"],
])("%s with %j is refused", async (request, body, reason) => {
  expect(await says(lab, request, body)).toContain(reason);
});

test("what a realm needs stays, and what is built in comes back", async () => {
  await says(lab, `POST ${DOMAINS}`, `${LDAP}&comment=staff`);
  expect(await says(lab, `PUT ${DOMAINS}/corp`, "delete=server1")).toBe(
    "500 update auth server failed: section 'corp' - missing value for required option 'server1'",
  );
  expect(await says(lab, `PUT ${DOMAINS}/corp`, "comment=")).toBeNull();
  expect(await says(lab, `GET ${DOMAINS}/corp`)).not.toHaveProperty("comment");
  expect(await says(lab, `PUT ${DOMAINS}/corp`, "password=new")).toBeNull();
  await says(lab, `PUT ${DOMAINS}/pam`, "comment=x&default=1");
  expect(await says(lab, `DELETE ${DOMAINS}/pam`)).toBeNull();
  expect(await says(lab, `GET ${DOMAINS}/pam`)).toEqual({
    ...{ type: "pam", plugin: "PVE::Auth::PAM", comment: "Linux PAM standard authentication" },
    digest: expect.any(String),
  });
});

test("options of a sync are kept in order, old ones as what took their place", async () => {
  const options = encodeURIComponent("scope=both,full=1,purge=1,enable-new=yes");
  await says(lab, `POST ${DOMAINS}`, `${LDAP}&sync-defaults-options=${options}`);
  expect(await says(lab, `GET ${DOMAINS}/corp`)).toMatchObject({
    "sync-defaults-options": "enable-new=1,remove-vanished=entry;properties;acl,scope=both",
  });
});

test("options in one text are checked", async () => {
  const bad = (more: string) => says(lab, `POST ${DOMAINS}`, `${LDAP}&${more}`);
  expect(await bad("sync-defaults-options=scope%3Dall")).toEqual({
    "sync-defaults-options": expect.stringContaining(
      "sync-defaults-options.scope: value 'all' does not have a value in the enumeration 'users, groups, both'",
    ),
  });
  expect(await bad("tfa=digits%3D6")).toEqual({
    tfa: expect.stringContaining("tfa.type: property is missing and it is not optional"),
  });
});

test("a sync has to be told what, and fails where no server answers", async () => {
  await says(lab, `POST ${DOMAINS}`, LDAP);
  expect(await says(lab, `POST ${DOMAINS}/corp/sync`, "")).toEqual({
    scope: expect.stringContaining("Not passed as parameter"),
  });
  const upid = String(await says(lab, `POST ${DOMAINS}/corp/sync`, "scope=users"));
  expect(upid).toContain(":auth-realm-sync:corp:");
  expect(await lab.tasks.ended(upid)).toContain("unable to connect");
});

test("jobs sync what can be synced alone", async () => {
  const job = "/cluster/jobs/realm-sync/nightly";
  expect(await says(lab, `POST ${job}`, "schedule=daily&realm=pve")).toContain(
    "400 Parameter verification failed.",
  );
  await says(lab, `POST ${DOMAINS}`, LDAP);
  expect(await says(lab, `POST ${job}`, "schedule=daily&realm=corp&scope=users")).toBeNull();
  expect(await says(lab, `POST ${job}`, "schedule=daily&realm=corp")).toBe(
    "500 Job 'nightly' already exists",
  );
  expect(await says(lab, "GET /cluster/jobs/realm-sync")).toMatchObject([
    { id: "nightly", type: "realm-sync", realm: "corp", "next-run": expect.any(Number) },
  ]);
  expect(await says(lab, `DELETE ${job}`)).toBeNull();
  expect(await says(lab, `GET ${job}`)).toEqual({ id: "No such job 'nightly'" });
});

test("a second factor that is not there is a 404", async () => {
  const missing = await ask(lab, "GET", "/access/tfa/operator@pve/none");
  expect(missing).toMatchObject({ status: 404, reason: "No such tfa entry 'none'" });
  expect(await says(lab, "GET /access/tfa/operator@pve/recovery")).toMatchObject({ type: "recovery" });
});
