/** Node-wide paths. */
const NODE = "/nodes/{node}";

/**
 * Parameters that name what a call is about, where the endpoint's path does not: the first that is given counts.
 * Only calls that cannot be undone are looked up here.
 */
const OBJECT_PARAMS: Readonly<Record<string, readonly string[]>> = {
  "DELETE /pools": ["poolid"],
  "PUT /access/acl": ["path"],
  "POST /access/ticket": ["username"],
  "POST /cluster/backup": ["id"],
  "POST /cluster/bulk-action/guest/shutdown": ["vms"],
  "POST /cluster/config": ["clustername"],
  "POST /cluster/config/join": ["hostname"],
  "DELETE /cluster/sdn/vnets/{vnet}/ips": ["ip"],
  [`POST ${NODE}/ceph/osd`]: ["dev"],
  [`POST ${NODE}/ceph/stop`]: ["service"],
  [`POST ${NODE}/disks/directory`]: ["device"],
  [`POST ${NODE}/disks/initgpt`]: ["disk"],
  [`POST ${NODE}/disks/lvm`]: ["device"],
  [`POST ${NODE}/disks/lvmthin`]: ["device"],
  [`POST ${NODE}/disks/zfs`]: ["devices"],
  [`PUT ${NODE}/disks/wipedisk`]: ["disk"],
  [`POST ${NODE}/stopall`]: ["vms"],
  [`POST ${NODE}/storage/{storage}/upload`]: ["filename"],
  [`POST ${NODE}/vzdump`]: ["vmid", "pool"],
};

/** Which parameters of an endpoint, given as `DELETE /pools`, name what its call is about; none where its path does. */
export function objectParams(endpoint: string): readonly string[] {
  return Object.hasOwn(OBJECT_PARAMS, endpoint) ? (OBJECT_PARAMS[endpoint] ?? []) : [];
}
