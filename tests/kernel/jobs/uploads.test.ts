import { mkdirSync, realpathSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { RestFault, type RestFile } from "../../../kernel/transports/types.ts";
import { UploadFiles } from "../../../kernel/uploads/upload-files.ts";
import { rest } from "../../../sdk/steps.ts";
import type { StepFile } from "../../../sdk/uploads.ts";
import { FakeArtifacts } from "../call/fakes.ts";
import { caller, Fixture, plan, QUICK } from "./fixture.ts";

const PATH = "/nodes/{node}/storage/{storage}/upload";
const UPLOAD = `POST ${PATH}`;

let fixture: Fixture;

beforeEach(async () => {
  fixture = await new Fixture().open();
});

afterEach(async () => {
  await fixture.close();
});

/** An image in a folder that is open for uploads, as it is now. */
async function image(): Promise<{ uploads: UploadFiles; path: string; file: StepFile }> {
  const folder = join(realpathSync(fixture.stateDir), "images");
  mkdirSync(folder);
  const path = join(folder, "a.iso");
  writeFileSync(path, "the image");
  const uploads = new UploadFiles([folder], new FakeArtifacts());
  return { uploads, path, file: await uploads.look("stdio", { path }) };
}

async function contentOf(file: RestFile | undefined): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of file?.read() ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function run(uploads: UploadFiles, file: StepFile, taskTimeoutMs = 60_000) {
  const step = rest.post(PATH, { node: "pve1", storage: "local", filename: "a.iso" }, { file });
  const service = fixture.service({ uploads, taskTimeoutMs });
  return (await service.start(plan([step]), caller().context, QUICK)).ended;
}

it("sends the file with its step and follows the task", async () => {
  const { pve } = fixture;
  const { uploads, file } = await image();
  const upid = pve.task("imgcopy", "");
  let content = "";
  pve.on(UPLOAD, async (_, sent) => {
    content = await contentOf(sent);
    return upid;
  });
  expect(await run(uploads, file)).toMatchObject({ state: "succeeded", steps: [{ tasks: [{ upid }] }] });
  expect(content).toBe("the image");
});

it("sends nothing where the file is not the planned one any more", async () => {
  const { pve } = fixture;
  const { uploads, path, file } = await image();
  writeFileSync(path, "THE IMAGE");
  utimesSync(path, file.mtimeMs / 1000, file.mtimeMs / 1000);
  expect(await run(uploads, file)).toMatchObject({ state: "failed", error: { code: "conflict" } });
  expect(pve.count(UPLOAD)).toBe(0);
});

it("takes the one copy that can be its own where the answer was lost", async () => {
  const { pve } = fixture;
  const { uploads, file } = await image();
  const upids: string[] = [];
  pve.on(UPLOAD, () => {
    pve.task("imgcopy", "", { user: "alice@pve!t" });
    pve.task("download", "");
    upids.push(pve.task("imgcopy", ""));
    return new RestFault("unknown", "the connection was reset");
  });
  expect(await run(uploads, file)).toMatchObject({
    state: "succeeded",
    steps: [{ tasks: [{ upid: upids[0] }] }],
  });
  expect(pve.count(UPLOAD)).toBe(1);
});

it("leaves the file open while an upload that nobody waits for any more still reads it", async () => {
  const { pve } = fixture;
  const { uploads, file } = await image();
  let read: Promise<string> | undefined;
  pve.on(UPLOAD, (_, sent) => {
    // Once the fault has come through to the step.
    read = new Promise((resolve) => setImmediate(resolve)).then(() => contentOf(sent));
    return new RestFault("unknown", "no progress of the upload within 20 s", { late: read });
  });
  await run(uploads, file, 15);
  await expect(read).resolves.toBe("the image");
});
