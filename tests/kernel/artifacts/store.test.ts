import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import "reflect-metadata";
import { StoredArtifacts } from "../../../kernel/artifacts/store.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { limits } from "../transports/harness.ts";

const HOUR = 3_600_000;
const UNKNOWN = `a_${"0".repeat(24)}`;
const missing = expect.objectContaining({ code: "not_found" });

let stateDir: string;
let folder: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "artifacts-"));
  folder = join(stateDir, "artifacts");
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

function store(bounds: { bytes?: number; ageMs?: number } = {}): StoredArtifacts {
  const { bytes = 1_000_000, ageMs = HOUR } = bounds;
  return new StoredArtifacts(
    { stateDir, limits: { ...limits, artifactMaxBytes: bytes, artifactMaxAgeMs: ageMs } },
    createRedactor(["topsecret"]),
  );
}

const textOf = ({ bytes }: { bytes: Uint8Array }) => Buffer.from(bytes).toString("utf8");

async function age(id: string, ms: number): Promise<void> {
  const then = (Date.now() - ms) / 1000;
  await utimes(join(folder, id), then, then);
}

describe("what is kept", () => {
  test("text comes back as it was, with what is known of it", async () => {
    const artifacts = store();
    const put = await artifacts.put("ann", { title: "log", content: "héllo\nworld\n" });
    expect(put).toMatchObject({ title: "log", mimeType: "text/plain", isText: true, size: 13 });
    expect(put.expiresAt - put.createdAt).toBe(HOUR);
    const part = await artifacts.read("ann", put.id);
    expect(textOf(part)).toBe("héllo\nworld\n");
    expect(part).not.toHaveProperty("next");
    expect(await artifacts.get("ann", put.id)).toEqual(put);
  });

  test("bytes come back byte for byte, whatever they are", async () => {
    const artifacts = store();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (content) => {
        const { id, isText } = await artifacts.put("ann", { title: "b", content });
        expect(isText).toBe(false);
        expect(Buffer.from((await artifacts.read("ann", id)).bytes)).toEqual(Buffer.from(content));
      }),
      { numRuns: 30 },
    );
  });

  test("secrets in text and title never reach the disk", async () => {
    const { id } = await store().put("ann", { title: "of topsecret", content: "a topsecret b" });
    expect(await readFile(join(folder, id), "utf8")).not.toContain("topsecret");
  });

  test("a MIME type that is none is not passed on", async () => {
    const { mimeType } = await store().put("ann", {
      title: "x",
      mimeType: "text/x\nset-cookie: 1",
      content: "",
    });
    expect(mimeType).toBe("text/plain");
  });

  test("only the owner of the account reads the files, and nothing half is left beside them", async () => {
    const { id } = await store().put("ann", { title: "x", content: "x" });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, id))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([id]);
  });

  test("several processes share the folder", async () => {
    const { id } = await store().put("ann", { title: "x", content: "shared" });
    expect(textOf(await store().read("ann", id))).toBe("shared");
  });
});

