import { afterEach, describe, expect, test } from "@jest/globals";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { Secret } from "../../../kernel/secrets/secret.ts";
import {
  answer,
  decodeForm,
  refuse,
  ScriptedServer,
  type SeenRequest,
} from "../../helpers/scripted-server.ts";
import {
  certificate,
  closeTransports,
  faultOf,
  PASSWORD,
  passwordCredentials,
  request,
  shown,
  transport,
} from "./harness.ts";

const HOUR = 3_600_000;
const VERSION = request("GET", "/version");
const POOL = request("POST", "/pools", { poolid: "p1" });

let server: ScriptedServer;
/** Tickets that the server gave out; only the valid ones are accepted. */
let given: string[];
let valid: Set<string>;

afterEach(async () => {
  await closeTransports();
  await server.stop();
});

async function serveTickets() {
  given = [];
  valid = new Set();
  server = await ScriptedServer.start(certificate, (seen, response) => {
    if (seen.path === "/api2/json/access/ticket") {
      const { username, password } = decodeForm(seen.body);
      if (username?.[0] !== "root@pam" || password?.[0] !== PASSWORD)
        return refuse(response, 401, "authentication failure");
      const ticket = `PVE:root@pam:${String(given.length).padStart(8, "0")}::c2lnbmF0dXJl/+==`;
      given.push(ticket);
      valid.add(ticket);
      return answer(response, { username: "root@pam", ticket, CSRFPreventionToken: `csrf:${ticket}` });
    }
    const ticket = seen.headers.cookie?.replace("PVEAuthCookie=", "") ?? "";
    if (!valid.has(ticket)) return refuse(response, 401, "permission denied - invalid PVE ticket");
    if (seen.method !== "GET" && seen.headers.csrfpreventiontoken !== `csrf:${ticket}`)
      return refuse(response, 401, "Permission denied - invalid csrf token");
    answer(response, "ok");
  });
}

const signIns = () => server.seen.filter(({ path }) => path.endsWith("/ticket")).length;
const others = (): SeenRequest[] => server.seen.filter(({ path }) => !path.endsWith("/ticket"));
const withTicket = (more: { now?: () => number } = {}) =>
  transport({ port: server.port, cluster: { credentials: passwordCredentials }, ...more });

describe("a ticket", () => {
  test("is fetched once for many requests at the same time", async () => {
    await serveTickets();
    const rest = withTicket();

    await Promise.all([
      rest.read(VERSION),
      rest.write(POOL),
      rest.write(POOL),
      rest.read(request("GET", "/nodes")),
    ]);
    expect(signIns()).toBe(1);
    expect(others()).toHaveLength(4);
  });

  test("comes with its CSRF token on writes alone", async () => {
    await serveTickets();
    const rest = withTicket();

    await rest.read(VERSION);
    await rest.write(POOL);
    const [read, write] = others();
    expect(read?.headers.cookie).toBe(`PVEAuthCookie=${given[0]}`);
    expect(read?.headers.csrfpreventiontoken).toBeUndefined();
    expect(write?.headers.csrfpreventiontoken).toBe(`csrf:${given[0]}`);
    expect(write?.headers.authorization).toBeUndefined();
  });

  test("is renewed before its two hours are over", async () => {
    await serveTickets();
    let now = 0;
    const rest = withTicket({ now: () => now });

    await rest.read(VERSION);
    now = HOUR;
    await rest.read(VERSION);
    expect(signIns()).toBe(1);
    now = 1.9 * HOUR;
    await rest.read(VERSION);
    expect(signIns()).toBe(2);
    expect(others().at(-1)?.headers.cookie).toBe(`PVEAuthCookie=${given[1]}`);
  });

  test.each([
    ["read", VERSION],
    ["write", POOL],
  ] as const)("that is refused is renewed once, and the %s goes out again", async (kind, what) => {
    await serveTickets();
    const rest = withTicket();

    await rest.read(request("GET", "/nodes"));
    valid.clear();
    await expect(rest[kind](what)).resolves.toBe("ok");
    expect(signIns()).toBe(2);
    expect(others()).toHaveLength(3);
  });

  test("that is refused for many at once is renewed once", async () => {
    await serveTickets();
    const rest = withTicket();

    await rest.read(VERSION);
    valid.clear();
    await Promise.all(Array.from({ length: 8 }, () => rest.write(POOL)));
    expect(signIns()).toBe(2);
  });

  test("that is refused even when new is a fault", async () => {
    await serveTickets();
    server.script = (seen, response) => {
      if (seen.path.endsWith("/ticket"))
        return answer(response, { ticket: "PVE:x", CSRFPreventionToken: "abcdef" });
      refuse(response, 401, "permission denied - invalid PVE ticket");
    };
    const rest = withTicket();

    expect(await faultOf(rest.write(POOL))).toMatchObject({ kind: "answer", status: 401 });
    expect(signIns()).toBe(2);
    expect(others()).toHaveLength(2);
  });

  test("is not waited for by a caller who left, and the write stays unsent", async () => {
    await serveTickets();
    server.script = () => undefined;
    const rest = withTicket();
    const caller = new AbortController();

    const writing = faultOf(rest.write({ ...POOL, signal: caller.signal }));
    await server.received(1);
    caller.abort();
    expect(await writing).toMatchObject({ kind: "not_sent", reason: "the request was cancelled" });
    expect(others()).toHaveLength(0);
  });
});

