import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import type { RestFile, RestRequest } from "../../../kernel/transports/types.ts";
import { answer, refuse, type Script, ScriptedServer } from "../../helpers/scripted-server.ts";
import {
  certificate,
  closeTransports,
  faultOf,
  hostSettings,
  limits,
  passwordCredentials,
  request,
  transport,
} from "./harness.ts";

let server: ScriptedServer;

afterEach(async () => {
  jest.useRealTimers();
  await closeTransports();
  await server.stop();
});

const PATH = "/nodes/{node}/storage/{storage}/upload";
const TICKET = { ticket: "PVE:root@pam:1::x", CSRFPreventionToken: "1:csrf" };

function upload(file: RestFile, params: Record<string, string> = {}): RestRequest {
  const values = { node: "pve1", storage: "local", filename: "a.iso", content: "iso", ...params };
  return { ...request("POST", PATH, values), file };
}

/** A file of these parts; `reads` counts how often it was begun, and `before` is awaited before each part. */
function fileOf(parts: readonly string[], before: (part: number) => unknown = () => undefined) {
  const file = {
    size: parts.join("").length,
    reads: 0,
    ended: 0,
    async *read() {
      file.reads += 1;
      try {
        for (const [index, part] of parts.entries()) {
          await before(index);
          yield Buffer.from(part);
        }
      } finally {
        file.ended += 1;
      }
    },
  };
  return file;
}

async function serve(script: Script): Promise<ScriptedServer> {
  server = await ScriptedServer.start(certificate, script);
  return server;
}

/** Time that only passes when told, for whatever begins after this. */
function holdTime(): void {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
}

describe("an upload", () => {
  test("has its fields in the daemon's order, then the file, and its length", async () => {
    const { port, seen } = await serve((_, response) => answer(response, "UPID:x"));
    const file = fileOf(["the ", "image"]);
    const given = { checksum: "ab", "checksum-algorithm": "sha256" };
    await expect(transport({ port }).write(upload(file, given))).resolves.toBe("UPID:x");

    const [got] = seen;
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(got?.headers["content-type"] ?? "")?.[1];
    const fields = [
      ["content", "iso"],
      ["checksum-algorithm", "sha256"],
      ["checksum", "ab"],
    ].map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
    const head = 'Content-Disposition: form-data; name="filename"; filename="a.iso"\r\n';
    const part = `${head}Content-Type: application/octet-stream\r\n\r\nthe image\r\n`;
    const body = [...fields, part].map((text) => `--${boundary}\r\n${text}`).join("");
    expect(got?.body).toBe(`${body}--${boundary}--\r\n`);
    expect(got?.headers["content-length"]).toBe(String(got?.body.length));
    expect(got?.headers["transfer-encoding"]).toBeUndefined();
    expect(file).toMatchObject({ reads: 1, ended: 1 });
  });

  test.each([{ filename: 'a".iso' }, { filename: "a b.iso" }, { notes: "x" }, { checksum: "a\r\nb" }])(
    "with %j, which the daemon would change or lose, is refused before anything is sent",
    async (params) => {
      const { port, connections } = await serve((_, response) => answer(response, null));
      const writing = transport({ port }).write(upload(fileOf(["x"]), params));
      await expect(writing).rejects.toMatchObject({ code: "invalid_input" });
      expect(connections).toBe(0);
    },
  );

  test.each([
    ["ends early", 20, "changed its size"],
    ["grows", 3, "changed its size"],
  ])("whose file %s is broken off, and what became of it is left open", async (_, size, why) => {
    const { port } = await serve((__, response) => answer(response, null));
    const fault = await faultOf(transport({ port }).write(upload({ ...fileOf(["the image"]), size })));
    expect(fault).toMatchObject({ kind: "unknown", reason: expect.stringContaining(why) });
    await server.brokenOff(1);
    expect(server.seen).toEqual([]);
  });

  test("whose file cannot be read any further says so", async () => {
    const { port } = await serve((_, response) => answer(response, null));
    const file = fileOf(["the ", "image"], (part) => {
      if (part === 1) throw new Error("EIO");
    });
    const fault = await faultOf(transport({ port }).write(upload(file)));
    expect(fault.reason).toContain("could not be read to its end");
    expect(server.seen).toEqual([]);
  });
});

