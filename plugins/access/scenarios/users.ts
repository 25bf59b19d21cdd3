import {
  fieldsOf,
  OWN,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";
import { type Line, sorted } from "./data.ts";

const LIST = "proxmox_user_list";
const GET = "proxmox_user_get";
const CREATE = "proxmox_user_create";
const UPDATE = "proxmox_user_update";
const DELETE = "proxmox_user_delete";
const GROUP = "proxmox_group_create";
const USER = `${OWN}@pve`;

function userOn(t: ScenarioRun, userid: string): Promise<Line> {
  return t.cluster.get<Line>(`/access/users/${userid}`);
}

export const userScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists users with groups, tokens and expiry",
    access: "write",
    async run(t) {
      await t.ok(GROUP, { groupid: `${OWN}-one` });
      await t.ok(CREATE, {
        userid: USER,
        groups: [`${OWN}-one`],
        expire: 4_102_444_800,
        enable: false,
        comment: "For the list",
        firstname: "Ada",
        lastname: "Byron",
        email: "ada@example.com",
      });
      const rows = rowsOf(await t.ok(LIST, { limit: 1000 }));
      const all = await t.cluster.get<readonly Line[]>("/access/users?full=1");
      t.expect.equal(
        rows.map(({ userid, enabled, tokens }) => `${userid} ${enabled} ${tokens}`).sort(),
        all
          .map(({ userid, enable, tokens }) => {
            const count = Array.isArray(tokens) ? tokens.length : 0;
            return `${userid} ${Number(enable ?? 1) === 1} ${count}`;
          })
          .sort(),
        "the users, whether they may sign in and how many tokens they have",
      );
      const fields = [
        ...["userid", "enabled", "expire", "groups", "comment", "realm"],
        ...["firstname", "lastname", "email", "tfaLocked"],
      ];
      const [one] = rowsOf(await t.ok(LIST, { filter: { text: "for the list" }, fields }));
      t.expect.equal(
        one,
        {
          userid: USER,
          enabled: false,
          expire: 4_102_444_800,
          groups: `${OWN}-one`,
          comment: "For the list",
          realm: "pve",
          firstname: "Ada",
          lastname: "Byron",
          email: "ada@example.com",
          tfaLocked: false,
        },
        "the new user",
      );
      const pam = rowsOf(await t.ok(LIST, { filter: { realm: "pam" } }));
      t.expect.that(pam.length > 0, "users of the realm pam");
      t.expect.that(
        pam.every(({ userid }) => String(userid).endsWith("@pam")),
        "all of them of that realm",
      );
      await t.refused(LIST, { userid: "root@pam" }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows one user",
    access: "write",
    async run(t) {
      await t.ok(GROUP, { groupid: `${OWN}-one` });
      await t.ok(CREATE, {
        ...{ userid: USER, groups: `${OWN}-one`, expire: 4_102_444_800, comment: "Looked at" },
        ...{ firstname: "Ada", lastname: "Byron", email: "ada@example.com" },
      });
      await t.ok("proxmox_token_create", { userid: USER, tokenid: "one" });
      const { firstname, lastname, email, comment } = await userOn(t, USER);
      t.expect.equal(
        fieldsOf(await t.ok(GET, { userid: USER })),
        {
          userid: USER,
          enabled: true,
          expire: 4_102_444_800,
          ...{ firstname, lastname, email, comment },
          groups: [`${OWN}-one`],
          tokens: ["one"],
        },
        "the user",
      );
      await t.ok(UPDATE, { userid: USER, enable: false });
      t.expect.equal(
        fieldsOf(await t.ok(GET, { userid: USER, fields: ["enabled"] })),
        { enabled: false },
        "the field that was asked for",
      );
      await t.refused(GET, { userid: `${OWN}-nobody@pve` }, "not_found");
      await t.refused(GET, { userid: "nobody" }, "invalid_input");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates a user once",
    async run(t) {
      await t.ok(GROUP, { groupid: `${OWN}-one` });
      await t.ok(GROUP, { groupid: `${OWN}-two` });
      const parts = {
        userid: USER,
        groups: [`${OWN}-one`, `${OWN}-two`],
        comment: "a = b; ü & 100%",
        email: "ada@example.com",
        enable: false,
        expire: 4_102_444_800,
        firstname: "Ada",
        lastname: "Byron",
      };
      const password = "a long enough one";
      const dry = await t.ok(CREATE, { ...parts, password, dryRun: true });
      t.expect.that(!dry.text.includes(password), "the plan does not show the password");
      t.expect.that("password" in (stepsOf(dry)[0]?.params ?? {}), "it says that one is set");
      t.expect.that(await t.cluster.isGone(`/access/users/${USER}`), "a dry run creates nobody");
      const done = await t.ok(CREATE, { ...parts, password });
      t.expect.that(!done.text.includes(password), "the answer does not show the password");
      const made = await userOn(t, USER);
      t.expect.equal(sorted(made.groups), [`${OWN}-one`, `${OWN}-two`], "the groups");
      t.expect.equal(
        [made.comment, made.email, made.enable, made.expire, made.firstname, made.lastname],
        [parts.comment, parts.email, 0, parts.expire, parts.firstname, parts.lastname],
        "what was given",
      );
      t.expect.that(!(await t.cluster.signsIn(USER, password)), "who is not enabled does not sign in");
      await t.ok(UPDATE, { userid: USER, enable: true });
      t.expect.that(await t.cluster.signsIn(USER, password), "the password is the one that was given");
      await t.refused(CREATE, { userid: USER }, "conflict");
      await t.refused(CREATE, { userid: `${OWN} no realm` }, "invalid_input");
      await t.refused(CREATE, { userid: `${OWN}-other@pve`, groups: [`${OWN}-none`] }, "not_found");
      t.expect.that(await t.cluster.isGone(`/access/users/${OWN}-other@pve`), "the refused user");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "changes a user's groups and details",
    async run(t) {
      await t.ok(GROUP, { groupid: `${OWN}-one` });
      await t.ok(GROUP, { groupid: `${OWN}-two` });
      await t.ok(CREATE, { userid: USER, groups: `${OWN}-one`, comment: "Before" });
      await t.ok(UPDATE, { userid: USER, comment: "After", dryRun: true });
      t.expect.equal((await userOn(t, USER)).comment, "Before", "the comment after a dry run");
      const details = { comment: "After", email: "ada@example.com", firstname: "Ada", lastname: "Byron" };
      await t.ok(UPDATE, { userid: USER, enable: false, expire: 4_102_444_800, ...details });
      const { tokens: _tokens, ...changed } = await userOn(t, USER);
      t.expect.equal(
        changed,
        { ...details, enable: 0, expire: 4_102_444_800, groups: [`${OWN}-one`] },
        "the user",
      );
      await t.ok(UPDATE, { userid: USER, groups: `${OWN}-two`, append: true });
      t.expect.equal(sorted((await userOn(t, USER)).groups), [`${OWN}-one`, `${OWN}-two`], "a group more");
      await t.ok(UPDATE, { userid: USER, groups: [`${OWN}-two`] });
      t.expect.equal((await userOn(t, USER)).groups, [`${OWN}-two`], "other groups");
      await t.refused(UPDATE, { userid: USER }, "invalid_input");
      await t.refused(UPDATE, { userid: `${OWN}-nobody@pve`, enable: true }, "not_found");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a user with its ACL entries, after a human agreed",
    confirm: "destructive",
    async run(t) {
      await t.ok(CREATE, { userid: USER });
      await t.ok(CREATE, { userid: `${OWN}-other@pve` });
      await t.ok("proxmox_acl_set", { path: "/vms", roles: "PVEAuditor", users: [USER, `${OWN}-other@pve`] });
      await t.refused(DELETE, { userid: USER }, "declined");
      t.expect.equal((await userOn(t, USER)).enable, 1, "the user is still there");
      await t.refused(DELETE, { userid: `${OWN}-nobody@pve` }, "not_found");
      t.answerConfirm("accept", USER);
      await t.ok(DELETE, { userid: USER });
      t.expect.that(await t.cluster.isGone(`/access/users/${USER}`), "the user is gone");
      const left = await t.cluster.get<readonly { ugid: string }[]>("/access/acl");
      const holders = left.map(({ ugid }) => ugid);
      t.expect.that(
        !holders.includes(USER) && holders.includes(`${OWN}-other@pve`),
        "only its entries are gone",
      );
    },
  }),
];
