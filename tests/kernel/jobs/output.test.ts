import { describe, expect, test } from "@jest/globals";
import { OutputKeeper } from "../../../kernel/jobs/output.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { FakeArtifacts } from "../call/fakes.ts";

function keeper(artifacts = new FakeArtifacts()) {
  const redactor = createRedactor(["topsecret"]);
  return {
    artifacts,
    output: new OutputKeeper({ artifacts, redactor, subject: "ann", name: "stdout", title: "stdout of s1" }),
  };
}

const URI = `proxmox://artifacts/a_${"0".repeat(24)}`;

describe("what came out", () => {
  test("is kept as it is where it is short text", async () => {
    const { output, artifacts } = keeper();
    await output.write(Buffer.from("up 3 days, tops"));
    await output.write(Buffer.from("ecret\n"));
    expect(await output.finish()).toEqual({
      name: "stdout",
      size: 21,
      masked: true,
      text: "up 3 days, [redacted]\n",
    });
    expect(artifacts.kept).toEqual([]);
  });

  test("is whole in an artifact where it is long, and told by its end", async () => {
    const { output, artifacts } = keeper();
    const text = `${"é line topsecret\n".repeat(20_000)}the end`;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 10_007) await output.write(bytes.subarray(at, at + 10_007));
    const part = await output.finish({ sha256: "a" });
    expect(part).toMatchObject({ size: bytes.length, masked: true, isEnd: true, artifact: URI, sha256: "a" });
    expect(part.text).toMatch(/^.{1,17}\n(é line \[redacted\]\n)+the end$/s);
    expect(part.text?.length).toBeLessThan(4_100);
    const [kept] = artifacts.kept;
    expect(kept).toMatchObject({ subject: "ann", artifact: { title: "stdout of s1" } });
    expect(Buffer.from(kept?.artifact.content ?? "").toString()).toBe(
      text.replaceAll("topsecret", "[redacted]"),
    );
  });

  test("is an artifact where it is no text, however short", async () => {
    const { output, artifacts } = keeper();
    await output.write(Uint8Array.of(0, 255, 1));
    const part = await output.finish();
    expect(part).toEqual({ name: "stdout", size: 3, artifact: URI });
    expect(artifacts.kept[0]?.artifact.content).toEqual(Buffer.of(0, 255, 1));
  });

  test("has its secrets masked although it is no text", async () => {
    const { output, artifacts } = keeper();
    await output.write(Buffer.from("\0topsecret"));
    expect(await output.finish()).toMatchObject({ masked: true });
    expect(Buffer.from(artifacts.kept[0]?.artifact.content ?? "").toString()).toBe("\0[redacted]");
  });

  test("is told by its end although it cannot be kept, with why", async () => {
    const { output, artifacts } = keeper();
    artifacts.full = true;
    await output.write(Buffer.from("x\n".repeat(90_000)));
    const part = await output.finish();
    expect(part).toMatchObject({ size: 180_000, isEnd: true, notKept: "There is no room." });
    expect(part.text).toMatch(/^(x\n)+$/);
  });
});
