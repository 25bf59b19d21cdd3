import { afterEach, describe, expect, test } from "@jest/globals";
import { answer, refuse, type Script, ScriptedServer } from "../../helpers/scripted-server.ts";
import { certificate, closeTransports, faultOf, request, SECRET, shown, transport } from "./harness.ts";

let server: ScriptedServer;

async function serve(script: Script) {
  server = await ScriptedServer.start(certificate, script);
  return server;
}

afterEach(async () => {
  await closeTransports();
  await server.stop();
});

const VERSION = request("GET", "/version");

describe("a read", () => {
  test("answers `data`, signed with the token", async () => {
    await serve((_, response) => answer(response, { version: "9.2.11" }));
    const rest = transport({ port: server.port });

    await expect(rest.read(VERSION)).resolves.toEqual({ version: "9.2.11" });
    expect(server.seen[0]).toMatchObject({
      method: "GET",
      path: "/api2/json/version",
      query: "",
      headers: { authorization: `PVEAPIToken=root@pam!mcp=${SECRET}` },
    });
  });

  test("keeps its connection", async () => {
    await serve((_, response) => answer(response, null));
    const rest = transport({ port: server.port });

    for (let index = 0; index < 5; index += 1) await rest.read(VERSION);
    expect(server.connections).toBe(1);
  });

  test("never uses more connections than allowed", async () => {
    let running = 0;
    let most = 0;
    await serve(async (_, response) => {
      running += 1;
      most = Math.max(most, running);
      // The first ones are answered once three are here together.
      await server.received(3);
      running -= 1;
      answer(response, null);
    });
    const rest = transport({ port: server.port, limits: { maxConnections: 3 } });

    await Promise.all(
      Array.from({ length: 40 }, (_, vmid) =>
        rest.read(request("GET", "/nodes/{node}", { node: `n${vmid}` })),
      ),
    );
    expect(server.seen).toHaveLength(40);
    expect(server.connections).toBe(3);
    expect(most).toBe(3);
  });

  test("shares one request among identical readers, each with data of its own", async () => {
    await serve(async (_, response) => {
      await new Promise(setImmediate);
      answer(response, { list: [1] });
    });
    const rest = transport({ port: server.port });

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => rest.read<{ list: number[] }>(VERSION)),
    );
    expect(server.seen).toHaveLength(1);
    answers[0]?.list.push(2);
    expect(answers[1]).toEqual({ list: [1] });
    await rest.read(VERSION);
    expect(server.seen).toHaveLength(2);
  });

  test("goes on for the second reader when the first one leaves", async () => {
    let release: () => void = () => undefined;
    await serve(async (_, response) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      answer(response, "kept");
    });
    const rest = transport({ port: server.port });
    const leaver = new AbortController();

    const left = faultOf(rest.read({ ...VERSION, signal: leaver.signal }));
    const stays = rest.read(VERSION);
    await server.received(1);
    leaver.abort();
    expect((await left).kind).toBe("no_answer");
    expect((await left).reason).toMatch(/cancelled/);
    release();
    await expect(stays).resolves.toBe("kept");
    expect(server.seen).toHaveLength(1);
  });

  test("is broken off on the wire when the last reader leaves", async () => {
    let closed: Promise<void> = Promise.resolve();
    await serve((_, response) => {
      closed = new Promise((resolve) => response.once("close", resolve));
    });
    const rest = transport({ port: server.port });
    const [one, two] = [new AbortController(), new AbortController()];

    const faults = [one, two].map((each) => faultOf(rest.read({ ...VERSION, signal: each.signal })));
    await server.received(1);
    one.abort();
    two.abort();
    await Promise.all(faults);
    await closed;
  });

  test("does not join a request that began before a write", async () => {
    const waiting: (() => void)[] = [];
    await serve(async (seen, response) => {
      if (seen.method === "GET" && waiting.length === 0) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return answer(response, "old");
      }
      answer(response, "new");
    });
    const rest = transport({ port: server.port });

    const before = rest.read(VERSION);
    await server.received(1);
    await rest.write(request("POST", "/pools"));
    await expect(rest.read(VERSION)).resolves.toBe("new");
    waiting[0]?.();
    await expect(before).resolves.toBe("old");
  });

  test("times out, saying so", async () => {
    await serve(() => undefined);
    const rest = transport({ port: server.port });

    const fault = await faultOf(rest.read({ ...VERSION, timeoutMs: 50 }));
    expect(fault).toMatchObject({ kind: "no_answer", reason: "no answer within 0.05 s" });
  });

  test("that was cancelled before it began sends nothing", async () => {
    await serve((_, response) => answer(response, null));
    const rest = transport({ port: server.port });

    const fault = await faultOf(rest.read({ ...VERSION, signal: AbortSignal.abort() }));
    expect(fault.kind).toBe("no_answer");
    expect(server.connections).toBe(0);
  });

  test.each([502, 503, 595, 596])("is repeated after %d", async (status) => {
    await serve((_, response) => {
      if (server.seen.length < 3) refuse(response, status, "No route to host");
      else answer(response, "there");
    });
    const rest = transport({ port: server.port });

    await expect(rest.read(VERSION)).resolves.toBe("there");
    expect(server.seen).toHaveLength(3);
  });

  test("ends with the last answer when repeating does not help", async () => {
    await serve((_, response) => refuse(response, 595, "No route to host"));
    const rest = transport({ port: server.port });

    const fault = await faultOf(rest.read(VERSION));
    expect(fault).toMatchObject({ kind: "answer", status: 595, reason: "No route to host" });
    expect(server.seen).toHaveLength(3);
  });

  test.each([400, 403, 500, 501])("is not repeated after %d", async (status) => {
    await serve((_, response) => refuse(response, status, "no"));
    const rest = transport({ port: server.port });

    expect((await faultOf(rest.read(VERSION))).status).toBe(status);
    expect(server.seen).toHaveLength(1);
  });

  test("is repeated after a dropped connection", async () => {
    await serve((_, response) => {
      if (server.seen.length === 1) response.socket?.destroy();
      else answer(response, "there");
    });
    const rest = transport({ port: server.port });

    await expect(rest.read(VERSION)).resolves.toBe("there");
    expect(server.seen).toHaveLength(2);
  });

  test("of a list with parameters takes them in the query", async () => {
    await serve((_, response) => answer(response, []));
    const rest = transport({ port: server.port });

    await rest.read(request("GET", "/nodes/{node}/tasks", { node: "pve1", limit: 5, userfilter: "a=b" }));
    expect(server.seen[0]).toMatchObject({
      path: "/api2/json/nodes/pve1/tasks",
      query: "limit=5&userfilter=a%3Db",
      body: "",
    });
    expect(server.seen[0]?.headers["content-type"]).toBeUndefined();
  });

  test("by POST is never shared", async () => {
    await serve((_, response) => answer(response, null));
    const rest = transport({ port: server.port });
    const ping = request("POST", "/nodes/{node}/qemu/{vmid}/agent/ping", { node: "pve1", vmid: 100 });

    await Promise.all([rest.read(ping), rest.read(ping)]);
    expect(server.seen).toHaveLength(2);
    expect(server.seen[0]?.headers).toMatchObject({ "content-length": "0" });
    expect(server.seen[0]?.headers["content-type"]).toBeUndefined();
  });
});

describe("closing", () => {
  test("ends reads, and later ones send nothing", async () => {
    await serve(() => undefined);
    const rest = transport({ port: server.port });

    const reading = faultOf(rest.read(VERSION));
    await server.received(1);
    await rest.close();
    expect(await reading).toMatchObject({ kind: "no_answer", reason: "the server is shutting down" });
    expect((await faultOf(rest.read(VERSION))).reason).toBe("the server is shutting down");
    expect(server.seen).toHaveLength(1);
  });
});

test("no fault shows the token's secret, even where the server repeats it", async () => {
  await serve((seen, response) =>
    refuse(response, 400, `bad ${seen.headers.authorization}`, { x: `got '${SECRET}'` }),
  );
  const rest = transport({ port: server.port });

  const fault = await faultOf(rest.read(VERSION));
  expect(fault.errors).toEqual({ x: "got '[redacted]'" });
  expect(shown(fault)).not.toContain(SECRET);
});
