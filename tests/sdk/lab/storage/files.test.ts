import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";
import { sendFile } from "./upload.ts";

let client: LabClient;

beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

const UPLOAD = "/nodes/pve1/storage/nfs/upload";

describe("uploads", () => {
  test("go on to the node in the path", async () => {
    const { data } = await sendFile(
      client.lab,
      "/nodes/pve2/storage/local/upload",
      { content: "iso" },
      "a b.iso",
      "x",
    );
    const { exitstatus, log } = await client.ended(String(data));
    expect(exitstatus).toBe("OK");
    expect(String(data)).toMatch(/^UPID:pve1:/);
    expect(log.find((line) => line.startsWith("command: "))).toContain("/usr/bin/scp ");
    const isos = await client.rows("/nodes/pve2/storage/local/content", { content: "iso" });
    expect(isos.map(({ volid }) => volid)).toEqual(["local:iso/a_b.iso"]);
    expect(await client.rows("/nodes/pve1/storage/local/content", { content: "iso" })).toEqual([]);
  });

  test("of images are looked into", async () => {
    const qcow2 = Buffer.alloc(512);
    qcow2.write("QFI\xfb", "latin1");
    qcow2.writeBigUInt64BE(3n * 2n ** 30n, 24);
    const good = await sendFile(client.lab, UPLOAD, { content: "import" }, "good.qcow2", qcow2);
    expect((await client.ended(String(good.data))).exitstatus).toBe("OK");
    const path = "/nodes/pve1/storage/nfs/content/nfs:import/good.qcow2";
    expect(await client.fields(path)).toMatchObject({ size: 3 * 2 ** 30, format: "qcow2" });
    const bad = await sendFile(client.lab, UPLOAD, { content: "import" }, "bad.qcow2", "text");
    expect((await client.ended(String(bad.data))).exitstatus).toMatch(/Image is not in qcow2 format$/);
    const ova = await sendFile(client.lab, UPLOAD, { content: "import" }, "bad.ova", "text");
    expect((await client.ended(String(ova.data))).exitstatus).toMatch(
      /^command 'tar -t -f .* failed: exit code 2$/,
    );
  });

  test("need a storage of files, with the content type", async () => {
    const block = await sendFile(
      client.lab,
      "/nodes/pve1/storage/local-lvm/upload",
      { content: "iso" },
      "a.iso",
      "x",
    );
    expect(block.reason).toBe("can't upload to storage type 'lvmthin'");
    await client.ok("PUT", "/storage/nfs", { content: "images" });
    const other = await sendFile(client.lab, UPLOAD, { content: "iso" }, "a.iso", "x");
    expect(other.reason).toBe("storage 'nfs' does not support 'iso' content");
  });

  test("leave no file behind where the call is refused", async () => {
    const refused = await sendFile(client.lab, UPLOAD, { content: "iso" }, "a.iso", "x", "operator");
    expect(refused).toMatchObject({ status: 403, text: "" });
    expect(await client.rows("/nodes/pve1/storage/nfs/content", { content: "iso" })).toHaveLength(2);
  });
});

describe("downloads", () => {
  const url = "https://cdimage.debian.org/debian-cd/current/amd64/iso-cd/debian-13.1.0-amd64-netinst.iso";
  const path = "/nodes/pve1/storage/nfs/download-url";

  test("bring a file that is on the web, once its checksum fits", async () => {
    const meta = await client.fields("/nodes/pve1/query-url-metadata", { url });
    expect(meta).toEqual({
      filename: "debian-13.1.0-amd64-netinst.iso",
      size: 784 * 2 ** 20,
      mimetype: "application/x-iso9660-image",
    });
    const given = { url, content: "iso", filename: "new.iso", "checksum-algorithm": "sha256" };
    const wrong = await client.task("POST", path, { ...given, checksum: "00" });
    expect(wrong.exitstatus).toMatch(/^checksum mismatch: got '[0-9a-f]{64}' != expect '00'$/);
    const checksum = createHash("sha256").update(url).digest("hex");
    expect((await client.task("POST", path, { ...given, checksum })).exitstatus).toBe("OK");
    const again = await client.task("POST", path, { ...given, checksum });
    expect(again.log.at(-2)).toContain("got correct file already");
    const { exitstatus } = await client.task("POST", path, { url, content: "iso", filename: "new.iso" });
    expect(exitstatus).toBe("refusing to override existing file '/mnt/pve/nfs/template/iso/new.iso'");
  });

  test("fail as wget does", async () => {
    const none = { content: "iso", filename: "x.iso" };
    const unknown = await client.task("POST", path, { ...none, url: "https://nowhere.invalid/x.iso" });
    expect(unknown.exitstatus).toBe(
      "download failed: wget: unable to resolve host address 'nowhere.invalid'",
    );
    const missing = await client.task("POST", path, { ...none, url: "https://cdimage.debian.org/x.iso" });
    expect(missing.exitstatus).toMatch(/ERROR 404: Not Found\.$/);
  });

  test("of appliance templates are checked against the list", async () => {
    const [first] = await client.rows("/nodes/pve1/aplinfo");
    const { exitstatus, log } = await client.task("POST", "/nodes/pve1/aplinfo", {
      storage: "local",
      template: first?.template,
    });
    expect(exitstatus).toBe("OK");
    expect(log).toContain("calculating checksum...OK, checksum verified");
    const held = await client.rows("/nodes/pve1/storage/local/content", { content: "vztmpl" });
    expect(held.map(({ volid }) => volid)).toEqual([`local:vztmpl/${String(first?.template)}`]);
  });
});
