import { mappingTools } from "./mappings.ts";

export const dirMappings = mappingTools({
  kind: "dir",
  of: "directory",
  names: {
    list: "proxmox_dir_mapping_list",
    get: "proxmox_dir_mapping_get",
    create: "proxmox_dir_mapping_create",
    update: "proxmox_dir_mapping_update",
    delete: "proxmox_dir_mapping_delete",
  },
});
