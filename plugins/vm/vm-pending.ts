import {
  defineTool,
  featured,
  guestRef,
  PENDING,
  type PendingLine,
  pendingRows,
  Type,
} from "../../sdk/index.ts";

export const vmPending = defineTool({
  name: "proxmox_vm_pending",
  title: "Show a VM's pending changes",
  describe: "Options of a QEMU VM that wait for its next start.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/pending"],
  input: featured(Type.Object({ vmid: guestRef(), ...PENDING.inputs }), ["vmid"]),
  result: PENDING.result,
  async read({ vmid: ref, ...view }, pve) {
    const { node, vmid, name } = await pve.guest("qemu", ref);
    const lines = await pve.get<readonly PendingLine[]>("/nodes/{node}/qemu/{vmid}/pending", { node, vmid });
    return PENDING.rows(pendingRows(lines), view, { note: `Of VM ${vmid} (${name}) on ${node}.` });
  },
});
