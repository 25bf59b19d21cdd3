import { createHash } from "node:crypto";
import { rowsOf, type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";

const LIST = "proxmox_cloud_init_snippet_list";
const GET = "proxmox_cloud_init_snippet_get";
const PUT = "proxmox_cloud_init_snippet_put";
const DELETE = "proxmox_cloud_init_snippet_delete";
const BY_SSH = "it needs SSH to the nodes";
const NAME = "mcp-user.yaml";
const CONTENT = "#cloud-config\nhostname: wäb\npassword: correct horse\n";

interface Volume {
  readonly volid: string;
  readonly size: number;
  readonly ctime: number;
}

function volumes(t: ScenarioRun, node: string, storage: string): Promise<readonly Volume[]> {
  return t.cluster.get<readonly Volume[]>(`/nodes/${node}/storage/${storage}/content?content=snippets`);
}

/** What the API lists on a node. */
async function listed(t: ScenarioRun, node: string, storage = "local"): Promise<readonly string[]> {
  return (await volumes(t, node, storage)).map(({ volid }) => volid);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export const snippetScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists snippets of every storage that takes them, on every node",
    live: "it needs snippets on each node, where the API puts none",
    access: "read",
    async run(t) {
      const rows = rowsOf(await t.ok(LIST, {}));
      const volids = async (node: string, storage: string) => (await listed(t, node, storage)).toSorted();
      const shown = (node: string | undefined) =>
        rows
          .filter((row) => row.node === node)
          .map(({ volid }) => String(volid))
          .toSorted();
      for (const node of ["pve1", "pve2", "pve3"]) {
        t.expect.equal(shown(node), await volids(node, "local"), `snippets of local on ${node}`);
      }
      t.expect.equal(shown(undefined), await volids("pve1", "nfs"), "snippets that all nodes share");
      const one = rowsOf(await t.ok(LIST, { storage: "local", node: "pve2" }));
      t.expect.equal(
        one.map(({ node }) => node),
        ["pve2"],
        "snippets of one node",
      );
      const [{ size, ctime } = {}] = await volumes(t, "pve2", "local");
      t.expect.equal([one[0]?.size, one[0]?.ctime], [size, ctime], "its size and time");
      const none = await t.refused(LIST, { storage: "local-lvm" }, "unsupported");
      t.expect.match(none.text, "storage of files", "what takes snippets");
      await t.refused(LIST, { storage: "nosuch" }, "not_found");
    },
  }),
  scenario({
    tool: GET,
    title: "shows a snippet with its checksum, without secrets, and which nodes lack it",
    live: BY_SSH,
    access: "write",
    async run(t) {
      await t.ok(PUT, { node: "pve2", name: NAME, content: CONTENT });
      await t.restart({ access: "read" });
      const { text } = await t.ok(GET, { storage: "local", node: "pve2", name: NAME });
      t.expect.match(text, "hostname: wäb", "the text");
      t.expect.that(!text.includes("correct horse"), "the password is masked");
      t.expect.match(text, "do not write it back", "what the mask means");
      t.expect.match(text, `SHA-256 ${sha256(CONTENT)}`, "the checksum of the file itself");
      t.expect.match(text, `${Buffer.byteLength(CONTENT)} bytes`, "the size");
      t.expect.match(text, "pve1 and pve3 lack it", "who lacks it");
      const shared = await t.ok(GET, { storage: "nfs", name: "base.yaml" });
      t.expect.match(shared.text, "/mnt/pve/nfs/snippets/base.yaml", "the path on a shared storage");
      const unclear = await t.refused(GET, { storage: "local", name: NAME }, "invalid_input");
      t.expect.match(unclear.text, "pve1, pve2, pve3", "the nodes to choose from");
      await t.refused(GET, { node: "pve1", name: NAME }, "not_found");
      await t.refused(GET, { node: "pve1", name: "../../../etc/hostname" }, "invalid_input");
      await t.refused(GET, { storage: "local-lvm", node: "pve1", name: NAME }, "unsupported");
    },
  }),
  scenario({
    tool: PUT,
    title: "writes a snippet where the storage's definition says, and no other file",
    live: BY_SSH,
    access: "write",
    async run(t) {
      const place = { node: "pve1", name: NAME };
      const volid = `local:snippets/${NAME}`;
      const planned = await t.ok(PUT, { ...place, content: CONTENT, dryRun: true });
      t.expect.match(planned.text, `/var/lib/vz/snippets/${NAME}`, "the path");
      t.expect.match(planned.text, "Datastore.Allocate", "the right that the account needs");
      t.expect.match(planned.text, "there is no such file yet", "what is there");
      t.expect.match(planned.text, "+hostname: wäb", "the difference");
      t.expect.that(!planned.text.includes("correct horse"), "no secret in the plan");
      t.expect.that(!(await listed(t, "pve1")).includes(volid), "nothing after a dry run");
      const done = await t.ok(PUT, { ...place, content: CONTENT, expected: "absent" });
      for (const fact of [volid, sha256(CONTENT), "pve2 and pve3 lack it", `cicustom: user=${volid}`]) {
        t.expect.match(done.text, fact, "what the answer tells");
      }
      t.expect.that((await listed(t, "pve1")).includes(volid), "the snippet on its node");
      t.expect.that(!(await listed(t, "pve2")).includes(volid), "nothing on another node");
      t.expect.match((await t.ok(GET, place)).text, sha256(CONTENT), "the content, byte by byte");
      await t.refused(PUT, { ...place, content: "x", expected: "absent" }, "conflict");
      await t.refused(PUT, { ...place, content: "x", expected: sha256("other") }, "conflict");
      const again = await t.ok(PUT, { ...place, content: "network: {}\n", expected: sha256(CONTENT) });
      t.expect.match(again.text, "does not begin as user data", "the remark");
      const shared = await t.ok(PUT, { storage: "nfs", name: NAME, content: "#!/bin/sh\n" });
      t.expect.match(shared.text, "shared by all its nodes", "the shared storage");
      t.expect.that((await listed(t, "pve3", "nfs")).includes(`nfs:snippets/${NAME}`), "there for all nodes");
      await t.refused(PUT, { node: "pve1", name: "a/b", content: "x" }, "invalid_input");
      await t.refused(PUT, { node: "pve1", name: "..", content: "x" }, "invalid_input");
      await t.refused(PUT, { node: "pve1", name: ".hidden", content: "x" }, "invalid_input");
      await t.refused(PUT, { node: "pve1", name: "a,b", content: "x" }, "invalid_input");
      await t.refused(PUT, { name: NAME, content: "x" }, "invalid_input");
      await t.refused(PUT, { ...place, content: "x".repeat(1_048_577) }, "invalid_input");
      await t.refused(PUT, place, "invalid_input");
    },
  }),
  scenario({
    tool: PUT,
    title: "writes an artifact, and enables no content type by itself",
    live: BY_SSH,
    async run(t) {
      const kept = await t.ok("proxmox_vm_list", { artifact: true });
      const artifactId = /a_[0-9a-f]{24}/.exec(kept.text)?.[0];
      await t.ok(PUT, { node: "pve1", name: NAME, artifactId });
      t.expect.that((await listed(t, "pve1")).includes(`local:snippets/${NAME}`), "the artifact is there");
      await t.refused(PUT, { node: "pve1", name: NAME, artifactId, content: "x" }, "invalid_input");
      await t.ok("proxmox_storage_update", { storage: "nfs", content: ["images", "iso"] });
      const refused = await t.refused(PUT, { storage: "nfs", name: NAME, content: "x" }, "conflict");
      t.expect.match(refused.text, 'content: ["images","iso","snippets"]', "the fix");
      const { content } = await t.cluster.get<{ content: string }>("/storage/nfs");
      t.expect.equal(content.split(",").toSorted(), ["images", "iso"], "the content types");
      await t.restart({ access: "read" });
      await t.refused(PUT, { node: "pve1", name: NAME, content: "x" }, "denied");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a snippet that no VM takes",
    live: BY_SSH,
    access: "write",
    async run(t) {
      const { vmid, node } = await t.make.vm("stopped", { ide2: `${t.place.storage}:cloudinit` });
      const place = { node, name: NAME };
      const volid = `local:snippets/${NAME}`;
      await t.ok(PUT, { ...place, content: CONTENT });
      await t.ok("proxmox_vm_update_config", { vmid, cicustom: `user=${volid}` });
      const used = await t.refused(DELETE, place, "conflict");
      t.expect.match(used.text, `VM ${vmid}`, "who takes it");
      await t.ok("proxmox_vm_update_config", { vmid, delete: ["cicustom"] });
      const planned = await t.ok(DELETE, { ...place, dryRun: true });
      t.expect.match(planned.text, "removes it", "what is to be done");
      t.expect.that((await listed(t, node)).includes(volid), "the snippet after a dry run");
      await t.refused(DELETE, { ...place, expected: sha256("other") }, "conflict");
      t.expect.that((await listed(t, node)).includes(volid), "the snippet that is another one");
      await t.ok(DELETE, { ...place, expected: sha256(CONTENT) });
      t.expect.that(!(await listed(t, node)).includes(volid), "the snippet is gone");
      await t.refused(DELETE, place, "not_found");
      await t.refused(DELETE, { node, name: "../../../etc/hosts" }, "invalid_input");
    },
  }),
];
