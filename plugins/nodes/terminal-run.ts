import {
  COMMAND_INPUTS,
  commandOptions,
  defineTool,
  nodeName,
  shell,
  ToolError,
  Type,
} from "../../sdk/index.ts";

/** Runs one program on a node. */
export const nodeTerminalRun = defineTool({
  name: "proxmox_node_terminal_run",
  title: "Run a program on a node",
  describe: "Runs a program on a node by SSH, without a shell. Neither checked nor undone.",
  risk: "escape",
  uses: ["shell:node"],
  input: Type.Object({
    node: nodeName(),
    command: Type.Array(Type.String(), { minItems: 1, description: "Program and arguments" }),
    useSudo: Type.Optional(Type.Boolean({ description: "Where the login is not root" })),
    ...COMMAND_INPUTS,
  }),
  async plan({ node: name, command, useSudo = false, ...rest }, pve) {
    const { node, status } = await pve.node(name);
    if (status === "offline") {
      throw new ToolError({
        code: "unreachable",
        message: `The node ${node} is offline. Nothing was changed.`,
        next: "See proxmox_cluster_status.",
        retry: true,
      });
    }
    return [shell({ kind: "node", node }, command, { ...commandOptions(rest), sudo: useSudo })];
  },
});
