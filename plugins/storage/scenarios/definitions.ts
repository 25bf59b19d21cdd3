import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aNode, definition } from "./cluster.ts";

const DEFINE = "proxmox_storage_define";
const UPDATE = "proxmox_storage_update";
const REMOVE = "proxmox_storage_remove";

const EXTRA = { storage: "extra", type: "dir", path: "/srv/extra" } as const;

export const definitionScenarios: readonly Scenario[] = [
  scenario({
    tool: DEFINE,
    title: "defines a storage once under a name",
    async run(t) {
      const node = await aNode(t);
      const wanted = { ...EXTRA, content: ["iso", "backup"], nodes: [node], "prune-backups": "keep-last=2" };
      await t.ok(DEFINE, { ...wanted, dryRun: true });
      t.expect.equal(await definition(t, "extra"), undefined, "the storage after a dry run");
      await t.ok(DEFINE, wanted);
      const made = await definition(t, "extra");
      t.expect.equal(made?.type, "dir", "the type");
      t.expect.equal(made?.content, "backup,iso", "the content");
      t.expect.equal(made?.nodes, node, "the nodes");
      const { path, "prune-backups": keep } = await t.cluster.get<Record<string, unknown>>("/storage/extra");
      t.expect.equal([path, keep], [EXTRA.path, "keep-last=2"], "path and retention");
      await t.refused(DEFINE, EXTRA, "conflict");
      await t.refused(DEFINE, { ...EXTRA, storage: "other", type: "nosuch" }, "invalid_input");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "sets and deletes options of a storage",
    async run(t) {
      await t.ok(DEFINE, EXTRA);
      const digest = (await definition(t, "extra"))?.digest;
      await t.ok(UPDATE, { storage: "extra", content: ["iso"], dryRun: true });
      t.expect.equal((await definition(t, "extra"))?.digest, digest, "the digest after a dry run");
      const node = await aNode(t);
      await t.ok(UPDATE, { storage: "extra", content: ["iso"], nodes: [node], disable: true });
      const changed = await definition(t, "extra");
      t.expect.equal(changed?.content, "iso", "the content");
      t.expect.equal(changed?.nodes, node, "the nodes");
      t.expect.equal(changed?.disable, 1, "disabled");
      await t.refused(UPDATE, { storage: "extra", content: ["images"], digest }, "conflict");
      await t.refused(UPDATE, { storage: "extra" }, "invalid_input");
      await t.refused(UPDATE, { storage: "nosuch", disable: true }, "not_found");
      await t.ok(UPDATE, { storage: "extra", delete: ["nodes"], disable: false });
      const cleared = await definition(t, "extra");
      t.expect.equal([cleared?.nodes, cleared?.disable], [undefined, undefined], "nodes and disable");
    },
  }),
  scenario({
    tool: REMOVE,
    title: "removes a definition, after a human agreed",
    confirm: "destructive",
    async run(t) {
      await t.ok(DEFINE, EXTRA);
      await t.refused(REMOVE, { storage: "extra" }, "declined");
      t.expect.equal((await definition(t, "extra"))?.type, "dir", "the storage, when nobody agreed");
      t.answerConfirm("accept");
      await t.refused(REMOVE, { storage: "nosuch" }, "not_found");
      await t.ok(REMOVE, { storage: "extra" });
      t.expect.equal(await definition(t, "extra"), undefined, "the storage");
      await t.restart({ access: "write" });
      await t.refused(REMOVE, { storage: "extra" }, "denied");
    },
  }),
];
