import { OWN, rowsOf, type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";

const LIST = "proxmox_acl_list";
const SET = "proxmox_acl_set";
const REMOVE = "proxmox_acl_remove";
const PERMISSIONS = "proxmox_permissions_get";
const USER = `${OWN}@pve`;
const GROUP = OWN;

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly ugid: string;
  readonly roleid: string;
  readonly propagate: number;
}

/** Path of a guest that there need not be. */
function guestPath({ place }: ScenarioRun): string {
  return `/vms/${place.vmids.last}`;
}

/** Entries of our holders on a path as `type holder role propagate`. */
async function entriesOn(t: ScenarioRun, path: string): Promise<readonly string[]> {
  const all = await t.cluster.get<readonly Entry[]>("/access/acl");
  return all
    .filter((entry) => entry.path === path && entry.ugid.startsWith(OWN))
    .map(({ type, ugid, roleid, propagate }) => `${type} ${ugid} ${roleid} ${propagate}`)
    .sort();
}

/** A user with a token, and a group. */
async function holders(t: ScenarioRun): Promise<void> {
  await t.ok("proxmox_group_create", { groupid: GROUP });
  await t.ok("proxmox_user_create", { userid: USER });
  await t.ok("proxmox_token_create", { userid: USER, tokenid: "one" });
}

export const aclScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists who holds what where",
    access: "write",
    async run(t) {
      await holders(t);
      const path = guestPath(t);
      await t.ok(SET, { path, roles: "PVEVMUser", users: USER, propagate: false });
      await t.ok(SET, { path, roles: "PVEAuditor", groups: GROUP });
      const rows = rowsOf(await t.ok(LIST, { limit: 1000 }));
      const all = await t.cluster.get<readonly Entry[]>("/access/acl");
      const line = (...parts: readonly unknown[]) => parts.join(" ");
      t.expect.equal(
        rows.map((row) => line(row.path, row.type, row.holder, row.role, row.propagate)).sort(),
        all.map((one) => line(one.path, one.type, one.ugid, one.roleid, one.propagate === 1)).sort(),
        "the entries",
      );
      const by = async (filter: object) => rowsOf(await t.ok(LIST, { filter })).map(({ role }) => role);
      t.expect.equal(await by({ holder: USER }), ["PVEVMUser"], "those of the user");
      const held = rowsOf(await t.ok(LIST, { filter: { path, role: "PVEAuditor" }, limit: 1000 }));
      t.expect.that(
        held.some(({ holder }) => holder === GROUP) && held.every(({ role }) => role === "PVEAuditor"),
        "those of the role",
      );
      await t.refused(LIST, { path }, "invalid_input");
    },
  }),
  scenario({
    tool: SET,
    title: "gives roles to users, groups and tokens",
    async run(t) {
      await holders(t);
      const path = guestPath(t);
      const given = { path, roles: ["PVEVMUser", "PVEAuditor"], users: [USER] };
      await t.ok(SET, { ...given, dryRun: true });
      t.expect.equal(await entriesOn(t, path), [], "the entries after a dry run");
      await t.ok(SET, given);
      const ofUser = [`user ${USER} PVEAuditor 1`, `user ${USER} PVEVMUser 1`];
      t.expect.equal(await entriesOn(t, path), ofUser, "the user's entries");
      await t.ok(SET, { path: "/pool", roles: "PVEAuditor", groups: GROUP, propagate: false });
      t.expect.equal(await entriesOn(t, "/pool"), [`group ${GROUP} PVEAuditor 0`], "the group's entry");
      await t.ok(SET, { path: "/nodes", roles: "PVEAuditor", tokens: `${USER}!one` });
      t.expect.equal(await entriesOn(t, "/nodes"), [`token ${USER}!one PVEAuditor 1`], "the token's entry");
      await t.refused(SET, { path, roles: "PVEAuditor" }, "invalid_input");
      await t.refused(SET, { path, roles: "None", users: USER }, "not_found");
      await t.refused(SET, { path, roles: "PVEAuditor", users: `${OWN}-nobody@pve` }, "not_found");
      await t.refused(SET, { path: "/nope", roles: "PVEAuditor", users: USER }, "invalid_input");
      t.expect.equal(await entriesOn(t, path), ofUser, "the entries after the refused calls");
    },
  }),
  scenario({
    tool: REMOVE,
    title: "takes away the named entries alone",
    async run(t) {
      await holders(t);
      const path = guestPath(t);
      await t.ok(SET, { path, roles: "PVEVMUser,PVEAuditor", users: USER, groups: GROUP });
      const named = { path, roles: "PVEVMUser", users: USER };
      await t.ok(REMOVE, { ...named, dryRun: true });
      await t.restart({ access: "write" });
      await t.refused(REMOVE, named, "denied");
      await t.restart({ access: "destructive" });
      t.expect.equal((await entriesOn(t, path)).length, 4, "the entries before");
      await t.refused(REMOVE, { ...named, roles: "PVEAdmin" }, "not_found");
      await t.refused(REMOVE, { path, roles: "PVEVMUser" }, "invalid_input");
      await t.ok(REMOVE, named);
      const groups = [`group ${GROUP} PVEAuditor 1`, `group ${GROUP} PVEVMUser 1`];
      t.expect.equal(await entriesOn(t, path), [...groups, `user ${USER} PVEAuditor 1`], "the entries after");
      await t.ok(REMOVE, { path: `${path}/`, roles: ["PVEVMUser", "PVEAuditor"], groups: [GROUP] });
      t.expect.equal(await entriesOn(t, path), [`user ${USER} PVEAuditor 1`], "the entry that is left");
      await t.refused(REMOVE, named, "not_found");
    },
  }),
  scenario({
    tool: PERMISSIONS,
    title: "shows what an account may do, groups and separation resolved",
    access: "write",
    async run(t) {
      await holders(t);
      await t.ok("proxmox_user_update", { userid: USER, groups: GROUP });
      await t.ok("proxmox_role_create", { roleid: OWN, privs: "VM.Audit,VM.PowerMgmt" });
      await t.ok(SET, { path: "/vms", roles: OWN, groups: GROUP, propagate: false });
      await t.ok(SET, { path: "/vms", roles: "PVEAuditor", tokens: `${USER}!one` });
      const of = async (userid: string, path?: string) =>
        rowsOf(await t.ok(PERMISSIONS, { userid, ...(path === undefined ? {} : { path }) }));
      const both = "VM.Audit, VM.PowerMgmt";
      t.expect.equal(await of(USER), [{ path: "/vms", privileges: both, onlyHere: both }], "of the user");
      const token = await of(`${USER}!one`, "/vms");
      t.expect.equal(
        token.map(({ path, privileges }) => [path, privileges]),
        [["/vms", "VM.Audit"]],
        "of the token, what it and its user hold",
      );
      const below = await t.ok(PERMISSIONS, { userid: USER, path: guestPath(t) });
      t.expect.equal(rowsOf(below), [], "below, where nothing is handed down");
      t.expect.match(below.text, "none there, or it does not exist", "the remark");
      const own = await t.cluster.get<Readonly<Record<string, object>>>("/access/permissions");
      t.expect.equal(
        rowsOf(await t.ok(PERMISSIONS, { limit: 1000 }))
          .map(({ path }) => path)
          .sort(),
        Object.keys(own).sort(),
        "the paths of our own account",
      );
      await t.refused(PERMISSIONS, { userid: "nobody" }, "invalid_input");
      await t.refused(PERMISSIONS, { path: "vms" }, "invalid_input");
    },
  }),
];
