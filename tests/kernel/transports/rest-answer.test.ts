import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { MAX_ANSWER_BYTES } from "../../../kernel/transports/rest/exchange.ts";
import type { UndiciTransport } from "../../../kernel/transports/rest/transport.ts";
import { refuse, ScriptedServer } from "../../helpers/scripted-server.ts";
import { certificate, closeTransports, faultOf, request, transport } from "./harness.ts";

let server: ScriptedServer;
let rest: UndiciTransport;

beforeAll(async () => {
  server = await ScriptedServer.start(certificate, () => undefined);
  rest = transport({ port: server.port });
});

afterAll(async () => {
  await closeTransports();
  await server.stop();
});

function read(respond: (response: ServerResponse) => void) {
  server.script = (_, response) => respond(response);
  return rest.read(request("GET", "/version"));
}

function write(respond: (response: ServerResponse) => void) {
  server.script = (_, response) => respond(response);
  return rest.write(request("POST", "/pools"));
}

function send(response: ServerResponse, status: number, reason: string, type: string, body: string | Buffer) {
  response.writeHead(status, reason, { "content-type": type, connection: "close" });
  response.end(body);
}

describe("an error", () => {
  test("has the first line of the message, and the faults by parameter", async () => {
    const fault = await faultOf(
      read((response) =>
        refuse(response, 400, "Parameter verification failed.", {
          vmid: "type check ('integer') failed - got 'abc'\n",
        }),
      ),
    );
    expect(fault).toMatchObject({
      kind: "answer",
      status: 400,
      reason: "Parameter verification failed.",
      errors: { vmid: "type check ('integer') failed - got 'abc'" },
      hint: undefined,
    });
  });

  test.each([
    [
      "several lines",
      "application/json",
      '{"data":null,"message":"can\'t lock file\\nsecond line\\n"}',
      "can't lock file",
    ],
    ["an empty body", "text/plain", "", "Reason phrase"],
    ["plain text", "text/plain", "malformed JSON string\nat line 1", "malformed JSON string"],
    ["HTML", "text/html", "<html><body>502</body></html>", "Reason phrase"],
    ["JSON without a message", "application/json", '{"data":null}', "Reason phrase"],
  ])("with %s has a reason", async (_, type, body, reason) => {
    const fault = await faultOf(read((response) => send(response, 500, "Reason phrase", type, body)));
    expect(fault).toMatchObject({ kind: "answer", status: 500, reason });
  });

  test("that says nothing at all has its status as reason", async () => {
    const fault = await faultOf(
      read((response) => {
        response.socket?.end("HTTP/1.1 500\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      }),
    );
    expect(fault.reason).toBe("status 500 without a message");
  });
});

describe("an answer", () => {
  test("in gzip is read, although nobody asked for it", async () => {
    const body = gzipSync(JSON.stringify({ data: ["line 1"] }));
    const data = await read((response) => {
      expect(server.seen.at(-1)?.headers["accept-encoding"]).toBeUndefined();
      response.writeHead(200, { "content-encoding": "gzip", "content-length": body.length });
      response.end(body);
    });
    expect(data).toEqual(["line 1"]);
  });

  test("with an empty body is null", async () => {
    await expect(read((response) => send(response, 200, "OK", "text/plain", ""))).resolves.toBeNull();
  });

  test("in plain text is that text", async () => {
    await expect(read((response) => send(response, 200, "OK", "text/plain", "hello"))).resolves.toBe("hello");
  });

  const page = (response: ServerResponse) =>
    send(response, 200, "OK", "text/html", "<html>Please sign in</html>");

  test("that is a web page is no answer of Proxmox VE", async () => {
    const fault = await faultOf(read(page));
    expect(fault.kind).toBe("no_answer");
    expect(fault.hint).toContain("PROXMOX_HOST");
  });

  test("that is a web page leaves a write's outcome unknown", async () => {
    expect((await faultOf(write(page))).kind).toBe("unknown");
  });

  test("beyond the limit is cut off, once", async () => {
    const before = server.seen.length;
    const fault = await faultOf(
      read((response) => {
        response.on("error", () => undefined);
        response.writeHead(200, { "content-length": MAX_ANSWER_BYTES + 1 });
        response.end(Buffer.alloc(MAX_ANSWER_BYTES + 1, " "));
      }),
    );
    expect(fault).toMatchObject({ kind: "no_answer", reason: expect.stringContaining("larger than 64 MB") });
    expect(server.seen.length - before).toBe(1);
  });

  test("beyond the limit after decompression is cut off as well", async () => {
    const bomb = gzipSync(Buffer.alloc(MAX_ANSWER_BYTES + 1));
    const fault = await faultOf(
      read((response) => {
        response.writeHead(200, { "content-encoding": "gzip", "content-length": bomb.length });
        response.end(bomb);
      }),
    );
    expect(fault.reason).toContain("larger than 64 MB");
  });

  test("that is not HTTP is named as such", async () => {
    const fault = await faultOf(read((response) => void response.socket?.end("hello\r\n\r\n")));
    expect(fault.reason).toContain("not HTTP");
  });
});
