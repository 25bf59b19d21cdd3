import { cli, defineTool, listedAs, type PveReader, ToolError, Type } from "../../sdk/index.ts";

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
    command: Type.String({ description: "Words up to the arguments: qm set" }),
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
  }),
  async plan({ command, params = {}, node }, pve) {
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

function noNode(): never {
  throw new ToolError({
    code: "invalid_input",
    message: "It is not said on which node this command is to run.",
    next: "Give `node`; it is found by itself only for commands about one guest.",
  });
}
