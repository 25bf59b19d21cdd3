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
  expect(await says("PUT", `${AUDITOR}/${id}`, `enable=0&password=${password}`)).toBe("");
  expect((await ask(lab, "GET", `${AUDITOR}/${id}`)).data).toMatchObject({ type: "totp", enable: false });
  expect((await ask(lab, "GET", "/access/users/auditor@pve")).data).toMatchObject({ keys: "x" });
  expect(await says("DELETE", `${AUDITOR}/${id}`, `password=${password}`)).toBe("");
  expect((await ask(lab, "GET", AUDITOR)).data).toMatchObject([{ id: "recovery" }]);
  expect(await says("PUT", `${AUDITOR}/recovery`, `enable=0&password=${password}`)).toBe("500 no such entry");
  expect(await says("DELETE", `${AUDITOR}/recovery`, `password=${password}`)).toBeNull();
  expect((await ask(lab, "GET", "/access/users/auditor@pve")).data).not.toHaveProperty("keys");
});

test.each([
  ["not an otpauth uri", "http://x"],
  ["missing '?' in otp uri", "otpauth://totp/lab"],
  ["unrecognized otpauth uri parameter: image", "otpauth://totp/lab?image=x"],
  ["missing secret in otpauth url", "otpauth://totp/lab?digits=6"],
])("a one-time password says %s", async (fault, uri) => {
  const body = `type=totp&description=x&value=1&password=${password}&totp=${encodeURIComponent(uri)}`;
  expect(await says("POST", AUDITOR, body)).toBe(`500 ${fault}`);
});

test("of a kind that nothing is configured for are refused", async () => {
  const add = (type: string, more = "&description=x") =>
    says("POST", AUDITOR, `type=${type}&password=${password}${more}`);
  expect(await add("webauthn")).toBe("500 no webauthn configuration available");
  expect(await add("u2f", "")).toBe("500 'description' is required for new entries");
  expect(await add("yubico")).toBe("500 no yubico otp configuration available for realm pve");
});

test("are told by their kinds", async () => {
  const kinds = "/access/users/auditor@pve/tfa";
  expect((await ask(lab, "GET", kinds)).data).toEqual({});
  expect((await ask(lab, "GET", `${kinds}?multiple=1`)).data).toEqual({ user: [] });
  await says("POST", AUDITOR, `type=recovery&password=${password}`);
  expect((await ask(lab, "GET", kinds)).data).toEqual({ user: "incompatible" });
  expect((await ask(lab, "GET", `${kinds}?multiple=1`)).reason).toContain("Not an ARRAY reference");
});

test("are asked for at the next login, and a code is good once", async () => {
  const { recovery } = (await says("POST", AUDITOR, `type=recovery&password=${password}`)) as {
    recovery: string[];
  };
  const login = async (body: string) =>
    ask(lab, "POST", "/access/ticket", { as: "none", body: `username=auditor@pve&${body}` });
  const first = (await login(`password=${password}`)).data as { ticket: string };
  expect(first).toMatchObject({ NeedTFA: 1, username: "auditor@pve" });
  expect(first).not.toHaveProperty("cap");
  const challenge = decodeURIComponent(first.ticket.split(":")[1]?.split("!")[2] ?? "");
  expect(JSON.parse(challenge)).toEqual({ recovery: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
  const cookie = `PVEAuthCookie=${encodeURIComponent(first.ticket)}`;
  expect((await ask(lab, "GET", "/version", { as: "none", headers: { cookie } })).status).toBe(401);
  const answer = (code = "") =>
    login(`password=recovery%3A${code}&tfa-challenge=${encodeURIComponent(first.ticket)}`);
  expect((await answer("0000-0000-0000-0000")).status).toBe(401);
  expect((await answer(recovery[0])).data).toMatchObject({ cap: expect.anything() });
  expect((await answer(recovery[0])).status).toBe(401);
});

test("lock nobody out, and only who may change the user is told so", async () => {
  const unlock = "/access/users/operator@pve/unlock-tfa";
  expect((await ask(lab, "PUT", unlock, { body: "" })).data).toBe("");
  expect(await says("PUT", unlock)).toContain("403 Permission check failed");
});
