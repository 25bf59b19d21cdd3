import {
  cli,
  commandOptions,
  defineTool,
  listedAs,
  type PveReader,
  shell,
  ToolError,
  Type,
} from "../../sdk/index.ts";

/** Programs that know only the guests of the node that they run on. */
const ON_ITS_NODE = /^(?:qm|pct) /;
/** Commands that take a VMID that is free. */
const MAKES_GUEST = /^(?:qm|pct) (?:create|restore|import)$/;

/** Runs one of Proxmox VE's own commands. */
export const cliRun = defineTool({
  name: "proxmox_cli_run",
  title: "Run a Proxmox VE command",
  describe:
    "Runs a command of qm, pct, pvesm, pveum, pvesh, pvenode, vzdump … on a node by SSH, as root, for what the API refuses.",
  risk: "escape",
  uses: ["any"],
  input: Type.Object({
    command: Type.Optional(Type.String({ description: "Words up to the arguments: qm set" })),
    params: Type.Optional(
      listedAs(
        Type.Record(
          Type.String(),
          Type.Union([
            Type.String(),
            Type.Number(),
            Type.Boolean(),
            Type.Array(Type.Union([Type.String(), Type.Number()])),
          ]),
        ),
        { type: "object", description: "Arguments and options by name: vmid, memory; api_path of pvesh" },
      ),
    ),
    node: Type.Optional(Type.String({ description: "Default: the guest's" })),
    rawCommand: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description: "Unchecked words instead, where a rule allows it",
      }),
    ),
    commandTimeoutMs: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 86_400_000, description: "Of rawCommand" }),
    ),
  }),
  async plan({ command, params = {}, node, rawCommand, commandTimeoutMs }, pve) {
    if (rawCommand !== undefined) {
      if (command !== undefined || Object.keys(params).length > 0) throw bothWays();
      const place = { kind: "node", node: (await pve.node(node ?? noNode())).node } as const;
      return [shell(place, rawCommand, { ...commandOptions({ commandTimeoutMs }), raw: true })];
    }
    if (command === undefined) throw bothWays();
    const words = command.trim().split(/\s+/).join(" ");
    return [cli(await placeOf(words, params.vmid, node, pve), words, params)];
  },
});

async function placeOf(
  command: string,
  vmid: unknown,
  node: string | undefined,
  pve: PveReader,
): Promise<string> {
  const isAboutGuest = ON_ITS_NODE.test(command) && !MAKES_GUEST.test(command) && vmid !== undefined;
  if (!isAboutGuest) return (await pve.node(node ?? noNode())).node;
  const guest = await pve.guest(command.startsWith("qm ") ? "qemu" : "lxc", Number(vmid));
  if (node === undefined || node === guest.node) return guest.node;
  throw new ToolError({
    code: "conflict",
    message: `${vmid} is on ${guest.node}, and ${command.split(" ", 1)[0]} knows only the guests of its own node. Nothing was changed.`,
    next: "Leave node out.",
  });
}

function bothWays(): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: "It is not clear which command is to run. Nothing was changed.",
    next: "Give command with its params, or rawCommand alone.",
  });
}

function noNode(): never {
  throw new ToolError({
    code: "invalid_input",
    message: "It is not said on which node this command is to run.",
    next: "Give `node`; it is found by itself only for commands about one guest.",
  });
}
