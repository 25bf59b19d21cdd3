import { rowsOf, type Scenario, scenario } from "../../../sdk/testing/index.ts";
import type { Line } from "./data.ts";

const REALMS = "proxmox_realm_list";
const TFA = "proxmox_tfa_list";

interface SecondFactors {
  readonly userid: string;
  readonly entries: readonly Line[];
}

export const signInScenarios: readonly Scenario[] = [
  scenario({
    tool: REALMS,
    title: "lists realms",
    async run(t) {
      const own = await t.make.realm();
      const rows = rowsOf(await t.ok(REALMS, { limit: 1000 }));
      const realms = await t.cluster.get<readonly Line[]>("/access/domains");
      t.expect.equal(
        rows.map(({ realm, type, comment }) => `${realm} ${type} ${comment}`).sort(),
        realms.map(({ realm, type, comment }) => `${realm} ${type} ${comment}`).sort(),
        "the realms",
      );
      t.expect.equal(
        rows.filter((row) => row.default === true).map(({ realm }) => realm),
        realms.filter((one) => Number(one.default) === 1).map(({ realm }) => realm),
        "the default realm",
      );
      const [found] = rowsOf(await t.ok(REALMS, { filter: { text: own.comment } }));
      t.expect.equal(found, { ...own, default: false }, "the realm that was looked for");
      await t.refused(REALMS, { realm: "pam" }, "invalid_input");
    },
  }),
  scenario({
    tool: TFA,
    title: "lists second factors by user",
    async run(t) {
      const { userid, totp } = await t.make.userWithSecondFactors();
      const fields = ["userid", "type", "description", "enabled", "locked", "created", "id"];
      const rows = rowsOf(await t.ok(TFA, { fields, limit: 1000 }));
      const users = await t.cluster.get<readonly SecondFactors[]>("/access/tfa");
      const name = (userid: unknown, { type, id, created }: Line) => `${userid} ${type} ${id} ${created}`;
      t.expect.equal(
        rows.map((row) => name(row.userid, row)).sort(),
        users.flatMap(({ userid, entries }) => entries.map((entry) => name(userid, entry))).sort(),
        "the second factors of all users",
      );
      const own = rowsOf(await t.ok(TFA, { filter: { userid } }));
      const usable = { userid, enabled: true, locked: false };
      t.expect.equal(
        own.map(({ description, ...row }) => (description ? { ...row, description } : row)).sort(byType),
        [
          { ...usable, type: "recovery" },
          { ...usable, type: "totp", description: totp },
        ],
        "those of the new user",
      );
      const some = rowsOf(await t.ok(TFA, { filter: { userid, type: "totp" } }));
      t.expect.equal(some.length, 1, "of one type");
      await t.refused(TFA, { userid }, "invalid_input");
    },
  }),
];

function byType(a: Line, b: Line): number {
  return String(a.type).localeCompare(String(b.type));
}
