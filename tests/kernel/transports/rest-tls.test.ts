import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { HostSettings, TlsSettings } from "../../../kernel/settings/types.ts";
import { selfSigned, type TestCertificate } from "../../helpers/certificates.ts";
import { answer, ScriptedServer } from "../../helpers/scripted-server.ts";
import { certificate, closeTransports, faultOf, hostSettings, request, transport } from "./harness.ts";

const VERSION = request("GET", "/version");
const OTHER = selfSigned();

let folder: string;
let server: ScriptedServer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "proxmox-mcp-tls-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  await closeTransports();
  await server.stop();
});

async function serve(shown: TestCertificate = certificate) {
  server = await ScriptedServer.start(shown, (_, response) => answer(response, "ok"));
  return server;
}

function connect({ fingerprints = [], ...tls }: Partial<TlsSettings & Pick<HostSettings, "fingerprints">>) {
  const hosts = [hostSettings("127.0.0.1", server.port, fingerprints)];
  return transport({
    port: server.port,
    cluster: { hosts, tls: { rejectUnauthorized: true, ...tls } },
  });
}

function caFile(content: string): string {
  const path = join(folder, "ca.pem");
  writeFileSync(path, content);
  return path;
}

describe("without a pin", () => {
  test("a self-signed certificate is refused before anything is sent, with its fingerprint", async () => {
    await serve();
    const fault = await faultOf(connect({}).read(VERSION));

    expect(fault.kind).toBe("not_sent");
    expect(fault.reason).toContain("is self-signed");
    expect(fault.reason).toContain(certificate.fingerprint);
    expect(fault.hint).toContain(`PROXMOX_TLS_FINGERPRINT=${certificate.fingerprint}`);
    expect(server.seen).toHaveLength(0);
    expect(server.connections).toBe(1);
  });

  test("a certificate of the CA file is accepted", async () => {
    await serve();
    await expect(connect({ caFile: caFile(certificate.cert) }).read(VERSION)).resolves.toBe("ok");
  });

  test("a certificate of another CA is refused", async () => {
    await serve(OTHER);
    const fault = await faultOf(connect({ caFile: caFile(certificate.cert) }).read(VERSION));

    expect(fault.reason).toContain(OTHER.fingerprint);
    expect(server.seen).toHaveLength(0);
  });

  test("a certificate for other names is refused, each time anew", async () => {
    const elsewhere = selfSigned({ names: "DNS:elsewhere.example" });
    await serve(elsewhere);
    const rest = connect({ caFile: caFile(elsewhere.cert) });

    for (let index = 0; index < 2; index += 1) {
      expect((await faultOf(rest.read(VERSION))).reason).toContain(
        "is for other names (DNS:elsewhere.example)",
      );
    }
    expect(server.seen).toHaveLength(0);
  });

  test("an expired certificate is refused", async () => {
    const old = selfSigned({ expired: true });
    await serve(old);

    expect((await faultOf(connect({ caFile: caFile(old.cert) }).read(VERSION))).reason).toContain(
      "expired (Feb",
    );
  });

  test("a missing CA file names the setting", async () => {
    await serve();
    const fault = await faultOf(connect({ caFile: join(folder, "missing.pem") }).read(VERSION));

    expect(fault.kind).toBe("not_sent");
    expect(fault.hint).toContain("PROXMOX_TLS_CA_FILE");
    expect(server.connections).toBe(0);
  });

  test("nothing is checked where the operator says so", async () => {
    await serve();
    await expect(connect({ rejectUnauthorized: false }).read(VERSION)).resolves.toBe("ok");
  });
});

describe("with pins", () => {
  test("any match is accepted, also for an expired certificate and another name", async () => {
    const old = selfSigned({ expired: true, names: "DNS:elsewhere.example" });
    await serve(old);

    const fingerprints = [OTHER.fingerprint, old.fingerprint];
    await expect(connect({ fingerprints }).read(VERSION)).resolves.toBe("ok");
  });

  test("another certificate is refused before anything is sent, also on the way of a write", async () => {
    await serve();
    const rest = connect({ fingerprints: [OTHER.fingerprint] });

    const fault = await faultOf(rest.write(request("POST", "/pools", { poolid: "p1" })));
    expect(fault.kind).toBe("not_sent");
    expect(fault.reason).toContain("is not the pinned one");
    expect(fault.hint).toContain(`PROXMOX_TLS_FINGERPRINT=${certificate.fingerprint}`);
    expect(server.seen).toHaveLength(0);
    expect(server.connections).toBe(1);
  });

  test("a pin is not loosened by switching the CA check off", async () => {
    await serve();
    const rest = connect({ rejectUnauthorized: false, fingerprints: [OTHER.fingerprint] });

    expect((await faultOf(rest.read(VERSION))).kind).toBe("not_sent");
    expect(server.seen).toHaveLength(0);
  });

  test("a pin replaces the CA file", async () => {
    await serve();
    const rest = connect({ caFile: caFile(certificate.cert), fingerprints: [OTHER.fingerprint] });

    expect((await faultOf(rest.read(VERSION))).kind).toBe("not_sent");
  });

  test("every new connection is checked, also after one was accepted", async () => {
    await serve();
    const rest = connect({ fingerprints: [certificate.fingerprint] });
    await rest.read(VERSION);
    const { port } = server;
    await server.stop();
    server = await ScriptedServer.start(OTHER, (_, response) => answer(response, "stolen"), port);

    expect((await faultOf(rest.read(VERSION))).reason).toContain(OTHER.fingerprint);
    expect(server.seen).toHaveLength(0);
  });
});

test("a host that never begins TLS is given up after the connect timeout", async () => {
  await serve();
  const mute = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(mute, "listening");
  const { port } = mute.address() as AddressInfo;
  const rest = transport({ port, limits: { connectTimeoutMs: 20 } });

  expect(await faultOf(rest.read(VERSION))).toMatchObject({
    kind: "not_sent",
    reason: `127.0.0.1:${port}: no connection in time`,
  });
  mute.close();
});

test("a host that does not speak TLS is named as such", async () => {
  await serve();
  const plain = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  }).listen(0, "127.0.0.1");
  await once(plain, "listening");
  const rest = transport({ port: (plain.address() as AddressInfo).port });

  expect((await faultOf(rest.read(VERSION))).reason).toContain("does not speak TLS");
  plain.close();
});
