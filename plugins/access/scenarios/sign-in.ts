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
      const rows = rowsOf(await t.ok(REALMS));
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
      const [pam] = rowsOf(await t.ok(REALMS, { filter: { text: "pam" } }));
      t.expect.equal(pam?.realm, "pam", "the realm that was looked for");
      await t.refused(REALMS, { realm: "pam" }, "invalid_input");
    },
  }),
  scenario({
    tool: TFA,
    title: "lists second factors by user",
    needs: ["second factor"],
    async run(t) {
      const fields = ["userid", "type", "description", "enabled", "locked", "created", "id"];
      const rows = rowsOf(await t.ok(TFA, { fields, limit: 1000 }));
      const users = await t.cluster.get<readonly SecondFactors[]>("/access/tfa");
      const expected = users.flatMap(({ userid, entries }) =>
        entries.map(({ type, description, created, id, enable }) => ({
          ...{ userid, type, created, id },
          ...(description === "" ? {} : { description }),
          enabled: enable === undefined || Number(enable) === 1,
        })),
      );
      const without = ({ locked: _locked, description, ...row }: Line) => ({
        ...row,
        ...(description === undefined || description === "" ? {} : { description }),
      });
      const byId = (a: Line, b: Line) => `${a.userid} ${a.id}`.localeCompare(`${b.userid} ${b.id}`);
      t.expect.that(rows.length > 0, "there are second factors");
      t.expect.equal(rows.map(without).sort(byId), expected.toSorted(byId), "the second factors");
      t.expect.that(
        rows.every(({ locked }) => locked === false),
        "none is locked",
      );
      const first = expected[0];
      const some = rowsOf(await t.ok(TFA, { filter: { type: String(first?.type) } }));
      t.expect.equal(some.length, expected.filter(({ type }) => type === first?.type).length, "of one type");
      await t.refused(TFA, { userid: "root@pam" }, "invalid_input");
    },
  }),
];
