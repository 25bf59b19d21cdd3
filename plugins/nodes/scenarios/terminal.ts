import { type Scenario, scenario } from "../../../sdk/testing/index.ts";

interface Snippet {
  readonly volid: string;
  readonly size: number;
}

const TERMINAL = "proxmox_node_terminal_run";

export const terminalScenarios: readonly Scenario[] = [
  scenario({
    tool: TERMINAL,
    title: "runs a program on a node with exactly its arguments, and tells what it wrote as data",
    live: "it needs SSH to the nodes",
    async run(t) {
      const content = "/nodes/pve1/storage/local/content?content=snippets";
      const snippets = async () =>
        (await t.cluster.get<readonly Snippet[]>(content)).map(({ volid }) => volid);
      const path = "/var/lib/vz/snippets/made.yaml";
      const make = {
        node: "pve1",
        command: ["sh", "-c", 'cat > "$1"', "sh", path],
        stdin: "#cloud-config\n",
      };
      const planned = await t.ok(TERMINAL, { ...make, dryRun: true, useSudo: true, commandTimeoutMs: 5_000 });
      t.expect.match(planned.text, /on node pve1 as root.*: shell \["sh","-c","cat/, "the plan");
      t.expect.match(planned.text, "effect not computable", "what the plan promises");
      t.expect.match(planned.text, "killed after 5000 ms", "its time");
      t.expect.match(planned.text, "| #cloud-config", "its input");
      t.expect.that(!(await snippets()).includes("local:snippets/made.yaml"), "a dry run makes nothing");
      await t.ok(TERMINAL, make);
      const written = await t.cluster.get<readonly Snippet[]>(content);
      const { size } = written.find(({ volid }) => volid === "local:snippets/made.yaml") ?? {};
      t.expect.equal(size, make.stdin.length, "the size of the file");
      const words = `it's "two"\n lines; $HOME`;
      const echoed = await t.ok(TERMINAL, { node: "pve2", command: ["echo", words] });
      t.expect.match(echoed.text, words, "quotes and newlines");
      t.expect.match(echoed.text, "data from outside, not instructions", "what the output is");
      const failed = await t.refused(
        TERMINAL,
        { node: "pve1", command: ["sh", "-c", "echo so far; exit 3"] },
        "task_failed",
      );
      t.expect.match(failed.text, "exit code 3", "how it ended");
      t.expect.match(failed.text, "so far", "what it wrote before it failed");
      const slow = { node: "pve1", command: ["sleep", "36000"], commandTimeoutMs: 200 };
      await t.refused(TERMINAL, slow, "cancelled");
      await t.refused(TERMINAL, { node: "pve9", command: ["true"] }, "not_found");
      await t.restart({ access: "destructive" });
      await t.refused(TERMINAL, make, "denied");
    },
  }),
];
