import { beforeEach, describe, expect, test } from "@jest/globals";
import { Access, aclKey } from "../../../sdk/lab/access/access.ts";
import { isAclPath, normalizePath, pathPrefixes } from "../../../sdk/lab/access/paths.ts";
import { Tickets } from "../../../sdk/lab/access/tickets.ts";
import type { AclEntry } from "../../../sdk/lab/access/types.ts";
import { addUser } from "../../../sdk/lab/seeds/build.ts";
import type { LabPool } from "../../../sdk/lab/types.ts";
import { privilegeNames } from "../../../vendor/pve-docs/index.ts";

let pools: Map<string, LabPool>;
let access: Access;

function grant(path: string, ugid: string, roleid: string, parts: Partial<AclEntry> = {}): void {
  const entry: AclEntry = { path, type: "user", ugid, roleid, propagate: true, ...parts };
  access.acl.set(aclKey(entry), entry);
  access.changed();
}

const may = (id: string, path: string, privilege: string): boolean =>
  access.permissions(id, path).has(privilege);

beforeEach(() => {
  pools = new Map();
  access = new Access(pools, privilegeNames("9.2"));
  const user = addUser(access, "a@pve");
  user.tokens.set("sep", { id: "sep", secret: "", privsep: true, expire: 0 });
  user.tokens.set("all", { id: "all", secret: "", privsep: false, expire: 0 });
});

describe("permissions", () => {
  test("propagate downwards, unless told not to", () => {
    grant("/vms", "a@pve", "PVEAuditor");
    expect(may("a@pve", "/vms/100", "VM.Audit")).toBe(true);
    expect(may("a@pve", "/", "VM.Audit")).toBe(false);
    grant("/vms", "a@pve", "PVEAuditor", { propagate: false });
    expect(may("a@pve", "/vms/100", "VM.Audit")).toBe(false);
    expect(may("a@pve", "/vms", "VM.Audit")).toBe(true);
  });

  test("of a deeper path replace those above", () => {
    grant("/", "a@pve", "Administrator");
    grant("/vms/100", "a@pve", "PVEAuditor");
    expect(may("a@pve", "/vms/100", "VM.PowerMgmt")).toBe(false);
    expect(may("a@pve", "/vms/101", "VM.PowerMgmt")).toBe(true);
  });

  test("NoAccess bars what was given above, pools included", () => {
    pools.set("p", { id: "p", guests: new Set([100]), storages: new Set() });
    grant("/pool/p", "a@pve", "PVEVMAdmin");
    expect(may("a@pve", "/vms/100", "VM.Audit")).toBe(true);
    grant("/vms/100", "a@pve", "NoAccess");
    expect(may("a@pve", "/vms/100", "VM.Audit")).toBe(false);
  });

  test("a user's own entries replace those of groups on the same path", () => {
    access.groups.set("g", { groupid: "g", users: new Set(["a@pve"]) });
    grant("/vms", "g", "PVEVMAdmin", { type: "group" });
    expect(may("a@pve", "/vms/100", "VM.PowerMgmt")).toBe(true);
    grant("/vms", "a@pve", "PVEAuditor");
    expect(may("a@pve", "/vms/100", "VM.PowerMgmt")).toBe(false);
  });

  test("of a separated token are the intersection with its user's", () => {
    grant("/vms", "a@pve!sep", "PVEVMAdmin", { type: "token" });
    expect(may("a@pve!sep", "/vms/100", "VM.Audit")).toBe(false);
    grant("/vms", "a@pve", "PVEAuditor");
    expect(may("a@pve!sep", "/vms/100", "VM.Audit")).toBe(true);
    expect(may("a@pve!sep", "/vms/100", "VM.PowerMgmt")).toBe(false);
    expect(may("a@pve!all", "/vms/100", "VM.Audit")).toBe(true);
    expect(may("a@pve!none", "/vms/100", "VM.Audit")).toBe(false);
  });
});

test("paths have one spelling, and only known ones take an ACL", () => {
  expect(normalizePath("vms//100/")).toBe("/vms/100");
  expect(normalizePath("/a b")).toBeUndefined();
  expect(pathPrefixes("/vms/100")).toEqual(["/", "/vms", "/vms/100"]);
  expect(["/", "/vms/100", "/pool/a/b", "/storage/x"].every(isAclPath)).toBe(true);
  expect(["/nope", "/vms/abc", "/vms/99"].some(isAclPath)).toBe(false);
});

test("tickets and CSRF tokens hold for their user and two hours", () => {
  const tickets = new Tickets();
  const now = 1_700_000_000;
  const { ticket, csrf } = tickets.issue("a@pve", now);
  expect(tickets.user(ticket, now + 7000)).toBe("a@pve");
  expect(tickets.user(ticket, now + 7201)).toBeUndefined();
  expect(tickets.user(ticket.replace("a@pve", "b@pve"), now)).toBeUndefined();
  expect(tickets.isCsrf(csrf, "a@pve", now)).toBe(true);
  expect(tickets.isCsrf(csrf, "b@pve", now)).toBe(false);
  expect(new Tickets().user(ticket, now)).toBeUndefined();
});
