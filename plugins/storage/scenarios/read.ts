import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aNode, aStorage, definition, definitions, volumesOn } from "./cluster.ts";

export const readScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_storage_list",
    title: "lists storages on each node, and disabled ones too",
    access: "write",
    async run(t) {
      const all = await definitions(t);
      const { text } = await t.ok("proxmox_storage_list");
      for (const { storage, type, content } of all) {
        t.expect.match(text, new RegExp(`${storage}\\s.*${type}`), "the storage with its type");
        for (const kind of content.split(",")) t.expect.match(text, kind, "its content");
      }
      const shared = await aStorage(t, "iso");
      const some = await t.ok("proxmox_storage_list", { filter: { storage: shared } });
      t.expect.match(some.text, shared, "the filtered storage");
      for (const { storage } of all)
        if (storage !== shared) t.expect.that(!some.text.includes(`${storage}\t`), `${storage} is left out`);
      await t.ok("proxmox_storage_update", { storage: shared, disable: true });
      t.expect.equal((await definition(t, shared))?.disable, 1, "the storage is disabled");
      const after = await t.ok("proxmox_storage_list", { filter: { status: "disabled" } });
      t.expect.match(after.text, shared, "the disabled storage");
      await t.refused("proxmox_storage_list", { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_storage_get",
    title: "shows a storage's definition and its space on each node",
    async run(t) {
      const node = await aNode(t);
      const storage = await aStorage(t, "iso");
      const { type, content, digest } = (await definition(t, storage)) ?? {};
      const { avail } = await t.cluster.get<{ avail: number }>(`/nodes/${node}/storage/${storage}/status`);
      const { text } = await t.ok("proxmox_storage_get", { storage });
      t.expect.match(text, `Storage ${storage} (${type})`, "the title");
      t.expect.match(text, String(content), "the content");
      t.expect.match(text, String(digest), "the digest");
      t.expect.match(text, new RegExp(`${node}\\s.*${avail}`), "the node with what is free");
      await t.refused("proxmox_storage_get", { storage: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_storage_content",
    title: "lists the volumes of a storage, and asks for a node where each has its own",
    async run(t) {
      const node = await aNode(t);
      const shared = await aStorage(t, "iso");
      const { text } = await t.ok("proxmox_storage_content", { storage: shared });
      const isos = (await volumesOn(t, node, shared)).filter(({ content }) => content === "iso");
      t.expect.that(isos.length > 0, "there are images");
      for (const { volid } of isos) t.expect.match(text, volid, "the image");
      const some = await t.ok("proxmox_storage_content", { storage: shared, filter: { content: "vztmpl" } });
      for (const { volid } of isos) t.expect.that(!some.text.includes(volid), "the image is left out");
      const local = await aStorage(t, "images", "local");
      const disks = await volumesOn(t, node, local);
      const own = await t.ok("proxmox_storage_content", { storage: local, node });
      for (const { volid } of disks) t.expect.match(own.text, volid, "the disk");
      await t.refused("proxmox_storage_content", { storage: local }, "invalid_input");
      await t.refused("proxmox_storage_content", { storage: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_storage_scan",
    title: "finds what a node could use",
    async run(t) {
      const node = await aNode(t);
      const groups = await t.cluster.get<readonly { vg: string }[]>(`/nodes/${node}/scan/lvm`);
      const lvm = await t.ok("proxmox_storage_scan", { node, kind: "lvm" });
      for (const { vg } of groups) t.expect.match(lvm.text, vg, "the volume group");
      const [first] = groups;
      const pools = await t.cluster.get<readonly { lv: string }[]>(
        `/nodes/${node}/scan/lvmthin?vg=${first?.vg}`,
      );
      const thin = await t.ok("proxmox_storage_scan", { node, kind: "lvmthin", vg: first?.vg });
      for (const { lv } of pools) t.expect.match(thin.text, lv, "the thin pool");
      const { server } = await t.cluster.get<{ server?: string }>(`/storage/${await aStorage(t, "iso")}`);
      const exports = await t.cluster.get<readonly { path: string; options: string }[]>(
        `/nodes/${node}/scan/nfs?server=${server}`,
      );
      const nfs = await t.ok("proxmox_storage_scan", { node, kind: "nfs", server });
      for (const { path, options } of exports) {
        t.expect.match(nfs.text, path, "the export");
        t.expect.match(nfs.text, options, "whom it is for");
      }
      await t.refused("proxmox_storage_scan", { node, kind: "nfs" }, "invalid_input");
      await t.refused("proxmox_storage_scan", { node, kind: "lvm", server }, "invalid_input");
      await t.refused("proxmox_storage_scan", { node: "nosuch", kind: "lvm" }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_appliance_list",
    title: "lists the templates that a node is offered",
    async run(t) {
      const node = await aNode(t);
      const all = await t.cluster.get<readonly { template: string; os: string; version: string }[]>(
        `/nodes/${node}/aplinfo`,
      );
      t.expect.that(all.length > 0, "there are templates");
      const { text } = await t.ok("proxmox_appliance_list", { node });
      for (const { template, version } of all) {
        t.expect.match(text, template, "the template");
        t.expect.match(text, version, "its version");
      }
      const os = all[0]?.os ?? "";
      const some = await t.ok("proxmox_appliance_list", { node, filter: { os } });
      for (const one of all)
        if (one.os !== os) t.expect.that(!some.text.includes(one.template), "others are left out");
      await t.refused("proxmox_appliance_list", { node: "nosuch" }, "not_found");
    },
  }),
];
