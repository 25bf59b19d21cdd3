import { OWN, type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { definition, EXTRA, NO_STORAGE } from "./cluster.ts";

const DEFINE = "proxmox_storage_define";
const UPDATE = "proxmox_storage_update";
const REMOVE = "proxmox_storage_remove";

export const definitionScenarios: readonly Scenario[] = [
  scenario({
    tool: DEFINE,
    title: "defines a storage once under a name",
    async run(t) {
      const { node } = t.place;
      const wanted = { ...EXTRA, content: ["iso", "backup"], nodes: [node], "prune-backups": "keep-last=2" };
      await t.ok(DEFINE, { ...wanted, dryRun: true });
      t.expect.equal(await definition(t, OWN), undefined, "the storage after a dry run");
      await t.ok(DEFINE, wanted);
      const made = await definition(t, OWN);
      t.expect.equal(made?.type, "dir", "the type");
      t.expect.equal(made?.content, "backup,iso", "the content");
      t.expect.equal(made?.nodes, node, "the nodes");
      const all = await t.cluster.get<Record<string, unknown>>(`/storage/${OWN}`);
      t.expect.equal([all.path, all["prune-backups"]], [EXTRA.path, "keep-last=2"], "path and retention");
      t.expect.equal(Number(all.mkdir), 0, "whether directories are made");
      await t.refused(DEFINE, EXTRA, "conflict");
      await t.refused(DEFINE, { ...EXTRA, storage: NO_STORAGE, type: "nosuch" }, "invalid_input");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "sets and deletes options of a storage",
    async run(t) {
      await t.ok(DEFINE, { ...EXTRA, content: ["backup"] });
      const digest = (await definition(t, OWN))?.digest;
      await t.ok(UPDATE, { storage: OWN, content: ["iso"], dryRun: true });
      t.expect.equal((await definition(t, OWN))?.digest, digest, "the digest after a dry run");
      const { node } = t.place;
      await t.ok(UPDATE, { storage: OWN, content: ["iso"], nodes: [node], disable: true, digest });
      const changed = await definition(t, OWN);
      t.expect.equal(changed?.content, "iso", "the content");
      t.expect.equal(changed?.nodes, node, "the nodes");
      t.expect.equal(changed?.disable, 1, "disabled");
      await t.refused(UPDATE, { storage: OWN, content: ["images"], digest }, "conflict");
      await t.refused(UPDATE, { storage: OWN }, "invalid_input");
      await t.refused(UPDATE, { storage: NO_STORAGE, disable: true }, "not_found");
      await t.ok(UPDATE, { storage: OWN, delete: ["nodes"], disable: false });
      const cleared = await definition(t, OWN);
      t.expect.equal([cleared?.nodes, cleared?.disable], [undefined, undefined], "nodes and disable");
    },
  }),
  scenario({
    tool: REMOVE,
    title: "removes a definition, after a human agreed",
    confirm: "destructive",
    async run(t) {
      await t.ok(DEFINE, EXTRA);
      await t.refused(REMOVE, { storage: OWN }, "declined");
      t.expect.equal((await definition(t, OWN))?.type, "dir", "the storage, when nobody agreed");
      t.answerConfirm("accept", OWN);
      await t.refused(REMOVE, { storage: NO_STORAGE }, "not_found");
      await t.ok(REMOVE, { storage: OWN });
      t.expect.equal(await definition(t, OWN), undefined, "the storage");
      await t.restart({ access: "write" });
      await t.refused(REMOVE, { storage: OWN }, "denied");
    },
  }),
];
