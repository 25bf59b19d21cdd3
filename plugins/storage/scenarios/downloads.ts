import { OWN, OWN_FOLDER, type Scenario, scenario, stepsOf } from "../../../sdk/testing/index.ts";
import { definition, volume } from "./cluster.ts";

const DOWNLOAD = "proxmox_storage_download_url";
const UPLOAD = "proxmox_storage_upload";
const APPLIANCE = "proxmox_appliance_download";

export const downloadScenarios: readonly Scenario[] = [
  scenario({
    tool: DOWNLOAD,
    title: "downloads an image once, after looking at its size",
    needs: ["image storage", "address to download from"],
    async run(t) {
      const { node, storage: disks } = t.place;
      const storage = await t.find("image storage");
      const url = await t.find("address to download from");
      const wanted = { storage, node, content: "iso", url, filename: `${OWN} one.iso` };
      const volid = `${storage}:iso/${OWN}_one.iso`;
      const { size } = await t.cluster.get<{ size: number }>(
        `/nodes/${node}/query-url-metadata?url=${encodeURIComponent(url)}`,
      );
      const dry = await t.ok(DOWNLOAD, { ...wanted, dryRun: true });
      t.expect.match(dry.text, "free; without a checksum", "the plan says what it rests on");
      const path = `/nodes/${node}/storage/${storage}/download-url`;
      const asked = { url, content: "iso", filename: wanted.filename };
      t.expect.equal(
        stepsOf(dry).map((step) => [step.path, step.params]),
        [[path, asked]],
        "what the plan asks for",
      );
      t.expect.equal(await volume(t, node, volid), undefined, "the image after a dry run");
      await t.ok(DOWNLOAD, wanted);
      t.expect.equal((await volume(t, node, volid))?.size, size, "the size");
      await t.refused(DOWNLOAD, wanted, "conflict");
      const other = { ...wanted, filename: `${OWN}-other.iso` };
      const wrong = { checksum: "0".repeat(64), "checksum-algorithm": "sha256" };
      const [checked] = stepsOf(await t.ok(DOWNLOAD, { ...other, ...wrong, dryRun: true }));
      t.expect.equal(
        checked?.params,
        { ...asked, filename: other.filename, ...wrong },
        "what a plan with a checksum asks for",
      );
      await t.refused(DOWNLOAD, { ...other, ...wrong }, "task_failed");
      t.expect.equal(
        await volume(t, node, `${storage}:iso/${OWN}-other.iso`),
        undefined,
        "what had a wrong checksum",
      );
      await t.refused(DOWNLOAD, { ...other, checksum: wrong.checksum }, "invalid_input");
      const { content = "" } = (await definition(t, disks)) ?? {};
      if (!content.split(",").includes("iso"))
        await t.refused(DOWNLOAD, { ...other, storage: disks }, "conflict");
    },
  }),
  scenario({
    tool: APPLIANCE,
    title: "downloads a template that is offered, once",
    access: "write",
    needs: ["administrator's rights", "template to download"],
    async run(t) {
      const { node } = t.place;
      const template = await t.find("template to download");
      // On a storage of its own, so that no template of others is met or left behind.
      const own = { storage: OWN, type: "dir", path: OWN_FOLDER, content: ["vztmpl"], nodes: [node] };
      await t.ok("proxmox_storage_define", own);
      const wanted = { node, storage: OWN, template };
      const volid = `${OWN}:vztmpl/${template}`;
      await t.ok(APPLIANCE, { ...wanted, dryRun: true });
      t.expect.equal(await volume(t, node, volid), undefined, "the template after a dry run");
      await t.ok(APPLIANCE, wanted);
      t.expect.that(((await volume(t, node, volid))?.size ?? 0) > 0, "the template is there");
      await t.refused(APPLIANCE, wanted, "conflict");
      await t.refused(APPLIANCE, { ...wanted, template: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: UPLOAD,
    title: "uploads an artifact once, and no file outside of allowed folders",
    needs: ["image storage"],
    async run(t) {
      const { node } = t.place;
      const storage = await t.find("image storage");
      const kept = await t.ok("proxmox_storage_content", { storage, node, artifact: true });
      const artifactId = /a_[0-9a-f]{24}/.exec(kept.text)?.[0];
      const wanted = { storage, node, content: "iso", filename: `${OWN}-kept.iso`, artifactId };
      const volid = `${storage}:iso/${OWN}-kept.iso`;
      const dry = await t.ok(UPLOAD, { ...wanted, dryRun: true });
      t.expect.match(dry.text, "/var/tmp", "the plan says what it needs");
      t.expect.equal(
        stepsOf(dry)[0]?.path,
        `/nodes/${node}/storage/${storage}/upload`,
        "the node and storage that receive it",
      );
      t.expect.equal(await volume(t, node, volid), undefined, "the image after a dry run");
      await t.ok(UPLOAD, wanted);
      t.expect.that(((await volume(t, node, volid))?.size ?? 0) > 0, "the image is there");
      await t.refused(UPLOAD, wanted, "conflict");
      const other = { storage, node, content: "iso", filename: `${OWN}-other.iso` };
      await t.refused(UPLOAD, { ...other, path: "/etc/hostname" }, "denied");
      await t.refused(UPLOAD, other, "invalid_input");
      await t.refused(UPLOAD, { ...other, artifactId: `a_${"0".repeat(24)}` }, "not_found");
      t.expect.equal(await volume(t, node, `${storage}:iso/${OWN}-other.iso`), undefined, "what was refused");
    },
  }),
];
