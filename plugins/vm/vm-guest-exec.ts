import {
  COMMAND_INPUTS,
  commandOptions,
  defineTool,
  guestRef,
  insideGuest,
  shell,
  Type,
} from "../../sdk/index.ts";

/** Runs one program in a VM. */
export const vmGuestExec = defineTool({
  name: "proxmox_vm_guest_exec",
  title: "Run a program in a VM",
  describe: "Runs a program in a QEMU VM by its guest agent, as root or SYSTEM. Neither checked nor undone.",
  risk: "escape",
  uses: [
    "guest:exec",
    "POST /nodes/{node}/qemu/{vmid}/agent/exec",
    "GET /nodes/{node}/qemu/{vmid}/agent/exec-status",
  ],
  input: Type.Object({
    vmid: guestRef(),
    command: Type.Array(Type.String(), { minItems: 1, description: "Program and arguments" }),
    ...COMMAND_INPUTS,
  }),
  async plan({ vmid, command, ...rest }, pve) {
    return [shell(insideGuest(await pve.guest("qemu", vmid)), command, commandOptions(rest))];
  },
});
