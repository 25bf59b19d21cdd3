import {
  COMMAND_INPUTS,
  commandOptions,
  defineTool,
  type Place,
  shell as shellStep,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { PLACE_INPUTS, placeOf } from "./place.ts";
import { shellArgv } from "./shells.ts";

/** Runs a script anywhere. */
export const shellRun = defineTool({
  name: "proxmox_shell_run",
  title: "Run a script",
  describe:
    "Runs a script on a node by SSH, in a VM by its agent, or in a container. Neither checked nor undone.",
  risk: "escape",
  uses: [
    { use: "shell:node", optional: true },
    "guest:exec",
    { use: "POST /nodes/{node}/qemu/{vmid}/agent/exec", optional: true },
    { use: "GET /nodes/{node}/qemu/{vmid}/agent/exec-status", optional: true },
  ],
  input: Type.Object({
    ...PLACE_INPUTS,
    script: Type.String({ minLength: 1 }),
    shell: Type.Optional(
      Type.Union([Type.Literal("sh"), Type.Literal("bash"), Type.Literal("powershell"), Type.Literal("cmd")]),
    ),
    useSudo: Type.Optional(Type.Boolean({ description: "On nodes, where the login is not root" })),
    ...COMMAND_INPUTS,
  }),
  async plan({ node, vmid, script, shell = "sh", useSudo = false, ...rest }, pve) {
    const place = await placeOf({ node, vmid }, pve);
    if (useSudo) refuseInGuest(place);
    const argv = shellArgv(shell, script, place);
    return [shellStep(place, argv, { ...commandOptions(rest), sudo: useSudo })];
  },
});

function refuseInGuest({ kind }: Place): void {
  if (kind === "node") return;
  const why =
    kind === "qemu"
      ? "the guest agent runs commands as root or SYSTEM already"
      : "in a container commands run as its root already";
  throw new ToolError({
    code: "invalid_input",
    message: `useSudo is for nodes: ${why}. Nothing was changed.`,
    next: "Leave useSudo out; in the script, su or runuser can give rights away.",
  });
}
