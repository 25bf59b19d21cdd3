import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import "reflect-metadata";
import { StoredArtifacts } from "../../../kernel/artifacts/store.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { limits } from "../transports/harness.ts";

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "streamed-"));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

function store(bytes = 1_000_000): StoredArtifacts {
  return new StoredArtifacts(
    { stateDir, limits: { ...limits, artifactMaxBytes: bytes, artifactMaxAgeMs: 3_600_000 } },
    createRedactor(["topsecret"]),
  );
}

const files = () => readdir(join(stateDir, "artifacts"));

describe("an artifact in parts", () => {
  test("is there when it is finished, and was no one's before", async () => {
    const artifacts = store();
    const told: string[] = [];
    artifacts.onPut((subject) => told.push(subject));
    const writer = await artifacts.open("ann", "out of topsecret");
    await writer.write(Buffer.from("héllo ".repeat(3)));
    expect(await artifacts.list("ann", 9)).toEqual([]);
    expect(told).toEqual([]);
    const put = await writer.finish();
    expect(put).toMatchObject({ title: "out of [redacted]", mimeType: "text/plain", isText: true, size: 21 });
    expect(told).toEqual(["ann"]);
    const { bytes } = await artifacts.read("ann", put.id);
    expect(Buffer.from(bytes).toString()).toBe("héllo héllo héllo ");
    await expect(artifacts.get("bob", put.id)).rejects.toMatchObject({ code: "not_found" });
    expect(writer.lost).toBe(0);
  });

  test("is text where all of it is UTF-8 without NUL, however it was cut", async () => {
    const artifacts = store();
    const content = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      fc.uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(content, fc.nat({ max: 20 }), async (given, at) => {
        const bytes = Buffer.from(given);
        const writer = await artifacts.open("ann", "x");
        await writer.write(bytes.subarray(0, at));
        await writer.write(bytes.subarray(at));
        const { id, isText } = await writer.finish();
        const whole = await artifacts.read("ann", id, { offset: 0, limit: 1_000 });
        expect(Buffer.from(whole.bytes).equals(bytes)).toBe(true);
        expect(isText).toBe(isWhole(bytes) && !bytes.includes(0));
      }),
      { numRuns: 60 },
    );
  });

  test("has no more than all may have together, and counts the rest", async () => {
    const artifacts = store(10_000);
    const old = await artifacts.put("ann", { title: "old", content: "o".repeat(5_000) });
    const writer = await artifacts.open("ann", "long");
    for (let at = 0; at < 30; at += 1) await writer.write(Buffer.alloc(1_000, "x"));
    const { id, size } = await writer.finish();
    expect(size).toBeLessThan(10_000);
    expect(size + writer.lost).toBe(30_000);
    expect((await artifacts.get("ann", id)).isText).toBe(true);
    await expect(artifacts.get("ann", old.id)).rejects.toMatchObject({ code: "not_found" });
  });

  test("leaves nothing behind where it is given up", async () => {
    const writer = await store().open("ann", "x");
    await writer.write(Buffer.from("x"));
    expect(await files()).toHaveLength(1);
    await writer.discard();
    expect(await files()).toEqual([]);
  });

  test("that cannot be written says so", async () => {
    const artifacts = store();
    const writer = await artifacts.open("ann", "x");
    await rm(join(stateDir, "artifacts"), { recursive: true });
    await writer.write(Buffer.from("x"));
    await expect(writer.finish()).rejects.toMatchObject({ code: "internal" });
  });
});

function isWhole(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
