import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aNode, aStorage, volume } from "./cluster.ts";

const DOWNLOAD = "proxmox_storage_download_url";
const UPLOAD = "proxmox_storage_upload";
const APPLIANCE = "proxmox_appliance_download";

const URL = "https://cdimage.debian.org/debian-cd/current/amd64/iso-cd/debian-13.1.0-amd64-netinst.iso";

export const downloadScenarios: readonly Scenario[] = [
  scenario({
    tool: DOWNLOAD,
    title: "downloads an image once, after looking at its size",
    async run(t) {
      const node = await aNode(t);
      const storage = await aStorage(t, "iso");
      const wanted = { storage, node, content: "iso", url: URL, filename: "new one.iso" };
      const volid = `${storage}:iso/new_one.iso`;
      const { size } = await t.cluster.get<{ size: number }>(
        `/nodes/${node}/query-url-metadata?url=${encodeURIComponent(URL)}`,
      );
      const dry = await t.ok(DOWNLOAD, { ...wanted, dryRun: true });
      t.expect.match(dry.text, "free; without a checksum", "the plan says what it rests on");
      t.expect.equal(await volume(t, node, volid), undefined, "the image after a dry run");
      await t.ok(DOWNLOAD, wanted);
      t.expect.equal((await volume(t, node, volid))?.size, size, "the size");
      await t.refused(DOWNLOAD, wanted, "conflict");
      const other = { ...wanted, filename: "other.iso" };
      const wrong = { checksum: "0".repeat(64), "checksum-algorithm": "sha256" };
      await t.refused(DOWNLOAD, { ...other, ...wrong }, "task_failed");
      t.expect.equal(
        await volume(t, node, `${storage}:iso/other.iso`),
        undefined,
        "what had a wrong checksum",
      );
      await t.refused(DOWNLOAD, { ...other, checksum: wrong.checksum }, "invalid_input");
      const lvm = await aStorage(t, "images", "local");
      await t.refused(DOWNLOAD, { ...other, storage: lvm }, "conflict");
    },
  }),
  scenario({
    tool: APPLIANCE,
    title: "downloads a template that is offered, once",
    async run(t) {
      const node = await aNode(t);
      const storage = await aStorage(t, "vztmpl", "local");
      const offered = await t.cluster.get<readonly { template: string }[]>(`/nodes/${node}/aplinfo`);
      const template = offered[0]?.template ?? "";
      const volid = `${storage}:vztmpl/${template}`;
      await t.ok(APPLIANCE, { node, storage, template, dryRun: true });
      t.expect.equal(await volume(t, node, volid), undefined, "the template after a dry run");
      await t.ok(APPLIANCE, { node, storage, template });
      t.expect.that(((await volume(t, node, volid))?.size ?? 0) > 0, "the template is there");
      await t.refused(APPLIANCE, { node, storage, template }, "conflict");
      await t.refused(APPLIANCE, { node, storage, template: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: UPLOAD,
    title: "uploads an artifact once, and no file outside of allowed folders",
    async run(t) {
      const node = await aNode(t);
      const storage = await aStorage(t, "iso");
      const kept = await t.ok("proxmox_storage_content", { storage, artifact: true });
      const artifactId = /a_[0-9a-f]{24}/.exec(kept.text)?.[0];
      const wanted = { storage, content: "iso", filename: "kept.iso", artifactId };
      const volid = `${storage}:iso/kept.iso`;
      const dry = await t.ok(UPLOAD, { ...wanted, dryRun: true });
      t.expect.match(dry.text, "/var/tmp", "the plan says what it needs");
      t.expect.equal(await volume(t, node, volid), undefined, "the image after a dry run");
      await t.ok(UPLOAD, wanted);
      t.expect.that(((await volume(t, node, volid))?.size ?? 0) > 0, "the image is there");
      await t.refused(UPLOAD, wanted, "conflict");
      const other = { storage, content: "iso", filename: "other.iso" };
      await t.refused(UPLOAD, { ...other, path: "/etc/hostname" }, "denied");
      await t.refused(UPLOAD, other, "invalid_input");
      await t.refused(UPLOAD, { ...other, artifactId: `a_${"0".repeat(24)}` }, "not_found");
      t.expect.equal(await volume(t, node, `${storage}:iso/other.iso`), undefined, "what was refused");
    },
  }),
];
