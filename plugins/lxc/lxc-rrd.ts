import { defineTool, featured, fromApi, guestRef, RRD, type RrdPoint, rrdSummary } from "../../sdk/index.ts";

export const lxcRrd = defineTool({
  name: "proxmox_lxc_rrd",
  title: "Show a container's load over time",
  describe:
    "Load of an LXC container over the last hour, day, week, month or year: last, average, lowest, highest.",
  risk: "read",
  uses: ["GET /nodes/{node}/lxc/{vmid}/rrddata"],
  input: featured(
    fromApi("GET /nodes/{node}/lxc/{vmid}/rrddata", {
      without: ["node"],
      describe: { cf: "Points are averages or highest values" },
      extra: { vmid: guestRef(), ...RRD.inputs },
    }),
    ["vmid", "timeframe"],
  ),
  result: RRD.result,
  async read({ vmid: ref, timeframe, cf, ...view }, pve) {
    const { node, vmid, name } = await pve.guest("lxc", ref);
    const path = "/nodes/{node}/lxc/{vmid}/rrddata";
    const points = await pve.get<readonly RrdPoint[]>(path, { node, vmid, timeframe, cf });
    const { rows, note } = rrdSummary(points);
    return RRD.rows(rows, view, { note: `Container ${vmid} (${name}) on ${node}. ${note}` });
  },
});
