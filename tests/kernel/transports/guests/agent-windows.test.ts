import { createHash, randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { windowsFiles } from "../../../../kernel/transports/guests/agent-windows-files.ts";
import type { FileWrite } from "../../../../kernel/transports/ssh/types.ts";
import type { GuestPlace } from "../../../../sdk/steps.ts";
import { errorOf } from "../ssh/harness.ts";
import { GuestLab, textOf } from "./harness.ts";

const WINDOWS: GuestPlace = { kind: "qemu", node: "pve3", vmid: 104 };

let guests: GuestLab;
beforeAll(async () => {
  guests = await GuestLab.start();
  await guests.post("/status/start", WINDOWS);
});
afterAll(() => guests.close());

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function read(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const { sha256 } = await guests.route.read(WINDOWS, path, { sink });
  expect(sha256).toBe(digestOf(Buffer.concat(chunks)));
  return Buffer.concat(chunks);
}

function write(path: string, content: Uint8Array, more: Partial<FileWrite> = {}) {
  return guests.route.write(WINDOWS, path, { content, ...more });
}

describe("a command in Windows", () => {
  test("is begun as it is, without a shell before it", async () => {
    const result = await guests.run(["cmd.exe", "/c", "echo", "hello"], {}, WINDOWS);
    expect(textOf(result)).toBe("hello\r\n");
    expect((await guests.run(["cmd", "/c", "exit 300"], {}, WINDOWS)).exitCode).toBe(300);
  });

  test("is ended with all that it started", async () => {
    const running = guests.run(
      ["powershell.exe", "-Command", "Start-Sleep 600"],
      { timeoutMs: 300 },
      WINDOWS,
    );
    expect(await errorOf(running)).toMatchObject({
      code: "cancelled",
      message: expect.stringContaining("took longer"),
    });
  });

  test("longer than its command line is refused", async () => {
    const error = await errorOf(guests.run(["cmd", "/c", "x".repeat(20_000)], {}, WINDOWS));
    expect(error).toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("Windows accepts"),
    });
  });

  test("that an old release would change is refused", async () => {
    const old = await GuestLab.start("7.4");
    await old.post("/status/start", WINDOWS);
    expect((await errorOf(old.run(["hostname now"], {}, WINDOWS))).code).toBe("invalid_input");
    expect((await errorOf(old.run(["cmd", "/c", ""], {}, WINDOWS))).code).toBe("invalid_input");
    expect(textOf(await old.run(["hostname.exe"], {}, WINDOWS))).toBe("guest104\r\n");
    await old.close();
  });
});

describe("a file in Windows", () => {
  test("goes both ways byte by byte", async () => {
    const check = fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
      await write("C:\\Windows\\Temp\\any’s file.bin", bytes);
      expect(await read("C:\\Windows\\Temp\\any’s file.bin")).toEqual(Buffer.from(bytes));
    });
    await fc.assert(check, { numRuns: 8 });
    const long = randomBytes(900_000);
    await write("C:\\Users\\long", long);
    expect((await read("C:\\Users\\long")).equals(long)).toBe(true);
  });

  test("is written only over what was expected, and only where there is a folder", async () => {
    const path = "C:\\Users\\held.txt";
    await write(path, Buffer.from("one"), { expected: "absent" });
    const error = await errorOf(write(path, Buffer.from("two"), { expected: "absent" }));
    expect(error).toMatchObject({ code: "conflict", details: { sha256: digestOf(Buffer.from("one")) } });
    expect((await errorOf(write("C:\\none\\x", Buffer.from("x")))).code).toBe("not_found");
    expect((await errorOf(write("C:\\Users", Buffer.from("x")))).code).toBe("unsupported");
    expect((await errorOf(read("C:\\Users\\none"))).code).toBe("not_found");
    expect((await errorOf(read("/etc/hosts"))).code).toBe("invalid_input");
  });
});

describe("what PowerShell gets", () => {
  const scriptOf = (path: string) => {
    const { argv } = windowsFiles.digest(path);
    expect(argv.slice(0, -1)).toEqual(["powershell.exe", "-NoProfile", "-NonInteractive", "-EncodedCommand"]);
    return Buffer.from(argv.at(-1) ?? "", "base64").toString("utf16le");
  };

  test("is one script whose arguments cannot become part of it", () => {
    const pattern =
      /^\$ErrorActionPreference='Stop';\$ProgressPreference='SilentlyContinue';\$a=@\(@\('([A-Za-z0-9+/=]*)'\)\|%\{/;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (path) => {
        const [, encoded = ""] = pattern.exec(scriptOf(path)) ?? [];
        expect(Buffer.from(encoded, "base64").toString()).toBe(path);
      }),
    );
  });

  test("differs in nothing but its arguments", () => {
    const without = (path: string) => scriptOf(path).replace(/@\('[^']*'\)/, "");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (path) => {
        expect(without(path)).toBe(without(""));
      }),
    );
  });
});
