import { mappingTools } from "./mappings.ts";

export const pciMappings = mappingTools({
  kind: "pci",
  of: "PCI device",
  names: {
    list: "proxmox_pci_mapping_list",
    get: "proxmox_pci_mapping_get",
    create: "proxmox_pci_mapping_create",
    update: "proxmox_pci_mapping_update",
    delete: "proxmox_pci_mapping_delete",
  },
});