describe("ranges of text", () => {
  test("parts read one after the other are the whole, each of whole characters", async () => {
    const artifacts = store();
    const nasty = fc.string({ unit: fc.constantFrom("a", "é", "€", "😀", "\n"), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(nasty, fc.integer({ min: 1, max: 9 }), async (content, limit) => {
        const { id } = await artifacts.put("ann", { title: "x", content });
        let whole = "";
        for (let offset: number | undefined = 0; offset !== undefined; ) {
          const part = await artifacts.read("ann", id, { offset, limit });
          expect(part.offset).toBe(offset);
          expect(textOf(part)).not.toContain("\ufffd");
          whole += textOf(part);
          offset = part.next;
        }
        expect(whole).toBe(content);
      }),
      { numRuns: 60 },
    );
  });

  test("from within a character on, the next one begins", async () => {
    const { id } = await store().put("ann", { title: "x", content: "€uro" });
    const part = await store().read("ann", id, { offset: 1 });
    expect([part.offset, textOf(part)]).toEqual([3, "uro"]);
  });

  test("the end is the end, and beyond it is an error", async () => {
    const { id } = await store().put("ann", { title: "x", content: "four" });
    expect(textOf(await store().read("ann", id, { offset: 4 }))).toBe("");
    await expect(store().read("ann", id, { offset: 5 })).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("who sees what", () => {
  test("another subject's artifact is as unknown as none", async () => {
    const artifacts = store();
    const { id } = await artifacts.put("ann", { title: "x", content: "mine" });
    const foreign = await artifacts.read("bob", id).catch((error: unknown) => error);
    const unknown = await artifacts.read("bob", UNKNOWN).catch((error: unknown) => error);
    expect(foreign).toEqual(missing);
    expect(String(foreign).replace(id, UNKNOWN)).toBe(String(unknown));
    await expect(artifacts.get("bob", id)).rejects.toEqual(missing);
    expect(await artifacts.list("bob", 10)).toEqual([]);
  });

  test("lists are of one subject, newest first, bounded", async () => {
    const artifacts = store();
    const ids: string[] = [];
    for (const title of ["first", "second", "third"]) {
      const { id } = await artifacts.put("ann", { title, content: title });
      ids.push(id);
    }
    await artifacts.put("bob", { title: "other", content: "" });
    for (const [index, id] of ids.entries()) await age(id, (ids.length - index) * 1000);
    expect((await artifacts.list("ann", 2)).map(({ title }) => title)).toEqual(["third", "second"]);
  });

  test.each(["../jobs/j_1", "a_1", `${UNKNOWN}/../x`, ""])("an id that is none, %j", async (id) => {
    await expect(store().read("ann", id)).rejects.toEqual(missing);
  });

  test("a file that is not ours is no artifact", async () => {
    await store().put("ann", { title: "x", content: "" });
    await writeFile(join(folder, UNKNOWN), "no head");
    await expect(store().read("ann", UNKNOWN)).rejects.toEqual(missing);
  });
});

describe("bounds", () => {
  test("what is too old is gone, from the answers at once and from the disk with the next one", async () => {
    const artifacts = store();
    const { id } = await artifacts.put("ann", { title: "x", content: "old" });
    await age(id, HOUR);
    await expect(artifacts.read("ann", id)).rejects.toEqual(missing);
    expect(await artifacts.list("ann", 10)).toEqual([]);
    const next = await artifacts.put("ann", { title: "y", content: "new" });
    expect(await readdir(folder)).toEqual([next.id]);
  });

  test("the oldest make way, however many are put at once", async () => {
    const artifacts = store({ bytes: 5_000 });
    const content = "x".repeat(1_500);
    const first = await artifacts.put("ann", { title: "0", content });
    await age(first.id, 60_000);
    await Promise.all(["1", "2", "3", "4"].map((title) => artifacts.put("ann", { title, content })));
    const files = await readdir(folder);
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(5_000);
    expect(files).toHaveLength(3);
    expect(files).not.toContain(first.id);
  });

  test("what is larger than all room is refused, and costs the others nothing", async () => {
    const artifacts = store({ bytes: 1_000 });
    const { id } = await artifacts.put("ann", { title: "x", content: "small" });
    await expect(artifacts.put("ann", { title: "y", content: "y".repeat(1_000) })).rejects.toMatchObject({
      code: "unsupported",
      next: expect.stringContaining("PROXMOX_MCP_ARTIFACT_MAX_BYTES"),
    });
    expect(await readdir(folder)).toEqual([id]);
  });

  test("what a process left half written is removed when it is old", async () => {
    const artifacts = store();
    await artifacts.put("ann", { title: "x", content: "" });
    const left = `${UNKNOWN}.1.new`;
    await writeFile(join(folder, left), "half");
    await artifacts.put("ann", { title: "y", content: "" });
    expect(await readdir(folder)).toContain(left);
    await age(left, 2 * HOUR);
    await artifacts.put("ann", { title: "z", content: "" });
    expect(await readdir(folder)).not.toContain(left);
  });

  test("a folder that cannot be written is told, with the setting", async () => {
    await writeFile(folder, "a file in its place");
    await expect(store().put("ann", { title: "x", content: "" })).rejects.toMatchObject({
      code: "internal",
      next: expect.stringContaining("PROXMOX_MCP_STATE_DIR"),
    });
  });
});

test("listeners hear whose artifact was put", async () => {
  const artifacts = store();
  const heard: string[] = [];
  artifacts.onPut((subject) => heard.push(subject));
  await artifacts.put("ann", { title: "x", content: "" });
  expect(heard).toEqual(["ann"]);
});
