import { fieldsOf, OWN, rowsOf, type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { type Line, sorted } from "./data.ts";

const LIST = "proxmox_group_list";
const GET = "proxmox_group_get";
const CREATE = "proxmox_group_create";
const UPDATE = "proxmox_group_update";
const DELETE = "proxmox_group_delete";
const USER = "proxmox_user_create";
const GROUP = OWN;

export const groupScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists groups with their members",
    access: "write",
    async run(t) {
      await t.ok(CREATE, { groupid: GROUP, comment: "For the list" });
      await t.ok(CREATE, { groupid: `${OWN}-empty` });
      await t.ok(USER, { userid: `${OWN}-ada@pve`, groups: GROUP });
      await t.ok(USER, { userid: `${OWN}-bob@pve`, groups: GROUP });
      const rows = rowsOf(await t.ok(LIST, { limit: 1000 }));
      const all = await t.cluster.get<readonly Line[]>("/access/groups");
      t.expect.equal(
        rows.map(({ groupid }) => groupid).sort(),
        all.map(({ groupid }) => groupid).sort(),
        "the groups",
      );
      const [made, ...others] = rowsOf(await t.ok(LIST, { filter: { text: "for the list" } }));
      t.expect.equal(others, [], "other groups of that comment");
      t.expect.equal(
        { ...made, users: sorted(made?.users) },
        { groupid: GROUP, users: [`${OWN}-ada@pve`, `${OWN}-bob@pve`], comment: "For the list" },
        "the new group",
      );
      await t.refused(LIST, { fields: ["members"] }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows one group",
    access: "write",
    async run(t) {
      await t.ok(CREATE, { groupid: GROUP, comment: "Looked at" });
      await t.ok(USER, { userid: `${OWN}-ada@pve`, groups: GROUP });
      const { members, comment } = await t.cluster.get<Line>(`/access/groups/${GROUP}`);
      t.expect.equal(
        fieldsOf(await t.ok(GET, { groupid: GROUP })),
        { groupid: GROUP, comment, users: members },
        "the group",
      );
      await t.refused(GET, { groupid: `${OWN}-none` }, "not_found");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates a group once",
    async run(t) {
      await t.ok(CREATE, { groupid: GROUP, comment: "New", dryRun: true });
      t.expect.that(await t.cluster.isGone(`/access/groups/${GROUP}`), "a dry run creates none");
      await t.ok(CREATE, { groupid: GROUP, comment: "New" });
      t.expect.equal(
        await t.cluster.get<Line>(`/access/groups/${GROUP}`),
        { comment: "New", members: [] },
        "the group",
      );
      await t.refused(CREATE, { groupid: GROUP }, "conflict");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "changes the comment and nothing else",
    async run(t) {
      await t.ok(CREATE, { groupid: GROUP, comment: "Before" });
      await t.ok(USER, { userid: `${OWN}-ada@pve`, groups: GROUP });
      await t.ok(UPDATE, { groupid: GROUP, comment: "After", dryRun: true });
      t.expect.equal(
        (await t.cluster.get<Line>(`/access/groups/${GROUP}`)).comment,
        "Before",
        "the comment after a dry run",
      );
      await t.ok(UPDATE, { groupid: GROUP, comment: "After" });
      t.expect.equal(
        await t.cluster.get<Line>(`/access/groups/${GROUP}`),
        { comment: "After", members: [`${OWN}-ada@pve`] },
        "the group",
      );
      await t.refused(UPDATE, { groupid: GROUP }, "invalid_input");
      await t.refused(UPDATE, { groupid: `${OWN}-none`, comment: "x" }, "not_found");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a group and its ACL entries, and keeps its users",
    async run(t) {
      await t.ok(CREATE, { groupid: GROUP });
      await t.ok(USER, { userid: `${OWN}-ada@pve`, groups: GROUP });
      await t.ok("proxmox_acl_set", { path: "/vms", roles: "PVEAuditor", groups: GROUP });
      await t.restart({ access: "write" });
      await t.refused(DELETE, { groupid: GROUP }, "denied");
      await t.restart({ access: "destructive" });
      await t.ok(DELETE, { groupid: GROUP, dryRun: true });
      t.expect.that(!(await t.cluster.isGone(`/access/groups/${GROUP}`)), "a dry run deletes nothing");
      await t.ok(DELETE, { groupid: GROUP });
      t.expect.that(await t.cluster.isGone(`/access/groups/${GROUP}`), "the group is gone");
      t.expect.equal(
        (await t.cluster.get<Line>(`/access/users/${OWN}-ada@pve`)).groups,
        [],
        "its user's groups",
      );
      const left = await t.cluster.get<readonly { ugid: string }[]>("/access/acl");
      t.expect.that(!left.some(({ ugid }) => ugid === GROUP), "its entries are gone");
      await t.refused(DELETE, { groupid: GROUP }, "not_found");
    },
  }),
];
