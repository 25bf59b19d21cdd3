import "reflect-metadata";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { StoredArtifacts } from "../../../kernel/artifacts/store.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { UploadFiles } from "../../../kernel/uploads/upload-files.ts";
import { codeOf } from "../../helpers/fake-reader.ts";
import { limits } from "../transports/harness.ts";

/** An artifact is read so many bytes at a time. */
const READ = 256 * 1024;

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "masked-"));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

function setting() {
  const bounds = { ...limits, artifactMaxBytes: 10_000_000 };
  const artifacts = new StoredArtifacts({ stateDir, limits: bounds }, createRedactor(["topsecret"]));
  return { artifacts, files: new UploadFiles([], artifacts) };
}

test.each([0, READ - 11, READ - 10, READ - 5, READ - 1, READ, 2 * READ - 3])(
  "an artifact in which something was masked is known as such, %d bytes from its beginning",
  async (at) => {
    const { artifacts, files } = setting();
    const content = `${"x".repeat(at)}topsecret${"y".repeat(100)}`;
    const { id } = await artifacts.put("me", { title: "t", content });
    expect(await files.look("me", { artifactId: id })).toMatchObject({ isMasked: true });
    const clean = await artifacts.put("me", { title: "t", content: content.replace("topsecret", "[redact") });
    expect(await files.look("me", { artifactId: clean.id })).not.toHaveProperty("isMasked");
  },
);

test("an artifact is named by its id, its address, or as a resource, and by one of them alone", async () => {
  const { artifacts, files } = setting();
  const { id } = await artifacts.put("me", { title: "t", content: "a" });
  const uri = `proxmox://artifacts/${id}`;
  for (const named of [{ artifactId: id }, { artifactId: uri }, { resourceUri: uri }]) {
    expect((await files.look("me", named)).from).toEqual({ artifact: id });
  }
  expect(await codeOf(files.look("me", { artifactId: id, resourceUri: uri }))).toBe("invalid_input");
  expect(await codeOf(files.look("me", {}))).toBe("invalid_input");
  for (const resourceUri of ["proxmox://jobs/j_1", "file:///etc/shadow", `${uri}/x`, id]) {
    expect(await codeOf(files.look("me", { resourceUri }))).toBe("invalid_input");
  }
});
