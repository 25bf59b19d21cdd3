import { OWN, rowsOf, type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { type Line, secretsOf } from "./data.ts";

const LIST = "proxmox_token_list";
const CREATE = "proxmox_token_create";
const UPDATE = "proxmox_token_update";
const RENEW = "proxmox_token_regenerate";
const DELETE = "proxmox_token_delete";
const USER = `${OWN}@pve`;
const PATH = `/access/users/${USER}/token`;
const SECRET = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names of the user's tokens. */
async function tokensOn(t: ScenarioRun): Promise<readonly string[]> {
  return (await t.cluster.get<readonly { tokenid: string }[]>(PATH)).map(({ tokenid }) => tokenid);
}

export const tokenScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists tokens without their secrets",
    access: "write",
    async run(t) {
      await t.ok("proxmox_user_create", { userid: USER });
      const options = { privsep: false, expire: 4_102_444_800, comment: "For the list" };
      const made = await t.ok(CREATE, { userid: USER, tokenid: "one", ...options });
      await t.ok(CREATE, { userid: USER, tokenid: "two" });
      const answer = await t.ok(LIST, { filter: { userid: USER } });
      t.expect.equal(
        rowsOf(answer),
        [
          { userid: USER, tokenid: "one", ...options },
          { userid: USER, tokenid: "two", privsep: true },
        ],
        "the user's tokens",
      );
      t.expect.that(!answer.text.includes(secretsOf(made).tokenSecret ?? ""), "no secret is shown");
      const all = await t.cluster.get<readonly { tokens: readonly Line[] | null }[]>("/access/users?full=1");
      t.expect.equal(
        rowsOf(await t.ok(LIST, { limit: 1000 })).length,
        all.flatMap(({ tokens }) => tokens ?? []).length,
        "the number of tokens",
      );
      await t.refused(LIST, { userid: USER }, "invalid_input");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates a token and tells its secret once",
    async run(t) {
      await t.ok("proxmox_user_create", { userid: USER });
      const options = { privsep: false, expire: 4_102_444_800, comment: "New" };
      const dry = await t.ok(CREATE, { userid: USER, tokenid: "one", ...options, dryRun: true });
      t.expect.equal(secretsOf(dry), {}, "the secrets of a dry run");
      t.expect.equal(await tokensOn(t), [], "the tokens after a dry run");
      const made = await t.ok(CREATE, { userid: USER, tokenid: "one", ...options });
      const { tokenSecret = "" } = secretsOf(made);
      t.expect.match(tokenSecret, SECRET, "the secret");
      t.expect.match(made.text, `${USER}!one`, "the whole name of the token");
      t.expect.match(made.text, "For the caller alone", "the mark of a secret");
      t.expect.equal(
        await t.cluster.get<Line>(`${PATH}/one`),
        { privsep: 0, expire: 4_102_444_800, comment: "New" },
        "the token",
      );
      const jobs = await t.ok("job_list");
      t.expect.that(!jobs.text.includes(CREATE), "no job keeps it");
      await t.ok(CREATE, { userid: USER, tokenid: "two" });
      t.expect.equal(
        (await t.cluster.get<Line>(`${PATH}/two`)).privsep,
        1,
        "separated if not said otherwise",
      );
      await t.refused(CREATE, { userid: USER, tokenid: "one" }, "conflict");
      await t.refused(CREATE, { userid: `${OWN}-nobody@pve`, tokenid: "one" }, "forbidden");
      await t.refused(CREATE, { userid: USER, tokenid: "no good" }, "invalid_input");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "changes a token",
    async run(t) {
      await t.ok("proxmox_user_create", { userid: USER });
      await t.ok(CREATE, { userid: USER, tokenid: "one", comment: "Before" });
      const changes = { privsep: false, expire: 4_102_444_800, comment: "After" };
      await t.ok(UPDATE, { userid: USER, tokenid: "one", ...changes, dryRun: true });
      t.expect.equal(
        await t.cluster.get<Line>(`${PATH}/one`),
        { privsep: 1, expire: 0, comment: "Before" },
        "the token after a dry run",
      );
      await t.ok(UPDATE, { userid: USER, tokenid: "one", ...changes });
      t.expect.equal(await t.cluster.get<Line>(`${PATH}/one`), { ...changes, privsep: 0 }, "the token");
      await t.refused(UPDATE, { userid: USER, tokenid: "one" }, "invalid_input");
      await t.refused(UPDATE, { userid: USER, tokenid: "none", expire: 0 }, "not_found");
    },
  }),
  scenario({
    tool: RENEW,
    title: "tells a new secret once, after a human agreed",
    confirm: "destructive",
    uses: ["PUT /access/users/{userid}/token/{tokenid}?regenerate"],
    async run(t) {
      await t.ok("proxmox_user_create", { userid: USER });
      const first = secretsOf(await t.ok(CREATE, { userid: USER, tokenid: "one", comment: "Kept" }));
      const token = { userid: USER, tokenid: "one" };
      await t.refused(RENEW, token, "declined");
      await t.refused(RENEW, { ...token, tokenid: "none" }, "not_found");
      t.answerConfirm("accept", "one");
      const renewed = await t.ok(RENEW, token);
      const { tokenSecret = "" } = secretsOf(renewed);
      t.expect.match(tokenSecret, SECRET, "the secret");
      t.expect.that(tokenSecret !== first.tokenSecret, "another one than before");
      t.expect.match(renewed.text, `${USER}!one`, "the whole name of the token");
      t.expect.equal(
        await t.cluster.get<Line>(`${PATH}/one`),
        { privsep: 1, expire: 0, comment: "Kept" },
        "the token stays as it is",
      );
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a token and its ACL entries",
    async run(t) {
      await t.ok("proxmox_user_create", { userid: USER });
      for (const tokenid of ["one", "two"]) await t.ok(CREATE, { userid: USER, tokenid });
      await t.ok("proxmox_acl_set", { path: "/vms", roles: "PVEAuditor", tokens: `${USER}!one` });
      await t.ok(DELETE, { userid: USER, tokenid: "one", dryRun: true });
      await t.restart({ access: "write" });
      await t.refused(DELETE, { userid: USER, tokenid: "one" }, "denied");
      await t.restart({ access: "destructive" });
      t.expect.equal(await tokensOn(t), ["one", "two"], "the tokens before");
      await t.ok(DELETE, { userid: USER, tokenid: "one" });
      t.expect.equal(await tokensOn(t), ["two"], "the tokens after");
      const left = await t.cluster.get<readonly { ugid: string }[]>("/access/acl");
      t.expect.that(!left.some(({ ugid }) => ugid === `${USER}!one`), "its entries are gone");
      await t.refused(DELETE, { userid: USER, tokenid: "one" }, "not_found");
    },
  }),
];
