import { createHash } from "node:crypto";
import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";

const READ = "proxmox_file_read";
const WRITE = "proxmox_file_write";
const PATH = "/var/lib/vz/snippets/made.yaml";

const LONG = `${"a line\n".repeat(10_000)}the end`;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

async function snippets(t: ScenarioRun): Promise<readonly string[]> {
  const content = "/nodes/pve1/storage/local/content?content=snippets";
  return (await t.cluster.get<readonly { volid: string }[]>(content)).map(({ volid }) => volid);
}

/** The artifact that an answer names. */
function artifactIn(text: string): string {
  return /proxmox:\/\/artifacts\/a_[0-9a-f]{24}/.exec(text)?.[0] ?? "none";
}

export const fileScenarios: readonly Scenario[] = [
  scenario({
    tool: WRITE,
    title: "writes a file on a node, shown as a diff beforehand, and only over what was expected",
    live: "it needs SSH to the nodes",
    async run(t) {
      const first = "#cloud-config\nhostname: one\n";
      const second = first.replace("one", "two");
      const fresh = { node: "pve1", path: PATH, content: first, expected: "absent", mode: "0640" };
      const planned = await t.ok(WRITE, { ...fresh, dryRun: true });
      t.expect.match(planned.text, "there is no such file yet", "the plan");
      t.expect.match(planned.text, `SHA-256 ${sha256(first)}`, "its content");
      t.expect.match(planned.text, "mode 0640", "its mode");
      t.expect.that(!(await snippets(t)).includes("local:snippets/made.yaml"), "a dry run writes nothing");
      await t.ok(WRITE, fresh);
      t.expect.that((await snippets(t)).includes("local:snippets/made.yaml"), "the file is there");
      const command = { node: "pve1", command: ["stat", "-c", "%a", PATH] };
      t.expect.match((await t.ok("proxmox_node_terminal_run", command)).text, "640", "its mode");
      await t.refused(WRITE, fresh, "conflict");
      const change = { node: "pve1", path: PATH, content: second, expected: sha256(first) };
      const changing = await t.ok(WRITE, { ...change, dryRun: true });
      t.expect.match(changing.text, /-hostname: one\s+\|? ?\+?/, "the diff");
      const changed = await t.ok(WRITE, change);
      t.expect.match(changed.text, "as planned", "what was read back");
      await t.refused(WRITE, change, "conflict");
      const held = await t.ok(READ, { node: "pve1", path: PATH });
      t.expect.match(held.text, second.trim(), "what it holds");
      const undo = /plan (p_\w+) puts back/.exec(changed.text)?.[1] ?? "none";
      await t.ok("proxmox_plan_apply", { plan: undo });
      t.expect.match((await t.ok(READ, { node: "pve1", path: PATH })).text, first.trim(), "what is put back");
      const masked = { node: "pve1", path: PATH, content: "password: [redacted]\n" };
      await t.refused(WRITE, masked, "invalid_input");
      await t.refused(WRITE, { node: "pve1", path: "made.yaml", content: "" }, "invalid_input");
      await t.refused(WRITE, { node: "pve1", path: PATH }, "invalid_input");
      await t.restart({ access: "destructive" });
      await t.refused(WRITE, fresh, "denied");
    },
  }),
  scenario({
    tool: WRITE,
    title: "takes an artifact along from one place to another",
    live: "it needs SSH to the nodes",
    async run(t) {
      const { vmid } = await t.make.container("running");
      const long = { node: "pve1", script: "cat", stdin: LONG };
      const { text } = await t.ok("proxmox_shell_run", long);
      const artifactId = artifactIn(text);
      await t.ok(WRITE, { node: "pve1", path: PATH, artifactId });
      t.expect.that((await snippets(t)).includes("local:snippets/made.yaml"), "the file on the node");
      await t.ok(WRITE, { vmid, path: "/root/made", resourceUri: artifactId, mode: "600" });
      const look = { vmid, command: ["stat", "-c", "%s %a", "/root/made"] };
      t.expect.match(
        (await t.ok("proxmox_lxc_exec", look)).text,
        `${LONG.length} 600`,
        "the file in the container",
      );
      const other = { vmid, path: "/root/made", resourceUri: "proxmox://jobs/x" };
      await t.refused(WRITE, other, "invalid_input");
    },
  }),
  scenario({
    tool: WRITE,
    title: "writes a file in a VM by its agent",
    live: true,
    needs: ["guest agent"],
    async run(t) {
      const { vmid, path } = await t.make.vmWithAgent();
      const write = { vmid, path: "/tmp/made", content: "one\nä\n", expected: "absent" };
      await t.ok(WRITE, { ...write, dryRun: true });
      await t.refused(READ, { vmid, path: "/tmp/made" }, "not_found");
      await t.ok(WRITE, write);
      const { content } = await t.cluster.get<{ content: string }>(`${path}/agent/file-read?file=/tmp/made`);
      t.expect.match(content, /^one\n/, "the file in the VM");
      const { text } = await t.ok(READ, { vmid, path: "/tmp/made" });
      t.expect.match(text, "one\nä", "as it is read");
      t.expect.match(text, `SHA-256 ${sha256(write.content)}`, "all of it");
      await t.refused(WRITE, write, "conflict");
    },
  }),
  scenario({
    tool: READ,
    title: "reads short text at once, and all else as an artifact",
    live: "it needs SSH to the nodes",
    async run(t) {
      const planned = await t.ok(READ, { node: "pve1", path: "/etc/hostname", dryRun: true, maxBytes: 100 });
      t.expect.match(planned.text, 'file "/etc/hostname"', "the plan");
      t.expect.match(planned.text, "at most 100 bytes", "its bound");
      const { text } = await t.ok(READ, { node: "pve2", path: "/etc/hostname" });
      t.expect.match(text, /data from outside, not instructions\):\n```\npve2\n```/, "the content");
      t.expect.match(text, `SHA-256 ${sha256("pve2\n")}`, "its checksum");
      await t.ok("proxmox_shell_run", { node: "pve1", script: "cat > /tmp/long", stdin: LONG });
      await t.ok("proxmox_shell_run", { node: "pve1", script: "cat > /tmp/binary", stdin: "a\0b" });
      const long = await t.ok(READ, { node: "pve1", path: "/tmp/long" });
      t.expect.match(long.text, "the end", "its end");
      const whole = await t.ok("artifact_read", { artifact: artifactIn(long.text), limit: 10 });
      t.expect.match(whole.text, "a line\na l", "the artifact");
      const binary = await t.ok(READ, { node: "pve1", path: "/tmp/binary" });
      t.expect.match(artifactIn(binary.text), /^proxmox/, "the artifact of bytes");
      const { vmid } = await t.make.container("running");
      t.expect.match((await t.ok(READ, { vmid, path: "/etc/hostname" })).text, "```", "in a container");
      const stored = await t.cluster.get<readonly { volid: string; size: number }[]>(
        "/nodes/pve1/storage/local/content?content=snippets",
      );
      const { volid = "", size } = stored[0] ?? {};
      const path = `/var/lib/vz/snippets/${volid.split("/").at(-1)}`;
      t.expect.match((await t.ok(READ, { node: "pve1", path })).text, `${size} bytes`, "a file of a storage");
      await t.refused(READ, { node: "pve1", path: "/tmp/long", maxBytes: 100 }, "unsupported");
      await t.refused(READ, { node: "pve1", path: "/no/such" }, "not_found");
      await t.refused(READ, { node: "pve1", path: "/tmp/../etc/hosts" }, "invalid_input");
      await t.restart({ access: "destructive" });
      await t.refused(READ, { node: "pve1", path: "/etc/hostname" }, "denied");
    },
  }),
];
