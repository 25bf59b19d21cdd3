import { defineTool, featured, fromApi, guestRef, RRD, type RrdPoint, rrdSummary } from "../../sdk/index.ts";

export const vmRrd = defineTool({
  name: "proxmox_vm_rrd",
  title: "Show a VM's load over time",
  describe: "Load of a QEMU VM over the last hour, day, week, month or year: last, average, lowest, highest.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/rrddata"],
  input: featured(
    fromApi("GET /nodes/{node}/qemu/{vmid}/rrddata", {
      without: ["node"],
      describe: { cf: "Points are averages or highest values" },
      extra: { vmid: guestRef(), ...RRD.inputs },
    }),
    ["vmid", "timeframe"],
  ),
  result: RRD.result,
  async read({ vmid: ref, timeframe, cf, ...view }, pve) {
    const { node, vmid, name } = await pve.guest("qemu", ref);
    const path = "/nodes/{node}/qemu/{vmid}/rrddata";
    const points = await pve.get<readonly RrdPoint[]>(path, { node, vmid, timeframe, cf });
    const { rows, note } = rrdSummary(points);
    return RRD.rows(rows, view, { note: `VM ${vmid} (${name}) on ${node}. ${note}` });
  },
});
