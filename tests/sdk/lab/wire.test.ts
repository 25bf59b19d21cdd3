import { createHash } from "node:crypto";
import { connect } from "node:tls";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../sdk/lab/index.ts";
import { ask } from "./client.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
});
afterAll(async () => lab.close());

const json = { "content-type": "application/json" };

describe("bodies", () => {
  test("GET and DELETE with one are refused", async () => {
    expect(await ask(lab, "GET", "/version", { body: "a=b" })).toMatchObject({
      status: 501,
      reason: "Unexpected content for method 'GET'",
    });
    expect(await ask(lab, "DELETE", "/pools", { body: "poolid=x" })).toMatchObject({ status: 501 });
  });

  test("other content types are 506", async () => {
    const headers = { "content-type": "text/plain" };
    expect(await ask(lab, "POST", "/pools", { body: "poolid=x", headers })).toMatchObject({ status: 506 });
  });

  test("chunked bodies are 501", async () => {
    const headers = { "transfer-encoding": "chunked" };
    expect(await ask(lab, "POST", "/pools", { headers })).toMatchObject({
      status: 501,
      reason: "chunked transfer encoding not supported",
    });
  });

  test("a long query is read", async () => {
    expect(await ask(lab, "GET", `/version?x=${"y".repeat(40_000)}`)).toMatchObject({
      ...{ status: 400, errors: { x: expect.stringContaining("not defined in schema") } },
    });
  });

  test("more than 512 KiB are 501", async () => {
    expect(await ask(lab, "POST", "/pools", { body: `comment=${"x".repeat(530_000)}` })).toMatchObject({
      status: 501,
    });
  });

  test("JSON that is none, no object or empty is 500 in plain text", async () => {
    for (const body of ['{"poolid":', "[1]", '"x"']) {
      const answer = await ask(lab, "POST", "/pools", { body, headers: json });
      expect(answer.status).toBe(500);
      expect(answer.headers["content-type"]).toBe("text/plain");
    }
  });

  test("JSON takes true, forms do not", async () => {
    const path = "/access/users";
    const body = JSON.stringify({ userid: "json@pve", enable: false });
    expect(await ask(lab, "POST", path, { body, headers: json })).toMatchObject({ status: 200 });
    expect((await ask(lab, "GET", `${path}/json@pve`)).data).toMatchObject({ enable: 0 });
    expect(await ask(lab, "POST", path, { body: "userid=form@pve&enable=true" })).toMatchObject({
      status: 400,
      errors: { enable: "type check ('boolean') failed - got 'true'" },
    });
  });

  test("what has privileges is handed JSON as a form", async () => {
    const send = async (fields: object) =>
      ask(lab, "POST", "/access/users", { body: JSON.stringify(fields), headers: json });
    expect((await send({ userid: "one@pve", comment: ["lone"], groups: [], expire: true })).status).toBe(200);
    expect((await ask(lab, "GET", "/access/users/one@pve")).data).toMatchObject({
      comment: "lone",
      expire: 1,
    });
    expect((await send({ userid: "two@pve", comment: ["a", "b"] })).errors).toEqual({
      comment: "type check ('string') failed - got ARRAY",
    });
    expect((await send({ userid: "two@pve", expire: { a: 1 } })).errors).toEqual({
      expire: expect.stringMatching(/^type check \('integer'\) failed - got 'HASH\(0x[0-9a-f]+\)'$/),
    });
  });

  test("null is not given, unless nothing takes it", async () => {
    const send = async (path: string, fields: object) =>
      ask(lab, "PUT", path, { body: JSON.stringify(fields), headers: json });
    expect((await send("/access/users/root@pam", { expire: null })).status).toBe(200);
    expect((await send("/access/users/root@pam", { bogus: null })).errors).toHaveProperty("bogus");
    expect(await send("/nodes/pve1/qemu/101/config", { cores: null })).toMatchObject({
      status: 500,
      reason: "unable to parse value of 'cores' - got undefined value",
    });
  });

  test("a name without a value is not given, and a value without a name is one too many", async () => {
    expect((await ask(lab, "GET", "/access/users?full")).status).toBe(200);
    expect((await ask(lab, "GET", "/version?x")).errors).toHaveProperty("x");
    expect((await ask(lab, "GET", "/version?=1")).errors).toHaveProperty("_root");
    expect((await ask(lab, "GET", "/?x=1")).errors).toHaveProperty("x");
  });

  test("faults keep what fits a byte, and break the writer where a letter takes more", async () => {
    const none = async (name: string) =>
      ask(lab, "PUT", "/pools", { body: `poolid=p&vms=100&comment=&storage=${encodeURIComponent(name)}` });
    expect((await none("ü")).reason).toBe("Parameter verification failed.");
    const user = async (name: string) =>
      ask(lab, "POST", "/access/users", { body: `userid=${encodeURIComponent(name)}` });
    expect(await user("ü b@pve")).toMatchObject({
      ...{ status: 500, reason: "value 'ü b@pve' does not look like a valid user name" },
    });
    expect(await user("日 b@pve")).toMatchObject({ status: 596, reason: "Broken pipe" });
    expect(await user("a\x01 b@pve")).toMatchObject({
      ...{ status: 500, reason: "value 'a? b@pve' does not look like a valid user name" },
    });
    expect(await ask(lab, "GET", `/${encodeURIComponent("日")}`)).toMatchObject({
      ...{ status: 501, reason: expect.stringMatching(/^Method 'GET \/æ.*' not implemented$/) },
    });
  });

  test("a semicolon separates and a second equals sign cuts off", async () => {
    await ask(lab, "POST", "/pools", { body: "poolid=semi;comment=a=b" });
    expect((await ask(lab, "GET", "/pools/semi")).data).toMatchObject({ comment: "a" });
  });

  test("the query wins over the body", async () => {
    await ask(lab, "POST", "/pools?comment=query", { body: "poolid=both&comment=body" });
    expect((await ask(lab, "GET", "/pools/both")).data).toMatchObject({ comment: "query" });
  });

  test("a repeated scalar is a fault, and so is a value against the path's", async () => {
    const twice = await ask(lab, "POST", "/pools", { body: "poolid=twice&comment=a&comment=b" });
    expect(twice).toMatchObject({
      status: 400,
      errors: { comment: "type check ('string') failed - got ARRAY" },
    });
    expect(await ask(lab, "PUT", "/nodes/pve1/config", { body: "node=pve2" })).toMatchObject({
      status: 400,
      errors: { node: "duplicate parameter (already defined in URI) with conflicting values!" },
    });
  });
});

