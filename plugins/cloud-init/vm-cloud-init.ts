import {
  defineTool,
  featured,
  fromApi,
  type Guest,
  guestRef,
  isToolError,
  PENDING,
  type PendingLine,
  type PveReader,
  pendingRows,
  rest,
  ToolError,
  Type,
  text,
  textSchema,
} from "../../sdk/index.ts";

const CONFIG = "GET /nodes/{node}/qemu/{vmid}/config";

export const vmCloudInitDump = defineTool({
  name: "proxmox_vm_cloud_init_dump",
  title: "Show a VM's cloud-init data",
  describe:
    "The user, network or meta data that Proxmox VE makes for a QEMU VM from its options; passwords are masked.",
  risk: "read",
  uses: [
    "GET /nodes/{node}/qemu/{vmid}/cloudinit/dump",
    CONFIG,
    { use: "cli:qm cloudinit dump", optional: true },
    { use: "cli:qm config", optional: true },
  ],
  input: fromApi("GET /nodes/{node}/qemu/{vmid}/cloudinit/dump", {
    without: ["node"],
    extra: { vmid: guestRef() },
  }),
  result: textSchema(),
  async read({ vmid: ref, type }, pve) {
    const guest = await pve.guest("qemu", ref);
    const { vmid, name } = guest;
    const { dumped, note } = await dump(guest, String(type), pve);
    return text({
      title: `cloud-init ${String(type)} data of VM ${vmid} (${name})`,
      source: "cloud-init",
      text: dumped ?? "",
      ...(note === undefined ? {} : { note }),
    });
  },
});

interface Dump {
  readonly dumped: string | null;
  readonly note?: string;
}

/**
 * Over the API, which any account may ask that sees the VM. `qm cloudinit dump` is the same method: it can tell more only
 * where the node's own API is not reached through the others while the node itself is.
 */
async function dump(guest: Guest, type: string, pve: PveReader): Promise<Dump> {
  const { node, vmid } = guest;
  try {
    await needDrive(guest, pve);
    const path = "/nodes/{node}/qemu/{vmid}/cloudinit/dump";
    return { dumped: await pve.get<string | null>(path, { node, vmid, type }) };
  } catch (error) {
    if (!isToolError(error) || error.code !== "unreachable" || !pve.ways.ssh) throw error;
    const config = await pve.cli<unknown>(node, "qm config", { vmid });
    if (!/^(?:ide|sata|scsi)\d+: .*cloudinit/m.test(String(config))) throw noDrive(guest);
    const dumped = await pve.cli<unknown>(node, "qm cloudinit dump", { vmid, type });
    return {
      dumped: dumped === null ? null : String(dumped),
      note: `The API of node ${node} does not answer; this is what qm cloudinit dump on the node said, by SSH.`,
    };
  }
}

export const vmCloudInitPending = defineTool({
  name: "proxmox_vm_cloud_init_pending",
  title: "Show cloud-init options that are not in the image yet",
  describe: "cloud-init options of a QEMU VM that its cloud-init drive does not have yet.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/cloudinit", CONFIG],
  input: featured(Type.Object({ vmid: guestRef(), ...PENDING.inputs }), ["vmid"]),
  result: PENDING.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    await needDrive(guest, pve);
    const { node, vmid, name } = guest;
    const lines = await pve.get<readonly PendingLine[]>("/nodes/{node}/qemu/{vmid}/cloudinit", {
      node,
      vmid,
    });
    return PENDING.rows(pendingRows(lines), view, {
      note: `Of VM ${vmid} (${name}) on ${node}; proxmox_vm_cloud_init_regenerate brings them in.`,
    });
  },
});

export const vmCloudInitRegenerate = defineTool({
  name: "proxmox_vm_cloud_init_regenerate",
  title: "Make a VM's cloud-init drive anew",
  describe:
    "Makes the cloud-init drive of a QEMU VM anew from its options; the guest reads it when it boots.",
  risk: "write",
  uses: ["PUT /nodes/{node}/qemu/{vmid}/cloudinit", CONFIG],
  input: Type.Object({ vmid: guestRef() }),
  async plan({ vmid: ref }, pve) {
    const guest = await pve.guest("qemu", ref);
    await needDrive(guest, pve);
    const { node, vmid } = guest;
    return [rest.put("/nodes/{node}/qemu/{vmid}/cloudinit", { node, vmid })];
  },
});

/** Without a drive the options reach no guest, and the API says nothing of it. */
async function needDrive({ node, vmid, name }: Guest, pve: PveReader): Promise<void> {
  const path = "/nodes/{node}/qemu/{vmid}/config";
  const config = await pve.get<Readonly<Record<string, unknown>>>(path, { node, vmid });
  const has = Object.entries(config).some(
    ([key, value]) => /^(?:ide|sata|scsi)\d+$/.test(key) && /cloudinit/.test(String(value)),
  );
  if (!has) throw noDrive({ vmid, name });
}

function noDrive({ vmid, name }: Pick<Guest, "vmid" | "name">): ToolError {
  return new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) has no cloud-init drive.`,
    next: "Add one with proxmox_vm_update_config, such as ide2=STORAGE:cloudinit.",
  });
}
