import { defineTool, details, fromApi, guestRef } from "../../sdk/index.ts";

const ability = details([
  { key: "feature" },
  { key: "possible", type: "boolean" },
  { key: "nodes", type: "array" },
]);

export const vmFeature = defineTool({
  name: "proxmox_vm_feature",
  title: "Ask what a VM's disks can do",
  describe:
    "Whether the disks of a QEMU VM can be snapshotted, cloned (linked) or copied, and on which nodes.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/feature"],
  input: fromApi("GET /nodes/{node}/qemu/{vmid}/feature", {
    without: ["node"],
    extra: { vmid: guestRef(), ...ability.inputs },
  }),
  result: ability.result,
  async read({ vmid: ref, feature, snapname, fields: asked }, pve) {
    const { node, vmid, name } = await pve.guest("qemu", ref);
    const path = "/nodes/{node}/qemu/{vmid}/feature";
    const answer = await pve.get<{ hasFeature?: unknown; nodes?: readonly string[] }>(path, {
      node,
      vmid,
      feature,
      snapname,
    });
    const possible = Number(answer.hasFeature ?? 0) === 1;
    const of = snapname === undefined ? "" : `snapshot ${snapname} of `;
    return ability.record(
      { title: `${of}VM ${vmid} (${name}) on ${node}`, fields: { feature, possible, nodes: answer.nodes } },
      { fields: asked },
    );
  },
});
