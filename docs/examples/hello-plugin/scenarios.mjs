import { defineScenarios, scenario } from "proxmox-mcp/sdk/testing";

export default defineScenarios([
  scenario({
    tool: "hello_node_greet",
    title: "greets every node of the cluster and no other",
    async run(t) {
      const nodes = await t.cluster.get("/nodes");
      for (const { node } of nodes) {
        const answer = await t.ok("hello_node_greet", { node });
        t.expect.match(answer.text, `Hello, ${node}!`, "the greeting names the node");
      }
      await t.refused("hello_node_greet", { node: "nosuchnode" }, "not_found");
    },
  }),
]);
