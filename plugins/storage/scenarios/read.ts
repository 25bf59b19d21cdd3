import {
  configOf,
  fieldsOf,
  OWN,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";
import { definition, EXTRA, isOfEachNode, NO_STORAGE, volumesOn } from "./cluster.ts";

const LIST = "proxmox_storage_list";
const GET = "proxmox_storage_get";
const CONTENT = "proxmox_storage_content";
const APPLIANCES = "proxmox_appliance_list";

interface Resource extends Shown {
  readonly type: string;
  readonly node: string;
  readonly storage?: string;
  readonly disk?: number;
  readonly maxdisk?: number;
}

const by = (keys: readonly string[]) => (row: Shown) => keys.map((key) => row[key] || "").join(" ");

/** Holds the rows of the nodes' storages against the cluster's own list. */
async function expectStorages(t: ScenarioRun, rows: readonly Shown[]): Promise<void> {
  const all = await t.cluster.get<readonly Resource[]>("/cluster/resources?type=storage");
  const shown = by(["storage", "node", "type", "status", "size", "shared", "content"]);
  t.expect.equal(
    rows
      .filter(({ node }) => node !== undefined)
      .map(shown)
      .sort(),
    all
      .map(({ plugintype, maxdisk, shared, content, ...line }) => {
        const kinds = String(content).split(",").sort().join(",");
        return shown({
          ...line,
          type: plugintype,
          size: maxdisk,
          shared: Number(shared) === 1,
          content: kinds,
        });
      })
      .sort(),
    "the storages of the nodes",
  );
  for (const { node, storage, used, size, share } of rows) {
    const line = all.find((one) => one.node === node && one.storage === storage);
    t.expect.equal(Number(used) > 0, Number(line?.disk) > 0, `whether ${storage} is used on ${node}`);
    const part = Number(used) / Number(size);
    t.expect.that(!(part > 0) || Math.abs(Number(share) - part) < 0.01, `how full ${storage} is`);
  }
}

export const readScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists storages on each node with their space",
    async run(t) {
      await expectStorages(t, rowsOf(await t.ok(LIST, { limit: 1000 })));
      const { storage } = t.place;
      const some = rowsOf(await t.ok(LIST, { filter: { storage }, limit: 1000 }));
      t.expect.that(
        some.length > 0 && some.every((row) => row.storage === storage),
        "only the one asked for",
      );
      await t.refused(LIST, { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: LIST,
    title: "lists a disabled storage too",
    access: "write",
    needs: ["administrator's rights"],
    async run(t) {
      await t.ok("proxmox_storage_define", { ...EXTRA, content: ["iso"], disable: true });
      t.expect.equal((await definition(t, OWN))?.disable, 1, "the storage is disabled");
      await expectStorages(t, rowsOf(await t.ok(LIST, { limit: 1000 })));
      const rows = rowsOf(await t.ok(LIST, { filter: { storage: OWN } }));
      t.expect.equal(
        rows.map(({ storage, type, status, content }) => [storage, type, status, content]),
        [[OWN, "dir", "disabled", "iso"]],
        "the disabled storage",
      );
      await t.refused(LIST, { storage: OWN }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows a storage's definition and its space on each node",
    async run(t) {
      const { node, storage: disks, files: storage = disks } = t.place;
      const found = await definition(t, storage);
      if (found === undefined) throw new Error(`the cluster has no storage ${storage}`);
      const { type, content, digest, shared, nodes, storage: _name, disable: _disable, ...options } = found;
      const fields = fieldsOf(await t.ok(GET, { storage }));
      t.expect.equal(
        [fields.storage, fields.type, fields.content, fields.shared, fields.nodes],
        [storage, type, content, shared === 1, nodes],
        "what the storage is",
      );
      t.expect.equal(fields.options, { ...options, digest }, "its options");
      const status = await t.cluster.get<Shown>(`/nodes/${node}/storage/${storage}/status`);
      const space = Array.isArray(fields.space) ? fields.space : [];
      const here = space.find((line: Shown) => line.node === node);
      t.expect.equal([here?.active, here?.total], [true, status.total], "its space on the node");
      t.expect.that(here?.used > 0 && here?.avail > 0, "what is used and free of it");
      await t.refused(GET, { storage: NO_STORAGE }, "not_found");
    },
  }),
  scenario({
    tool: CONTENT,
    title: "lists the volumes of a storage, also of one kind",
    async run(t) {
      const { node, storage } = t.place;
      const vm = await t.make.vm("stopped");
      const [disk] = String((await configOf(t, vm)).scsi0).split(",");
      const fields = ["volid", "content", "format", "size", "vmid", "ctime"];
      const rows = rowsOf(await t.ok(CONTENT, { storage, node, limit: 1000 }));
      const all = await volumesOn(t, node, storage);
      t.expect.equal(rows.map(by(fields)).sort(), all.map(by(fields)).sort(), "the volumes");
      t.expect.that(
        rows.some(({ volid }) => volid === disk),
        "the VM's disk is among them",
      );
      const some = rowsOf(await t.ok(CONTENT, { storage, node, filter: { content: "rootdir" } }));
      t.expect.that(!some.some(({ volid }) => volid === disk), "it is no volume of a container");
      if (await isOfEachNode(t, storage)) await t.refused(CONTENT, { storage }, "invalid_input");
      await t.refused(CONTENT, { storage: NO_STORAGE }, "not_found");
    },
  }),
  scenario({
    tool: CONTENT,
    title: "shows notes and protection of backups",
    access: "write",
    needs: ["backup storage"],
    async run(t) {
      const storage = await t.find("backup storage");
      const { vmid, node } = await t.make.vm("stopped");
      const options = { storage, "notes-template": "by hand", protected: true };
      await t.ok("proxmox_backup_start", { vmid: [vmid], ...options });
      const query = { storage, node, filter: { content: "backup", vmid: String(vmid) } };
      const [row, ...others] = rowsOf(await t.ok(CONTENT, query));
      const found = (await volumesOn(t, node, storage)).find((one) => Number(one.vmid) === vmid);
      t.expect.equal(
        [row?.volid, row?.notes, row?.protected, row?.size, row?.ctime, row?.format],
        [found?.volid, "by hand", true, found?.size, found?.ctime, found?.format],
        "the backup",
      );
      t.expect.equal(others, [], "other backups of the VM");
      await t.refused(CONTENT, { storage: NO_STORAGE }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_storage_scan",
    title: "finds the volume groups and pools of a node",
    async run(t) {
      const { node } = t.place;
      const scan = (kind: string, options = {}) => t.ok("proxmox_storage_scan", { node, kind, ...options });
      const on = (kind: string) => t.cluster.get<readonly Shown[]>(`/nodes/${node}/scan/${kind}`);
      const names = async (answer: ReturnType<typeof scan>) => rowsOf(await answer).map(({ name }) => name);
      const groups = (await on("lvm")).map(({ vg }) => vg);
      t.expect.equal(await names(scan("lvm")), groups, "the volume groups");
      for (const vg of groups) {
        const pools = (await on(`lvmthin?vg=${vg}`)).map(({ lv }) => lv);
        t.expect.equal(await names(scan("lvmthin", { vg })), pools, "the thin pools");
      }
      await t.refused("proxmox_storage_scan", { node, kind: "lvmthin" }, "invalid_input");
      await t.refused("proxmox_storage_scan", { node, kind: "lvm", server: "x" }, "invalid_input");
      await t.refused("proxmox_storage_scan", { node: "nosuch", kind: "lvm" }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_storage_scan",
    title: "finds what a server exports",
    needs: ["NFS server"],
    async run(t) {
      const { node } = t.place;
      const server = await t.find("NFS server");
      const exports = await t.cluster.get<readonly Shown[]>(`/nodes/${node}/scan/nfs?server=${server}`);
      const rows = rowsOf(await t.ok("proxmox_storage_scan", { node, kind: "nfs", server }));
      t.expect.equal(
        rows,
        exports.map(({ path, options }) => ({ name: path, info: options })),
        "the exports, and whom they are for",
      );
      await t.refused("proxmox_storage_scan", { node, kind: "nfs" }, "invalid_input");
    },
  }),
  scenario({
    tool: APPLIANCES,
    title: "lists the templates that a node is offered",
    async run(t) {
      const { node } = t.place;
      const all = await t.cluster.get<readonly (Shown & { template: string; os: string })[]>(
        `/nodes/${node}/aplinfo`,
      );
      t.expect.that(all.length > 0, "there are templates");
      const shown = by(["template", "version", "os", "section", "headline"]);
      const rows = rowsOf(await t.ok(APPLIANCES, { node, limit: 1000 }));
      t.expect.equal(rows.map(shown).sort(), all.map(shown).sort(), "the templates");
      const os = all[0]?.os ?? "";
      const some = rowsOf(await t.ok(APPLIANCES, { node, filter: { os }, limit: 1000 }));
      t.expect.equal(some.length, all.filter((one) => one.os === os).length, "those of one system");
      await t.refused(APPLIANCES, { node: "nosuch" }, "not_found");
    },
  }),
];
