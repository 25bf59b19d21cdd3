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
    ["proxmox_node_action", "write", "destructive"],
    ["proxmox_node_get", "read", "read"],
    ["proxmox_node_list", "read", "read"],
  ],
  vm: [
    ["proxmox_vm_action", "write", "destructive"],
    ["proxmox_vm_clone", "write", "write"],
    ["proxmox_vm_convert_to_template", "write", "write"],
    ["proxmox_vm_create", "write", "write"],
    ["proxmox_vm_destroy", "destructive", "destructive"],
    ["proxmox_vm_get", "read", "read"],
    ["proxmox_vm_list", "read", "read"],
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
    ["proxmox_lxc_resize", "write", "write"],
    ["proxmox_lxc_snapshot_create", "write", "write"],
    ["proxmox_lxc_snapshot_delete", "destructive", "destructive"],
    ["proxmox_lxc_snapshot_list", "read", "read"],
    ["proxmox_lxc_snapshot_rollback", "destructive", "destructive"],
    ["proxmox_lxc_update_config", "write", "destructive"],
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
