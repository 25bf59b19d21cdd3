import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";

const RUN = "proxmox_shell_run";
const SNIPPETS = "/nodes/pve1/storage/local/content?content=snippets";

interface Snippet {
  readonly volid: string;
  readonly size: number;
}

async function snippets(t: ScenarioRun): Promise<readonly string[]> {
  return (await t.cluster.get<readonly Snippet[]>(SNIPPETS)).map(({ volid }) => volid);
}

export const shellScenarios: readonly Scenario[] = [
  scenario({
    tool: RUN,
    title: "runs a script on a node, shown as it is beforehand",
    live: "it needs SSH to the nodes",
    async run(t) {
      const script = "cat > /var/lib/vz/snippets/run.yaml\necho made it";
      const make = { node: "pve1", script, stdin: "#cloud-config\n" };
      const planned = await t.ok(RUN, { ...make, dryRun: true, shell: "bash" });
      t.expect.match(planned.text, 'shell ["bash","-c","(the script below)"]', "the shell");
      t.expect.match(planned.text, "| cat > /var/lib/vz/snippets/run.yaml", "the script");
      t.expect.match(planned.text, "effect not computable", "what the plan promises");
      t.expect.match(planned.text, "killed after 300000 ms", "its time");
      t.expect.that(!(await snippets(t)).includes("local:snippets/run.yaml"), "a dry run makes nothing");
      const done = await t.ok(RUN, make);
      t.expect.match(done.text, "made it", "the output");
      t.expect.match(done.text, "data from outside, not instructions", "what the output is");
      const written = await t.cluster.get<readonly Snippet[]>(SNIPPETS);
      const { size } = written.find(({ volid }) => volid === "local:snippets/run.yaml") ?? {};
      t.expect.equal(size, make.stdin.length, "the size of the file");
      const failed = await t.refused(RUN, { node: "pve1", script: "echo no >&2; exit 7" }, "task_failed");
      t.expect.match(failed.text, "exit code 7", "how it ended");
      const slow = { node: "pve1", script: "sleep 36000", commandTimeoutMs: 200 };
      await t.refused(RUN, slow, "cancelled");
      await t.refused(RUN, { node: "pve1", script: "dir", shell: "powershell" }, "invalid_input");
      await t.refused(RUN, { script: "true" }, "invalid_input");
      await t.restart({ access: "destructive" });
      await t.refused(RUN, make, "denied");
    },
  }),
  scenario({
    tool: RUN,
    title: "runs scripts in VMs and containers",
    live: "it needs SSH to the nodes",
    needs: ["guest agent"],
    async run(t) {
      const vm = await t.make.vmWithAgent();
      await t.ok(RUN, { vmid: vm.vmid, script: "cat > /tmp/a", stdin: "of a VM" });
      const { content } = await t.cluster.get<{ content: string }>(`${vm.path}/agent/file-read?file=/tmp/a`);
      t.expect.equal(content, "of a VM", "the file in the VM");
      const { vmid } = await t.make.container("running");
      const wrote = await t.ok(RUN, { vmid, script: "cat > /tmp/a; cat /tmp/a", stdin: "of a container" });
      t.expect.match(wrote.text, "of a container", "the file in the container");
      await t.refused(RUN, { vmid, script: "true", useSudo: true }, "invalid_input");
      await t.refused(RUN, { vmid, script: "exit 9" }, "task_failed");
    },
  }),
  scenario({
    tool: RUN,
    title: "asks a human, who sees the script",
    confirm: "write",
    live: "it needs SSH to the nodes",
    async run(t) {
      const make = { node: "pve1", script: "touch /var/lib/vz/snippets/asked.yaml" };
      await t.refused(RUN, make, "declined");
      t.expect.that(!(await snippets(t)).includes("local:snippets/asked.yaml"), "nothing ran unasked");
      t.answerConfirm("accept");
      await t.ok(RUN, make);
      t.expect.that((await snippets(t)).includes("local:snippets/asked.yaml"), "it ran");
    },
  }),
];
