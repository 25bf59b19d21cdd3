import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Logger } from "../../../kernel/log.ts";
import { selfSigned } from "../../helpers/certificates.ts";
import { answer, ScriptedServer } from "../../helpers/scripted-server.ts";
import { certificate, closeTransports, faultOf, hostSettings, request, transport } from "./harness.ts";

const OTHER = selfSigned();
const VERSION = request("GET", "/version");

const servers: ScriptedServer[] = [];

afterEach(async () => {
  await closeTransports();
  await Promise.all(servers.splice(0).map((each) => each.stop()));
});

async function serve(data: string, port = 0, shown = certificate): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(shown, (_, response) => answer(response, data), port);
  servers.push(server);
  return server;
}

async function stop(server: ScriptedServer): Promise<void> {
  servers.splice(servers.indexOf(server), 1);
  await server.stop();
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Keeps what is logged, and tells when a line of a level comes. */
class Lines implements Logger {
  readonly warned: string[] = [];
  readonly informed: string[] = [];
  #heard: () => void = () => undefined;
  /** Resolves with the first line of information. */
  readonly information = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });

  debug(): void {}
  error(): void {}
  warn(line: string): void {
    this.warned.push(line);
  }
  info(line: string): void {
    this.informed.push(line);
    this.#heard();
  }
}

describe("one that cannot be reached", () => {
  test("gives way to the next, which stays in use", async () => {
    const server = await serve("ok");
    const [dead, deadToo] = [await freePort(), await freePort()];
    const logger = new Lines();
    const hosts = [dead, deadToo, server.port].map((port) => hostSettings("127.0.0.1", port));
    const rest = transport({ port: 0, cluster: { hosts }, logger });

    await expect(rest.read(VERSION)).resolves.toBe("ok");
    await expect(rest.write(request("POST", "/pools"))).resolves.toBe("ok");
    expect(logger.warned).toEqual([
      `127.0.0.1:${dead} cannot be reached (connection refused); 127.0.0.1:${server.port} is asked from now on.`,
    ]);
  });

  test("is asked again once it is back, and nobody waits for it meanwhile", async () => {
    const second = await serve("second");
    const port = await freePort();
    const logger = new Lines();
    let time = 0;
    const hosts = [hostSettings("127.0.0.1", port), hostSettings("127.0.0.1", second.port)];
    const rest = transport({ port, cluster: { hosts }, logger, returnAfterMs: 1_000, now: () => time });

    await expect(rest.read(VERSION)).resolves.toBe("second");
    const first = await serve("first", port);
    time = 999;
    await expect(rest.read(VERSION)).resolves.toBe("second");
    expect(first.connections).toBe(0);

    time = 1_000;
    await expect(rest.read(VERSION)).resolves.toBe("second");
    await logger.information;
    expect(logger.informed).toEqual([`127.0.0.1:${port} can be reached again and is asked from now on.`]);
    await expect(rest.read(VERSION)).resolves.toBe("first");
    expect(second.seen).toHaveLength(3);
  });

  test("is not returned to while it shows another certificate", async () => {
    const second = await serve("second");
    const port = await freePort();
    let time = 0;
    const hosts = [hostSettings("127.0.0.1", port), hostSettings("127.0.0.1", second.port)];
    const rest = transport({ port, cluster: { hosts }, returnAfterMs: 1, now: () => time });
    await rest.read(VERSION);

    const impostor = await serve("stolen", port, OTHER);
    for (time = 10; impostor.connections === 0 || time < 200; time += 10) {
      await expect(rest.read(VERSION)).resolves.toBe("second");
    }
    expect(impostor.seen).toEqual([]);
  });

  test("is tried before giving up when the one in use goes away", async () => {
    const second = await serve("second");
    const port = await freePort();
    const hosts = [hostSettings("127.0.0.1", port), hostSettings("127.0.0.1", second.port)];
    const rest = transport({ port, cluster: { hosts } });
    await rest.read(VERSION);

    await serve("first", port);
    await stop(second);
    await expect(rest.read(VERSION)).resolves.toBe("first");
  });

  test("is told beside the others when none can be reached", async () => {
    const [one, two] = [await freePort(), await freePort()];
    const hosts = [one, two].map((port) => hostSettings("127.0.0.1", port));
    const fault = await faultOf(transport({ port: 0, cluster: { hosts } }).read(VERSION));
    expect(fault.kind).toBe("not_sent");
    expect(fault.reason).toBe(`127.0.0.1:${one}: connection refused; 127.0.0.1:${two}: connection refused`);
  });
});

test("a write that broke on the wire does not go to the next host", async () => {
  const server = await serve("ok");
  server.script = (_, response) => void response.socket?.destroy();
  const hosts = [hostSettings("127.0.0.1", server.port), hostSettings("localhost", server.port)];
  const rest = transport({ port: server.port, cluster: { hosts } });

  expect((await faultOf(rest.write(request("POST", "/pools")))).kind).toBe("unknown");
  expect(server.seen).toHaveLength(1);
});

describe("certificates", () => {
  test("are matched host by host: the pin of one does not open another", async () => {
    const impostor = await serve("stolen", 0, OTHER);
    const good = await serve("ok");
    const logger = new Lines();
    const hosts = [
      hostSettings("127.0.0.1", impostor.port, [certificate.fingerprint]),
      hostSettings("127.0.0.1", good.port, [OTHER.fingerprint, certificate.fingerprint]),
    ];
    const rest = transport({ port: 0, cluster: { hosts }, logger });

    await expect(rest.read(VERSION)).resolves.toBe("ok");
    expect(impostor.seen).toEqual([]);
    expect(logger.warned).toEqual([expect.stringContaining("its certificate is not the pinned one")]);
  });

  test("of several hosts are told with the host that they are for", async () => {
    const [one, two] = [await serve("x", 0, OTHER), await serve("x", 0, OTHER)];
    const hosts = [one, two].map(({ port }) => hostSettings("127.0.0.1", port));
    const fault = await faultOf(transport({ port: 0, cluster: { hosts } }).read(VERSION));
    expect(fault.hint).toContain(`add 127.0.0.1:${one.port}=${OTHER.fingerprint} to PROXMOX_TLS_FINGERPRINT`);
  });
});

describe("hints of one cluster among several", () => {
  const prefix = "PROXMOX_LAB_";

  test("name its own variables", async () => {
    const refused = await serve("x", 0, OTHER);
    const hosts = [hostSettings("127.0.0.1", refused.port)];
    const fault = await faultOf(transport({ port: 0, cluster: { hosts, prefix } }).read(VERSION));
    expect(fault.hint).toContain(`set PROXMOX_LAB_TLS_FINGERPRINT=${OTHER.fingerprint}`);
    expect(fault.hint).not.toMatch(/PROXMOX_TLS/);
  });

  test("do so where the answer of a write comes late", async () => {
    const server = await serve("x");
    let finish: () => void = () => undefined;
    server.script = (_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      finish = () => response.end("<html>");
    };
    const controller = new AbortController();
    const rest = transport({ port: server.port, cluster: { prefix } });
    const written = faultOf(rest.write(request("POST", "/pools", {}, { signal: controller.signal })));
    await server.received(1);
    controller.abort();
    const fault = await written;
    expect(fault.kind).toBe("unknown");
    finish();
    const late = await faultOf(fault.late ?? Promise.resolve());
    expect(late.hint).toContain("PROXMOX_LAB_HOST");
  });
});
