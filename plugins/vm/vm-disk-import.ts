import {
  defineTool,
  featured,
  type Guest,
  guestRef,
  needStorageFor,
  rest,
  storageName,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { CONFIG, type Config, configOf, DISK, freeScsi } from "./disks.ts";

export const vmDiskImport = defineTool({
  name: "proxmox_vm_disk_import",
  title: "Import a disk into a VM",
  describe: "Copies a disk image, or a disk of another VM, into a new disk of a QEMU VM.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/config", CONFIG],
  input: featured(
    Type.Object({
      vmid: guestRef(),
      source: Type.String({ minLength: 1, description: "Volume: STORAGE:import/FILE, or of another VM" }),
      storage: storageName({ default: "vmStorage" }),
      disk: Type.Optional(Type.String({ pattern: DISK, description: "Next free scsiN if left out" })),
      format: Type.Optional(Type.Union([Type.Literal("raw"), Type.Literal("qcow2"), Type.Literal("vmdk")])),
      options: Type.Optional(
        Type.String({ pattern: "^[^,=]+=[^,]*(?:,[^,=]+=[^,]*)*$", description: "discard=on,ssd=1" }),
      ),
      "import-working-storage": Type.Optional(storageName({ description: "To unpack an OVA" })),
      digest: Type.Optional(Type.String({ description: "Of the configuration as read" })),
    }),
    ["vmid", "source", "storage", "disk"],
  ),
  async plan({ vmid: ref, source, storage, disk, format, options, ...more }, pve) {
    const guest = await pve.guest("qemu", ref);
    refusePath(source);
    refuseReserved(options);
    const [config] = await Promise.all([configOf(guest, pve), needStorageFor(guest, storage, pve)]);
    const name = disk ?? freeScsi(guest, config);
    refuseTaken(guest, config, name);
    const keys = [
      `${storage}:0`,
      `import-from=${source}`,
      ...(format === undefined ? [] : [`format=${format}`]),
      ...(options === undefined ? [] : [options]),
    ];
    const { node, vmid } = guest;
    return [rest.post("/nodes/{node}/qemu/{vmid}/config", { node, vmid, [name]: keys.join(","), ...more })];
  },
});

function refusePath(source: string): void {
  if (!source.startsWith("/") && !source.includes(",")) return;
  const isPath = source.startsWith("/");
  throw new ToolError({
    code: isPath ? "unsupported" : "invalid_input",
    message: isPath
      ? "Proxmox VE takes a path on the node only from root@pam signed in with its password, from no API token."
      : "A volume has no comma in its name.",
    next: "Put the image on a storage with content import, and give it as STORAGE:import/FILE.",
  });
}

function refuseReserved(options: string | undefined): void {
  const [found] = /(?:^|,)(?:file|volume|import-from|format|size)=/.exec(options ?? "") ?? [];
  if (found === undefined) return;
  throw new ToolError({
    code: "invalid_input",
    message: `options does not take ${found.replace(/[,=]/g, "")}.`,
    next: "Source, storage and format have inputs of their own; the size is that of the source.",
  });
}

function refuseTaken({ vmid, name }: Guest, config: Config, disk: string): void {
  if (config[disk] === undefined) return;
  throw new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) has a ${disk} already: ${String(config[disk])}.`,
    next: "Choose another slot, or leave disk out for the next free one.",
  });
}
