import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { MaskStream } from "../../../kernel/secrets/mask-stream.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";

const SECRETS = ["topsecret", "mot de passe é", `${"long".repeat(3_000)}!`];

function masked(parts: readonly Uint8Array[], secrets: readonly string[] = SECRETS) {
  const stream = new MaskStream(createRedactor(secrets));
  const out = [...parts.map((part) => stream.push(part)), stream.end()];
  return { bytes: Buffer.concat(out), hasMasked: stream.hasMasked };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...parts, bytes.subarray(at)];
}

const sizes = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 12 });

describe("what comes in parts", () => {
  test("passes byte for byte where it holds no secret", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), sizes, (bytes, parts) => {
        const all = Buffer.concat(Array.from({ length: 600 }, () => Buffer.from(bytes)));
        const { bytes: out, hasMasked } = masked(cut(all, parts), ["not in there, for sure"]);
        if (!hasMasked) expect(out.equals(all)).toBe(true);
        expect(out.toString("latin1")).toBe(createRedactor([]).text(all.toString("latin1")));
      }),
      { numRuns: 30 },
    );
  });

  test("is masked as if it had come whole, wherever it was cut", () => {
    const filler = fc.integer({ min: 0, max: 70_000 }).map((length) => "ä line\n".repeat(length / 7));
    const piece = fc.tuple(filler, fc.constantFrom(...SECRETS, "plain"));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), sizes, (pieces, parts) => {
        const text = pieces.flat().join("");
        const { bytes, hasMasked } = masked(cut(Buffer.from(text), parts));
        expect(bytes.toString()).toBe(createRedactor(SECRETS).text(text));
        expect(hasMasked).toBe(pieces.some(([, one]) => one !== "plain"));
      }),
      { numRuns: 40 },
    );
  });

  test("has private keys masked that lie over the place where parts are told apart", () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIE\n".repeat(800)}-----END RSA PRIVATE KEY-----\n`;
    for (const before of [60_000, 64_000, 65_500, 69_000]) {
      const text = `${"x".repeat(before)}\n${key}after ${"y".repeat(70_000)}`;
      const { bytes } = masked(cut(Buffer.from(text), [1_000, 64_000, 3_000, 500]));
      expect(bytes.toString()).toBe(createRedactor([]).text(text));
    }
  });

  test("is let go at last where a key begins and never ends", () => {
    const stream = new MaskStream(createRedactor([]));
    stream.push(Buffer.from("-----BEGIN PRIVATE KEY-----\n"));
    let told = 0;
    for (let at = 0; at < 40; at += 1) told += stream.push(Buffer.alloc(65_536, "k")).length;
    expect(told).toBeGreaterThan(0);
  });
});
