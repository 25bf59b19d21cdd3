import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../sdk/lab/index.ts";
import { ask } from "./client.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ seed: "small" });
});
afterAll(() => lab.close());

const FACTORS = [
  { id: "recovery", type: "recovery", enable: false },
  { type: "totp", description: "Phone of the operator" },
];

test("second factors are listed for those who have some", async () => {
  const { data } = await ask(lab, "GET", "/access/tfa");
  expect(data).toMatchObject([{ userid: "operator@pve", entries: FACTORS }]);
  expect(data).not.toHaveProperty("0.entries.1.enable");
});

test("second factors of others are hidden from who may not see the users", async () => {
  expect((await ask(lab, "GET", "/access/tfa", { as: "auditor" })).data).toHaveLength(1);
  expect((await ask(lab, "GET", "/access/tfa", { as: "separated" })).data).toEqual([]);
});

test("second factors of one user are told by name", async () => {
  expect((await ask(lab, "GET", "/access/tfa/operator@pve")).data).toMatchObject(FACTORS);
  expect((await ask(lab, "GET", "/access/tfa/auditor@pve")).data).toEqual([]);
});
