import "reflect-metadata";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { StoredArtifacts } from "../../../kernel/artifacts/store.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { UploadFiles } from "../../../kernel/uploads/upload-files.ts";
import { codeOf } from "../../helpers/fake-reader.ts";
import { folderOf, removeFolders, writeInto } from "../../helpers/plugin-folder.ts";
import { FakeArtifacts } from "../call/fakes.ts";
import { limits } from "../transports/harness.ts";

afterEach(removeFolders);

const TEXT = "the image".repeat(100_000);

function setting() {
  const root = folderOf({ "in/a.iso": TEXT, "out/secret.txt": "secret", "in-not/b.iso": "other" });
  symlinkSync(join(root, "out/secret.txt"), join(root, "in/link.iso"));
  symlinkSync(join(root, "in/a.iso"), join(root, "out/back.iso"));
  mkdirSync(join(root, "in/folder"));
  return { root, files: new UploadFiles([join(root, "in")], new FakeArtifacts()) };
}

async function contentOf(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all).toString();
}

test("a file in an allowed folder is told with size, time and checksum, and read more than once", async () => {
  const { root, files } = setting();
  const found = await files.look("me", { path: join(root, "in/a.iso") });
  const sha256 = createHash("sha256").update(TEXT).digest("hex");
  expect(found).toMatchObject({ from: { path: join(root, "in/a.iso") }, size: TEXT.length, sha256 });
  const open = await files.open("me", found);
  expect(await contentOf(open.read())).toBe(TEXT);
  expect(await contentOf(open.read())).toBe(TEXT);
  await open.close();
});

test("what counts is where a symlink leads", async () => {
  const { root, files } = setting();
  expect((await files.look("me", { path: join(root, "out/back.iso") })).from).toEqual({
    path: join(root, "in/a.iso"),
  });
  expect(await codeOf(files.look("me", { path: join(root, "in/link.iso") }))).toBe("denied");
});

test.each([
  ["outside", "out/secret.txt", "denied"],
  ["outside, whether or not it is there", "out/none", "denied"],
  ["in a folder whose name begins alike", "in-not/b.iso", "denied"],
  ["above", "in/../out/secret.txt", "denied"],
  ["that is not there", "in/none.iso", "not_found"],
  ["that is a folder", "in/folder", "invalid_input"],
])("a path %s is refused", async (_, path, code) => {
  const { root, files } = setting();
  expect(await codeOf(files.look("me", { path: `${root}/${path}` }))).toBe(code);
});

test("nothing is allowed where no folder is, and the setting is named", async () => {
  const { root } = setting();
  const none = new UploadFiles([], new FakeArtifacts());
  await expect(none.look("me", { path: join(root, "in/a.iso") })).rejects.toMatchObject({
    code: "denied",
    next: expect.stringContaining("PROXMOX_MCP_UPLOAD_DIRS"),
  });
  expect(await codeOf(none.look("me", { path: "a.iso" }))).toBe("invalid_input");
  expect(await codeOf(none.look("me", {}))).toBe("invalid_input");
});

test("a file that has changed since is not sent, even with the same size and time", async () => {
  const { root, files } = setting();
  const path = join(root, "in/a.iso");
  const found = await files.look("me", { path });
  writeInto(root, "in/a.iso", TEXT.replace("the", "THE"));
  expect(await codeOf(files.open("me", found))).toBe("conflict");
  utimesSync(path, found.mtimeMs / 1000, found.mtimeMs / 1000);
  expect(await codeOf(files.open("me", found))).toBe("conflict");
});

test("a step cannot name a path that was never allowed", async () => {
  const { root, files } = setting();
  const found = await files.look("me", { path: join(root, "in/a.iso") });
  const forged = { ...found, from: { path: join(root, "out/secret.txt") } };
  expect(await codeOf(files.open("me", forged))).toBe("denied");
});

test("a pipe is no file, and nobody waits for its other end", async () => {
  const { root, files } = setting();
  execFileSync("mkfifo", [join(root, "in/pipe")]);
  expect(await codeOf(files.look("me", { path: join(root, "in/pipe") }))).toBe("invalid_input");
});

test("a step whose folder has become a symlink since is not followed out of it", async () => {
  const { root, files } = setting();
  writeInto(root, "in/deep/a.iso", "mine");
  writeInto(root, "out/deep/a.iso", "mine");
  const found = await files.look("me", { path: join(root, "in/deep/a.iso") });
  renameSync(join(root, "in/deep"), join(root, "in/moved"));
  symlinkSync(join(root, "out/deep"), join(root, "in/deep"));
  expect(await codeOf(files.open("me", found))).toBe("denied");
});

test("looking and opening end with who asked for it", async () => {
  const { root, files } = setting();
  const path = join(root, "in/a.iso");
  const found = await files.look("me", { path });
  const gone = AbortSignal.abort(new Error("gone"));
  await expect(files.look("me", { path }, gone)).rejects.toThrow("gone");
  await expect(files.open("me", found, gone)).rejects.toThrow("gone");
});

test("an artifact is uploaded by whoever it belongs to, and by its address as well", async () => {
  const folder = folderOf({});
  const artifacts = new StoredArtifacts(
    { stateDir: folder, limits: { ...limits, artifactMaxBytes: 10_000_000 } },
    createRedactor(),
  );
  const files = new UploadFiles([], artifacts);
  const { id } = await artifacts.put("me", { title: "image", content: Buffer.from(TEXT) });
  const found = await files.look("me", { artifactId: `proxmox://artifacts/${id}` });
  expect(found).toMatchObject({ from: { artifact: id }, size: TEXT.length });
  expect(await contentOf((await files.open("me", found)).read())).toBe(TEXT);
  expect(await codeOf(files.look("other", { artifactId: id }))).toBe("not_found");
  expect(await codeOf(files.open("other", found))).toBe("not_found");
});
