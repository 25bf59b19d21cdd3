import {
  COMMAND_INPUTS,
  commandOptions,
  defineTool,
  guestRef,
  insideGuest,
  shell,
  Type,
} from "../../sdk/index.ts";

/** Runs one program in a container. */
export const lxcExec = defineTool({
  name: "proxmox_lxc_exec",
  title: "Run a program in a container",
  describe: "Runs a program as root of a container, by pct exec over SSH. Neither checked nor undone.",
  risk: "escape",
  uses: ["guest:exec"],
  input: Type.Object({
    vmid: guestRef(),
    command: Type.Array(Type.String(), { minItems: 1, description: "Program and arguments" }),
    ...COMMAND_INPUTS,
  }),
  async plan({ vmid, command, ...rest }, pve) {
    return [shell(insideGuest(await pve.guest("lxc", vmid)), command, commandOptions(rest))];
  },
});