describe("credentials", () => {
  test("the cookie wins over a good token", async () => {
    const headers = { cookie: "PVEAuthCookie=garbage" };
    expect(await ask(lab, "GET", "/version", { headers })).toMatchObject({
      status: 401,
      reason: "Authentication failed!",
      body: "",
    });
  });

  test("a token may follow a space, and the exclamation mark may be encoded", async () => {
    const { id, secret } = lab.tokens.root ?? { id: "", secret: "" };
    const headers = { authorization: `PVEAPIToken ${id.replace("!", "%21")}=${secret}` };
    expect(await ask(lab, "GET", "/version", { as: "none", headers })).toMatchObject({ status: 200 });
  });

  test("a separated token has what both it and its user have", async () => {
    expect(await ask(lab, "GET", "/nodes/pve1/lxc/201/config", { as: "operator" })).toMatchObject({
      status: 200,
    });
    expect(await ask(lab, "GET", "/nodes/pve1/lxc/201/config", { as: "separated" })).toMatchObject({
      status: 403,
    });
    expect(await ask(lab, "GET", "/nodes/pve1/qemu/101/config", { as: "separated" })).toMatchObject({
      status: 200,
    });
  });
});

describe("connections", () => {
  test("a good answer keeps the connection, a fault closes it", async () => {
    expect((await ask(lab, "GET", "/version")).headers.connection).toBe("Keep-Alive");
    expect((await ask(lab, "GET", "/nope")).headers.connection).toBe("close");
  });

  test("a method of any spelling is not available", async () => {
    const socket = connect({ host: lab.host, port: lab.port, ca: lab.caPem });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.write("get /api2/json/version HTTP/1.1\r\n\r\n");
    await new Promise((resolve) => socket.on("end", resolve));
    expect(Buffer.concat(chunks).toString()).toContain("501 method 'get' not available");
  });

  test("the journal is compressed unasked", async () => {
    const socket = connect({ host: lab.host, port: lab.port, ca: lab.caPem });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    const header = lab.tokens.root?.header;
    socket.write(
      `GET /api2/json/nodes/pve1/journal HTTP/1.1\r\nAuthorization: ${header}\r\nConnection: close\r\n\r\n`,
    );
    await new Promise((resolve) => socket.on("end", resolve));
    const answer = Buffer.concat(chunks);
    const split = answer.indexOf("\r\n\r\n");
    expect(answer.subarray(0, split).toString()).toContain("Content-Encoding: gzip");
    expect(JSON.parse(gunzipSync(answer.subarray(split + 4)).toString())).toHaveProperty("data");
  });

  test("the certificate verifies against the authority and has the fingerprint", async () => {
    const socket = connect({ host: lab.host, port: lab.port, ca: lab.caPem, servername: "localhost" });
    await new Promise((resolve) => socket.on("secureConnect", resolve));
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    const digest = createHash("sha256").update(raw).digest("hex").toUpperCase();
    expect(socket.authorized).toBe(true);
    expect(lab.fingerprint.replaceAll(":", "")).toBe(digest);
  });
});

test("what is not simulated answers 501 and says so", async () => {
  const answer = await ask(lab, "GET", "/nodes/pve1/apt/update");
  expect(answer).toMatchObject({
    status: 501,
    reason: "the lab does not simulate GET /nodes/{node}/apt/update",
  });
});
