import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "@jest/globals";
import { peakMemory } from "../helpers/peak-memory.ts";
import { Bench, settingsFor, UNGUARDED } from "./support.ts";

const UPLOAD = "proxmox_storage_upload";
const MIB = 2 ** 20;

/** More than all memory that the upload may take, so that a server which kept the file would be found out. */
const SIZE = 200 * MIB;
const MOST = 150 * MIB;

const bench = new Bench();

afterEach(() => bench.close());

/** A file without content on disk, but for its beginning. */
function sparse(path: string, size: number): string {
  writeFileSync(path, "an image");
  truncateSync(path, size);
  return path;
}

it("streams a file of an allowed folder, whose size and checksum arrive", async () => {
  const lab = await bench.lab();
  const folder = bench.folder();
  const server = await bench.server({
    ...settingsFor(lab),
    ...UNGUARDED,
    PROXMOX_MCP_UPLOAD_DIRS: folder,
  });
  const path = sparse(join(folder, "large.iso"), SIZE);
  const wanted = { storage: "local", node: "pve1", content: "iso", filename: "large.iso", path };
  const dry = await server.ok(UPLOAD, { ...wanted, dryRun: true });
  expect(dry.text).toContain(path);
  await server.ok(UPLOAD, wanted);

  const reader = bench.reader(lab);
  const volumes = await reader.get<readonly { volid: string; size: number }[]>(
    "/nodes/pve1/storage/local/content",
  );
  expect(volumes).toContainEqual(expect.objectContaining({ volid: "local:iso/large.iso", size: SIZE }));
  expect(peakMemory(server.pid)).toBeLessThan(MOST);
}, 120_000);

it("takes no file that is outside of the allowed folders, however it is named", async () => {
  const lab = await bench.lab();
  const [folder, outside] = [bench.folder(), bench.folder()];
  const env = { ...settingsFor(lab), ...UNGUARDED };
  const secret = sparse(join(outside, "secret.iso"), 10);
  const wanted = { storage: "local", node: "pve1", content: "iso", filename: "a.iso" };
  const open = await bench.server({ ...env, PROXMOX_MCP_UPLOAD_DIRS: folder });
  const refused = await open.refused(UPLOAD, { ...wanted, path: secret });
  expect(refused).toMatchObject({ code: "denied", text: expect.stringContaining("PROXMOX_MCP_UPLOAD_DIRS") });
  const none = await bench.server(env);
  expect(await none.refused(UPLOAD, { ...wanted, path: secret })).toMatchObject({ code: "denied" });
  const relative = await open.refused(UPLOAD, { ...wanted, path: "secret.iso" });
  expect(relative.code).toBe("invalid_input");
});