describe("the time of an upload", () => {
  test("begins anew with every part that leaves, however long all takes", async () => {
    const { port } = await serve((_, response) => answer(response, "done"));
    const { requestTimeoutMs } = limits;
    const file = fileOf(["a", "b", "c", "d"], () => jest.advanceTimersByTime(requestTimeoutMs - 1));
    holdTime();
    await expect(transport({ port }).write(upload(file))).resolves.toBe("done");
  });

  test("is over where nothing leaves; what is on the wire is still finished", async () => {
    const { port } = await serve((_, response) => answer(response, "late"));
    let goOn: (value?: unknown) => void = () => undefined;
    const stalled = new Promise((resolve) => {
      goOn = resolve;
    });
    const file = fileOf(["a", "b"], (part) => {
      if (part === 0) return;
      jest.advanceTimersByTime(limits.requestTimeoutMs);
      return stalled;
    });
    holdTime();
    const fault = await faultOf(transport({ port }).write(upload(file)));
    expect(fault).toMatchObject({ kind: "unknown", reason: "no progress of the upload within 20 s" });
    expect(server.seen).toEqual([]);
    goOn();
    await expect(fault.late).resolves.toBe("late");
    expect(file).toMatchObject({ reads: 1, ended: 1 });
  });
});

describe("a body goes out again", () => {
  /** Refuses the first upload with 401 while its body is still on its way; `refused` resolves then. */
  async function refusing() {
    const { port } = await serve(({ path }, response) =>
      answer(response, path.endsWith("/access/ticket") ? TICKET : "done"),
    );
    let uploads = 0;
    const refused = new Promise<void>((resolve) => {
      server.atHead = (incoming, response) => {
        if (!incoming.url?.endsWith("/upload") || ++uploads > 1) return false;
        response.once("finish", resolve);
        refuse(response, 401, "permission denied - invalid PVE ticket");
        return true;
      };
    });
    const file = fileOf(["the ", "image"], (part) => (part === 1 ? refused : undefined));
    return { port, file, uploads: () => uploads };
  }

  test("from its beginning, after a 401 in the middle of it and a new sign-in", async () => {
    const { port, file, uploads } = await refusing();
    const rest = transport({ port, cluster: { credentials: passwordCredentials } });
    await expect(rest.write(upload(file))).resolves.toBe("done");
    expect(uploads()).toBe(2);
    expect(server.seen.at(-1)?.body).toContain("the image");
    expect(file).toMatchObject({ reads: 2, ended: 2 });
  });

  test("never with a token, as that cannot be renewed", async () => {
    const { port, file, uploads } = await refusing();
    expect(await faultOf(transport({ port }).write(upload(file)))).toMatchObject({
      kind: "answer",
      status: 401,
    });
    expect(uploads()).toBe(1);
    expect(file).toMatchObject({ reads: 1, ended: 1 });
  });

  test("over another host where the first could not be reached, having been read once", async () => {
    await serve((_, response) => answer(response, "done"));
    const away = createServer().listen(0, "127.0.0.1");
    await once(away, "listening");
    const { port: closed } = away.address() as AddressInfo;
    away.close();
    await once(away, "close");
    const hosts = [hostSettings("127.0.0.1", closed), hostSettings("127.0.0.1", server.port)];
    const file = fileOf(["the image"]);
    await expect(transport({ port: 0, cluster: { hosts } }).write(upload(file))).resolves.toBe("done");
    expect(file.reads).toBe(1);
  });

  test("to nobody once a part of it has left", async () => {
    await serve((_, response) => answer(response, "done"));
    const breaking = await ScriptedServer.start(certificate, (_, response) => answer(response, "done"));
    breaking.atHead = (incoming) => {
      incoming.socket.destroy();
      return true;
    };
    const hosts = [hostSettings("127.0.0.1", breaking.port), hostSettings("127.0.0.1", server.port)];
    const file = fileOf(["the image"]);
    const fault = await faultOf(transport({ port: 0, cluster: { hosts } }).write(upload(file)));
    expect(fault).toMatchObject({ kind: "unknown", late: undefined });
    expect(server.seen).toEqual([]);
    expect(breaking.connections).toBe(1);
    await closeTransports();
    await breaking.stop();
  });
});
