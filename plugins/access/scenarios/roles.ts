import {
  fieldsOf,
  OWN,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
} from "../../../sdk/testing/index.ts";
import type { Line } from "./data.ts";

const LIST = "proxmox_role_list";
const GET = "proxmox_role_get";
const CREATE = "proxmox_role_create";
const UPDATE = "proxmox_role_update";
const DELETE = "proxmox_role_delete";
const ROLE = OWN;

interface Role {
  readonly roleid: string;
  readonly privs: string;
  readonly special: number;
}

function rolesOn(t: ScenarioRun): Promise<readonly Role[]> {
  return t.cluster.get<readonly Role[]>("/access/roles");
}

/** Privileges of a role. */
async function privilegesOf(t: ScenarioRun, roleid: string): Promise<readonly string[]> {
  return Object.keys(await t.cluster.get<Line>(`/access/roles/${roleid}`)).sort();
}

function list(privs: string): readonly string[] {
  return privs.split(",").filter((name) => name !== "");
}

export const roleScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists roles, and finds them by a privilege",
    access: "write",
    async run(t) {
      await t.ok(CREATE, { roleid: ROLE, privs: "VM.Audit" });
      const rows = rowsOf(await t.ok(LIST, { limit: 1000 }));
      const roles = await rolesOn(t);
      const shown = (roleid: unknown, builtIn: unknown, count: unknown) => `${roleid} ${builtIn} ${count}`;
      t.expect.equal(
        rows.map(({ roleid, builtIn, count }) => shown(roleid, builtIn, count)).sort(),
        roles.map(({ roleid, special, privs }) => shown(roleid, special === 1, list(privs).length)).sort(),
        "the roles",
      );
      const filter = { text: "Sys.PowerMgmt" };
      const found = rowsOf(await t.ok(LIST, { filter, fields: ["roleid", "privileges"] }));
      t.expect.equal(
        found.map(({ roleid, privileges }) => [roleid, privileges]).sort(),
        roles
          .filter(({ privs }) => list(privs).includes("Sys.PowerMgmt"))
          .map(({ roleid, privs }) => [roleid, list(privs).join(", ")])
          .sort(),
        "the roles that may switch nodes off",
      );
      await t.refused(LIST, { roleid: ROLE }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows one role",
    access: "write",
    async run(t) {
      await t.ok(CREATE, { roleid: ROLE, privs: ["VM.PowerMgmt", "VM.Audit"] });
      t.expect.equal(
        fieldsOf(await t.ok(GET, { roleid: ROLE })),
        { roleid: ROLE, builtIn: false, privileges: await privilegesOf(t, ROLE) },
        "our role",
      );
      t.expect.equal(
        fieldsOf(await t.ok(GET, { roleid: "PVEAuditor" })),
        { roleid: "PVEAuditor", builtIn: true, privileges: await privilegesOf(t, "PVEAuditor") },
        "a role of Proxmox VE",
      );
      await t.refused(GET, { roleid: "None" }, "not_found");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates a role once, of privileges that there are",
    async run(t) {
      await t.ok(CREATE, { roleid: ROLE, privs: "VM.Audit,VM.PowerMgmt", dryRun: true });
      t.expect.that(await t.cluster.isGone(`/access/roles/${ROLE}`), "a dry run creates none");
      await t.ok(CREATE, { roleid: ROLE, privs: "VM.Audit,VM.PowerMgmt" });
      t.expect.equal(await privilegesOf(t, ROLE), ["VM.Audit", "VM.PowerMgmt"], "the privileges");
      await t.refused(CREATE, { roleid: ROLE, privs: "VM.Audit" }, "conflict");
      await t.refused(CREATE, { roleid: `${OWN}-other`, privs: "No.Such" }, "invalid_input");
      t.expect.that(await t.cluster.isGone(`/access/roles/${OWN}-other`), "the refused role");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "replaces or adds privileges, of own roles only",
    async run(t) {
      await t.ok(CREATE, { roleid: ROLE, privs: "VM.Audit" });
      await t.ok(UPDATE, { roleid: ROLE, privs: "VM.Console", dryRun: true });
      t.expect.equal(await privilegesOf(t, ROLE), ["VM.Audit"], "the privileges after a dry run");
      await t.ok(UPDATE, { roleid: ROLE, privs: "VM.Console", append: true });
      t.expect.equal(await privilegesOf(t, ROLE), ["VM.Audit", "VM.Console"], "one more");
      await t.ok(UPDATE, { roleid: ROLE, privs: ["VM.PowerMgmt"] });
      t.expect.equal(await privilegesOf(t, ROLE), ["VM.PowerMgmt"], "another one instead");
      const before = await privilegesOf(t, "PVEAuditor");
      await t.refused(UPDATE, { roleid: "PVEAuditor", privs: "VM.Audit" }, "invalid_input");
      t.expect.equal(await privilegesOf(t, "PVEAuditor"), before, "the built-in role");
      await t.refused(UPDATE, { roleid: `${OWN}-other`, privs: "VM.Audit" }, "not_found");
      await t.refused(UPDATE, { roleid: ROLE }, "invalid_input");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes own roles only",
    async run(t) {
      await t.ok(CREATE, { roleid: ROLE, privs: "VM.Audit" });
      const before = (await rolesOn(t)).length;
      await t.ok(DELETE, { roleid: ROLE, dryRun: true });
      await t.restart({ access: "write" });
      await t.refused(DELETE, { roleid: ROLE }, "denied");
      await t.restart({ access: "destructive" });
      t.expect.equal((await rolesOn(t)).length, before, "the roles before");
      await t.ok(DELETE, { roleid: ROLE });
      t.expect.that(await t.cluster.isGone(`/access/roles/${ROLE}`), "the role is gone");
      t.expect.equal((await rolesOn(t)).length, before - 1, "the roles after");
      await t.refused(DELETE, { roleid: ROLE }, "not_found");
      await t.refused(DELETE, { roleid: "PVEAuditor" }, "invalid_input");
    },
  }),
];