describe("signing in", () => {
  test("with a wrong password fails, naming the settings", async () => {
    await serveTickets();
    server.script = (_, response) => refuse(response, 401, "authentication failure");
    const rest = withTicket();

    const fault = await faultOf(rest.read(VERSION));
    expect(fault).toMatchObject({ kind: "answer", status: 401, reason: "authentication failure" });
    expect(fault.hint).toMatch(/PROXMOX_USERNAME.*PROXMOX_PASSWORD/);
    expect(signIns()).toBe(1);
  });

  test("to an account with a second factor fails, saying so", async () => {
    await serveTickets();
    server.script = (_, response) =>
      answer(response, {
        ticket: "PVE:!tfa!root@pam:AABBCCDD::eA==",
        NeedTFA: 1,
        CSRFPreventionToken: "abcdef",
      });
    const rest = withTicket();

    expect((await faultOf(rest.read(VERSION))).reason).toBe("the account asks for a second factor");
  });

  test("that a gateway could not pass on leaves the write unsent", async () => {
    await serveTickets();
    server.script = (_, response) => refuse(response, 596, "Connection timed out");
    const rest = withTicket();

    expect(await faultOf(rest.write(POOL))).toMatchObject({
      kind: "not_sent",
      reason: "signing in: Connection timed out",
    });
    expect(others()).toHaveLength(0);
  });

  test("tells the redactor password, ticket and CSRF token; no fault shows them", async () => {
    await serveTickets();
    const redactor = createRedactor();
    const rest = transport({ port: server.port, cluster: { credentials: passwordCredentials }, redactor });

    await rest.read(VERSION);
    const secrets = [PASSWORD, given[0] ?? "", `csrf:${given[0]}`];
    server.script = (_, response) => refuse(response, 400, "no", { all: secrets.join(" ") });
    const fault = await faultOf(rest.write(POOL));
    for (const secret of secrets) {
      expect(secret).not.toBe("");
      expect(redactor.text(`x ${secret} y`)).not.toContain(secret);
      expect(shown(fault)).not.toContain(secret);
    }
  });
});

test("a token with characters that no header can carry is a fault that does not show it", async () => {
  await serveTickets();
  const secret = "first-line\nsecond-line";
  const credentials = {
    kind: "token",
    user: "root",
    realm: "pam",
    tokenId: "mcp",
    secret: new Secret(secret),
  } as const;
  const rest = transport({ port: server.port, cluster: { credentials } });

  const fault = await faultOf(rest.read(VERSION));
  expect(fault.kind).toBe("not_sent");
  expect(fault.hint).toContain("PROXMOX_API_TOKEN_USER");
  expect(shown(fault)).not.toMatch(/first-line|second-line/);
  expect(server.seen).toHaveLength(0);
});
