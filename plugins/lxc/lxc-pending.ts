import {
  defineTool,
  featured,
  guestRef,
  PENDING,
  type PendingLine,
  pendingRows,
  Type,
} from "../../sdk/index.ts";

export const lxcPending = defineTool({
  name: "proxmox_lxc_pending",
  title: "Show a container's pending changes",
  describe: "Options of an LXC container that wait for its next start.",
  risk: "read",
  uses: ["GET /nodes/{node}/lxc/{vmid}/pending"],
  input: featured(Type.Object({ vmid: guestRef(), ...PENDING.inputs }), ["vmid"]),
  result: PENDING.result,
  async read({ vmid: ref, ...view }, pve) {
    const { node, vmid, name } = await pve.guest("lxc", ref);
    const lines = await pve.get<readonly PendingLine[]>("/nodes/{node}/lxc/{vmid}/pending", { node, vmid });
    return PENDING.rows(pendingRows(lines), view, { note: `Of container ${vmid} (${name}) on ${node}.` });
  },
});
