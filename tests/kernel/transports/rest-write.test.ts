import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { answer, decodeForm, refuse, type Script, ScriptedServer } from "../../helpers/scripted-server.ts";
import { certificate, closeTransports, faultOf, request, transport } from "./harness.ts";

let server: ScriptedServer;

async function serve(script: Script) {
  server = await ScriptedServer.start(certificate, script);
  return server;
}

afterEach(async () => {
  await closeTransports();
  await server.stop();
});

const START = request("POST", "/nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: 100 });

/** A script that holds the answer to the first request until told. */
function held(data: unknown) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const script: Script = async (_, response) => {
    await released;
    answer(response, data);
  };
  return { script, release };
}

async function unusedPort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

describe("a write", () => {
  test("goes out once, as a form with its length", async () => {
    await serve((_, response) => answer(response, "UPID:x"));
    const rest = transport({ port: server.port });
    const params = { node: "pve1", vmid: 100, newid: 101, name: "a;b=c&d+e%f", map: ["x", "y"] };

    await expect(rest.write(request("POST", "/nodes/{node}/qemu/{vmid}/clone", params))).resolves.toBe(
      "UPID:x",
    );
    const [seen] = server.seen;
    expect(server.seen).toHaveLength(1);
    expect(seen).toMatchObject({ path: "/api2/json/nodes/pve1/qemu/100/clone", query: "" });
    expect(seen?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(seen?.headers["transfer-encoding"]).toBeUndefined();
    expect(seen?.headers["content-length"]).toBe(String(Buffer.byteLength(seen?.body ?? "")));
    expect(decodeForm(seen?.body ?? "")).toEqual({ newid: ["101"], name: ["a;b=c&d+e%f"], map: ["x", "y"] });
  });

  test("without parameters has neither body nor content type", async () => {
    await serve((_, response) => answer(response, null));
    const rest = transport({ port: server.port });

    await rest.write(START);
    expect(server.seen[0]?.headers).toMatchObject({ "content-length": "0" });
    expect(server.seen[0]?.headers["content-type"]).toBeUndefined();
  });

  test("by DELETE has its parameters in the query", async () => {
    await serve((_, response) => answer(response, null));
    const rest = transport({ port: server.port });

    await rest.write(request("DELETE", "/nodes/{node}/qemu/{vmid}", { node: "pve1", vmid: 100, purge: 1 }));
    expect(server.seen[0]).toMatchObject({ query: "purge=1", body: "" });
    expect(server.seen[0]?.headers["content-length"]).toBeUndefined();
  });

  test("twice the same is two writes", async () => {
    await serve((_, response) => answer(response, null));
    const rest = transport({ port: server.port });

    await Promise.all([rest.write(START), rest.write(START)]);
    expect(server.seen).toHaveLength(2);
  });

  test("that is cancelled on the wire is finished, and its outcome is unknown until then", async () => {
    const { script, release } = held("UPID:done");
    await serve(script);
    const rest = transport({ port: server.port });
    const caller = new AbortController();

    const writing = faultOf(rest.write({ ...START, signal: caller.signal }));
    await server.received(1);
    caller.abort();
    const fault = await writing;
    expect(fault).toMatchObject({ kind: "unknown", reason: "the request was cancelled" });
    release();
    await expect(fault.late).resolves.toBe("UPID:done");
    expect(server.seen).toHaveLength(1);
  });

  test("that takes too long is finished as well; its late answer may be a refusal", async () => {
    let release: () => void = () => undefined;
    await serve(async (_, response) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      refuse(response, 500, "VM is locked (backup)");
    });
    const rest = transport({ port: server.port });

    const fault = await faultOf(rest.write({ ...START, timeoutMs: 50 }));
    expect(fault).toMatchObject({ kind: "unknown", reason: "no answer within 0.05 s" });
    await server.received(1);
    release();
    expect(await faultOf(fault.late ?? Promise.resolve())).toMatchObject({
      kind: "answer",
      status: 500,
      reason: "VM is locked (backup)",
    });
  });

  test("that is cancelled while it waits for a connection is not sent", async () => {
    const { script, release } = held(null);
    await serve(script);
    const rest = transport({ port: server.port, limits: { maxConnections: 1 } });
    const caller = new AbortController();

    const first = rest.write(START);
    await server.received(1);
    const second = faultOf(rest.write({ ...START, signal: caller.signal }));
    caller.abort();
    expect(await second).toMatchObject({ kind: "not_sent", reason: "the request was cancelled" });
    release();
    await first;
    expect(server.seen).toHaveLength(1);
  });

  test("that is cancelled while the connection is being made is not sent", async () => {
    await serve((_, response) => answer(response, null));
    // It accepts, and never begins TLS.
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const rest = transport({ port: (mute.address() as AddressInfo).port });
    const caller = new AbortController();

    const accepted = once(mute, "connection");
    const writing = faultOf(rest.write({ ...START, signal: caller.signal }));
    await accepted;
    caller.abort();
    expect(await writing).toMatchObject({ kind: "not_sent", reason: "the request was cancelled" });
    await rest.close();
    mute.close();
    await once(mute, "close");
  });

  test("whose connection breaks after the request has an unknown outcome and is not repeated", async () => {
    await serve((_, response) => void response.socket?.destroy());
    const rest = transport({ port: server.port });

    const fault = await faultOf(rest.write(START));
    expect(fault.kind).toBe("unknown");
    expect(fault.late).toBeUndefined();
    expect(server.seen).toHaveLength(1);
  });

  test("whose connection breaks in the middle of the answer has an unknown outcome", async () => {
    await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"data"', () => response.socket?.destroy());
    });
    const rest = transport({ port: server.port });

    expect((await faultOf(rest.write(START))).kind).toBe("unknown");
    expect(server.seen).toHaveLength(1);
  });

  test("after the server closed a kept connection goes over a new one", async () => {
    const closed: Promise<unknown>[] = [];
    await serve((_, response) => {
      const { socket } = response;
      if (socket) closed.push(once(socket, "close"));
      response.once("finish", () => socket?.end());
      answer(response, "done");
    });
    const rest = transport({ port: server.port });

    await rest.write(START);
    // Both sides have closed.
    await closed[0];
    await expect(rest.write(START)).resolves.toBe("done");
    expect(server.seen.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test("to a host that refuses the connection was not sent", async () => {
    await serve((_, response) => answer(response, null));
    const port = await unusedPort();
    const rest = transport({ port });

    const fault = await faultOf(rest.write(START));
    expect(fault).toMatchObject({ kind: "not_sent", reason: `127.0.0.1:${port}: connection refused` });
    expect(fault.hint).toContain("PROXMOX_API_PORT");
  });

  test("is tried once more when the connection could not be made", async () => {
    await serve((_, response) => answer(response, "done"));
    let attempts = 0;
    const rude = createServer((socket) => {
      attempts += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(rude, "listening");
    const rest = transport({ port: (rude.address() as AddressInfo).port });

    expect((await faultOf(rest.write(START))).kind).toBe("not_sent");
    expect(attempts).toBe(2);
    rude.close();
  });

  test.each([502, 504, 596])("answered with %d by a gateway has an unknown outcome", async (status) => {
    await serve((_, response) => refuse(response, status, "Connection timed out"));
    const rest = transport({ port: server.port });

    expect(await faultOf(rest.write(START))).toMatchObject({ kind: "unknown", status });
    expect(server.seen).toHaveLength(1);
  });

  test.each([500, 503, 595])("answered with %d is refused and not repeated", async (status) => {
    await serve((_, response) => refuse(response, status, "no"));
    const rest = transport({ port: server.port });

    expect(await faultOf(rest.write(START))).toMatchObject({ kind: "answer", status });
    expect(server.seen).toHaveLength(1);
  });

  test("refused with 401 ends there with a token, as signing in again is not possible", async () => {
    await serve((_, response) => refuse(response, 401, "Authentication failed!"));
    const rest = transport({ port: server.port });

    const fault = await faultOf(rest.write(START));
    expect(fault).toMatchObject({ kind: "answer", status: 401, reason: "Authentication failed!" });
    expect(fault.hint).toContain("root@pam!mcp");
    expect(server.seen).toHaveLength(1);
  });
});

describe("closing", () => {
  test("waits for a write on the wire", async () => {
    const { script, release } = held("done");
    await serve(script);
    const rest = transport({ port: server.port, closeWaitMs: 10_000 });

    const writing = faultOf(rest.write(START));
    await server.received(1);
    const closing = rest.close();
    const fault = await writing;
    expect(fault).toMatchObject({ kind: "unknown", reason: "the server is shutting down" });
    release();
    await closing;
    await expect(fault.late).resolves.toBe("done");
  });

  test("gives up a write that does not end", async () => {
    await serve(() => undefined);
    const rest = transport({ port: server.port, closeWaitMs: 20 });

    const writing = faultOf(rest.write(START));
    await server.received(1);
    await rest.close();
    const { late } = await writing;
    expect((await faultOf(late ?? Promise.resolve())).kind).toBe("unknown");
  });
});
