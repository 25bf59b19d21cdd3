import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { totpAt } from "../../../../sdk/lab/access/totp.ts";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask, read } from "../client.ts";

const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const AUDITOR = "/access/tfa/auditor@pve";

let lab: Lab;
let password: string;
let headers: Readonly<Record<string, string>>;

beforeEach(async () => {
  lab = await createLab({ seed: "small", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
  password = lab.state.access.users.get("auditor@pve")?.password ?? "";
  const body = `username=auditor@pve&password=${password}`;
  const { data } = await ask(lab, "POST", "/access/ticket", { as: "none", body });
  const { ticket, CSRFPreventionToken: csrf } = data as { ticket: string; CSRFPreventionToken: string };
  headers = { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, csrfpreventiontoken: csrf };
});
afterEach(() => lab.close());

/** As the auditor, signed in by password. */
async function says(method: string, path: string, body = ""): Promise<unknown> {
  const query = method === "DELETE" && body !== "" ? `?${body}` : "";
  const parts = { as: "none", headers, ...(method === "DELETE" ? {} : { body }) };
  const { status, reason, data, errors } = await ask(lab, method, `${path}${query}`, parts);
  if (status === 200) return data;
  return errors ?? `${status} ${reason}`;
}

test("take the password of whoever changes them", async () => {
  expect(await says("POST", AUDITOR, "type=recovery")).toEqual({
    password: "password is required to modify user",
  });
  expect(await says("POST", AUDITOR, "type=recovery&password=wrong")).toBe("500 invalid credentials");
  expect((await ask(lab, "POST", AUDITOR, { body: "type=recovery" })).status).toBe(403);
});

test("are added, switched off and removed", async () => {
  const recovery = {
    id: "recovery",
    recovery: expect.arrayContaining([expect.stringMatching(/^[0-9a-f-]{19}$/)]),
  };
  expect(await says("POST", AUDITOR, `type=recovery&password=${password}`)).toEqual(recovery);
  expect(await says("POST", AUDITOR, `type=recovery&password=${password}`)).toBe(
    "500 user already has recovery keys",
  );
  const uri = encodeURIComponent(`otpauth://totp/lab?secret=${SECRET}`);
  const totp = `type=totp&description=phone&password=${password}&totp=${uri}`;
  expect(await says("POST", AUDITOR, totp)).toBe(
    "500 'totp' type requires both 'totp' and 'value' parameters",
  );
  expect(await says("POST", AUDITOR, `${totp}&value=000`)).toBe("500 failed to verify TOTP challenge");
  const { time } = await read<{ time: number }>(lab, "/nodes/pve1/time");
  const value = totpAt(SECRET, time);
  const { id } = (await says("POST", AUDITOR, `${totp}&value=${value}`)) as { id: string };
  expect(await says("PUT", `${AUDITOR}/${id}`, `enable=0&password=${password}`)).toBeNull();
  expect((await ask(lab, "GET", `${AUDITOR}/${id}`)).data).toMatchObject({ type: "totp", enable: false });
  expect(await says("DELETE", `${AUDITOR}/${id}`, `password=${password}`)).toBeNull();
  expect((await ask(lab, "GET", AUDITOR)).data).toMatchObject([{ id: "recovery" }]);
});

test("lock nobody out, and only who may change the user is told so", async () => {
  const unlock = "/access/users/operator@pve/unlock-tfa";
  expect((await ask(lab, "PUT", unlock, { body: "" })).data).toBe("");
  expect(await says("PUT", unlock)).toContain("403 Permission check failed");
});
