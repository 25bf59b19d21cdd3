/** The tools there are, by hand: a list that changes has to be changed here as well. */

/** The kernel's own, in the order in which they are listed. */
export const KERNEL_TOOLS: readonly string[] = [
  "proxmox_capabilities",
  "job_list",
  "job_get",
  "job_wait",
  "job_cancel",
  "job_logs",
  "artifact_read",
];

/** Which access shows a tool, and the highest risk that it can reach. */
type Row = readonly [
  name: string,
  shownFrom: "read" | "write" | "destructive",
  risk: "read" | "write" | "destructive" | "escape",
];

/** The tools of each built-in plugin. */
export const PLUGIN_TOOLS: Readonly<Record<string, readonly Row[]>> = {
  cluster: [
    ["proxmox_cluster_status", "read", "read"],
    ["proxmox_inventory_overview", "read", "read"],
  ],
  nodes: [
    ["proxmox_console_ticket", "write", "write"],
    ["proxmox_network_list", "read", "read"],
    ["proxmox_node_action", "write", "destructive"],
    ["proxmox_node_get", "read", "read"],
    ["proxmox_node_list", "read", "read"],
  ],
  vm: [
    ["proxmox_vm_action", "write", "destructive"],
    ["proxmox_vm_agent_filesystems", "read", "read"],
    ["proxmox_vm_agent_info", "read", "read"],
    ["proxmox_vm_agent_interfaces", "read", "read"],
    ["proxmox_vm_agent_osinfo", "read", "read"],
    ["proxmox_vm_agent_ping", "read", "read"],
    ["proxmox_vm_agent_users", "read", "read"],
    ["proxmox_vm_clone", "write", "write"],
    ["proxmox_vm_convert_to_template", "write", "write"],
    ["proxmox_vm_create", "write", "write"],
    ["proxmox_vm_destroy", "destructive", "destructive"],
    ["proxmox_vm_disk_import", "write", "write"],
    ["proxmox_vm_disk_move", "write", "destructive"],
    ["proxmox_vm_disk_resize", "write", "write"],
    ["proxmox_vm_disk_unlink", "write", "destructive"],
    ["proxmox_vm_feature", "read", "read"],
    ["proxmox_vm_fstrim", "write", "write"],
    ["proxmox_vm_get", "read", "read"],
    ["proxmox_vm_guest_agent_diagnose", "read", "read"],
    ["proxmox_vm_list", "read", "read"],
    ["proxmox_vm_migrate", "write", "write"],
    ["proxmox_vm_pci_attach", "write", "write"],
    ["proxmox_vm_pci_detach", "write", "write"],
    ["proxmox_vm_pending", "read", "read"],
    ["proxmox_vm_rrd", "read", "read"],
    ["proxmox_vm_snapshot_create", "write", "write"],
    ["proxmox_vm_snapshot_delete", "destructive", "destructive"],
    ["proxmox_vm_snapshot_get_config", "read", "read"],
    ["proxmox_vm_snapshot_list", "read", "read"],
    ["proxmox_vm_snapshot_rollback", "destructive", "destructive"],
    ["proxmox_vm_template_get", "read", "read"],
    ["proxmox_vm_template_list", "read", "read"],
    ["proxmox_vm_update_config", "write", "destructive"],
  ],
  lxc: [
    ["proxmox_lxc_action", "write", "destructive"],
    ["proxmox_lxc_clone", "write", "write"],
    ["proxmox_lxc_convert_to_template", "write", "write"],
    ["proxmox_lxc_create", "write", "write"],
    ["proxmox_lxc_destroy", "destructive", "destructive"],
    ["proxmox_lxc_get", "read", "read"],
    ["proxmox_lxc_interfaces", "read", "read"],
    ["proxmox_lxc_list", "read", "read"],
    ["proxmox_lxc_migrate", "write", "write"],
    ["proxmox_lxc_pending", "read", "read"],
    ["proxmox_lxc_resize", "write", "write"],
    ["proxmox_lxc_rrd", "read", "read"],
    ["proxmox_lxc_snapshot_create", "write", "write"],
    ["proxmox_lxc_snapshot_delete", "destructive", "destructive"],
    ["proxmox_lxc_snapshot_list", "read", "read"],
    ["proxmox_lxc_snapshot_rollback", "destructive", "destructive"],
    ["proxmox_lxc_update_config", "write", "destructive"],
    ["proxmox_lxc_volume_move", "write", "destructive"],
  ],
  "cloud-init": [
    ["proxmox_vm_cloud_init_dump", "read", "read"],
    ["proxmox_vm_cloud_init_pending", "read", "read"],
    ["proxmox_vm_cloud_init_regenerate", "write", "write"],
  ],
  storage: [
    ["proxmox_appliance_download", "write", "write"],
    ["proxmox_appliance_list", "read", "read"],
    ["proxmox_storage_allocate", "write", "write"],
    ["proxmox_storage_content", "read", "read"],
    ["proxmox_storage_define", "write", "write"],
    ["proxmox_storage_download_url", "write", "write"],
    ["proxmox_storage_get", "read", "read"],
    ["proxmox_storage_list", "read", "read"],
    ["proxmox_storage_prune", "destructive", "destructive"],
    ["proxmox_storage_prune_preview", "read", "read"],
    ["proxmox_storage_remove", "destructive", "destructive"],
    ["proxmox_storage_scan", "read", "read"],
    ["proxmox_storage_update", "write", "write"],
    ["proxmox_storage_volume_delete", "destructive", "destructive"],
    ["proxmox_storage_volume_update", "write", "write"],
  ],
  backup: [
    ["proxmox_backup_files", "read", "read"],
    ["proxmox_backup_get_config", "read", "read"],
    ["proxmox_backup_job_create", "write", "write"],
    ["proxmox_backup_job_delete", "destructive", "destructive"],
    ["proxmox_backup_job_get", "read", "read"],
    ["proxmox_backup_job_run", "write", "destructive"],
    ["proxmox_backup_job_update", "write", "write"],
    ["proxmox_backup_jobs", "read", "read"],
    ["proxmox_backup_list", "read", "read"],
    ["proxmox_backup_not_covered", "read", "read"],
    ["proxmox_backup_restore_lxc", "write", "destructive"],
    ["proxmox_backup_restore_vm", "write", "destructive"],
    ["proxmox_backup_start", "write", "destructive"],
  ],
  tasks: [
    ["proxmox_task_get", "read", "read"],
    ["proxmox_task_list", "read", "read"],
  ],
  "escape-hatches": [
    ["proxmox_api_call", "read", "escape"],
    ["proxmox_api_describe", "read", "read"],
  ],
};

const LEVELS = ["read", "write", "destructive", "escape"];

/** Names that these plugins (all, where none is named) show at an access level, as the list has them. */
export function toolNames(access: string, plugins: readonly string[] = Object.keys(PLUGIN_TOOLS)): string[] {
  return plugins
    .flatMap((plugin) => PLUGIN_TOOLS[plugin] ?? [])
    .filter(([, shownFrom]) => LEVELS.indexOf(shownFrom) <= LEVELS.indexOf(access))
    .map(([name]) => name)
    .sort();
}
