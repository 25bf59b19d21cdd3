import { mappingTools } from "./mappings.ts";

export const usbMappings = mappingTools({
  kind: "usb",
  of: "USB device",
  names: {
    list: "proxmox_usb_mapping_list",
    get: "proxmox_usb_mapping_get",
    create: "proxmox_usb_mapping_create",
    update: "proxmox_usb_mapping_update",
    delete: "proxmox_usb_mapping_delete",
  },
});
