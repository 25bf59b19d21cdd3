import { defineTool, freeVmid, record, recordSchema, Type } from "../../sdk/index.ts";

export const vmidNext = defineTool({
  name: "proxmox_vmid_next",
  title: "Next free VMID",
  describe: "The next free VMID, or whether a given one is free.",
  risk: "read",
  uses: ["GET /cluster/nextid"],
  input: Type.Object({ vmid: Type.Optional(Type.Integer({ minimum: 100, maximum: 999_999_999 })) }),
  result: recordSchema([{ key: "vmid", type: "integer" }]),
  async read({ vmid }, pve) {
    const free = await freeVmid(vmid, pve);
    return record({ title: `VMID ${free} is free`, fields: { vmid: free } });
  },
});
