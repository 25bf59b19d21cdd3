import type { LabCore } from "../types.ts";

/** Directory answers: the key of their entries, and the names. */
const INDEXES: Readonly<Record<string, readonly [key: "name" | "subdir", names: string]>> = {
  "/access": ["subdir", "users groups roles acl domains openid tfa ticket password"],
  "/access/openid": ["subdir", "auth-url login"],
  "/cluster": [
    "name",
    "acme backup backup-info bulk-action ceph config firewall ha jobs log mapping metrics notifications nextid options qemu replication resources status tasks sdn",
  ],
  "/cluster/bulk-action": ["name", "guest"],
  "/cluster/bulk-action/guest": ["name", "start shutdown migrate suspend"],
  "/cluster/firewall": ["name", "aliases rules options groups ipset macros refs"],
  "/cluster/ha/status": ["name", "current manager_status disarm-ha arm-ha"],
  "/cluster/jobs": ["subdir", "schedule-analyze realm-sync"],
  "/cluster/mapping": ["name", "dir pci usb"],
  "/cluster/metrics": ["name", "server"],
  "/cluster/notifications": ["name", "endpoints matchers targets matcher-fields matcher-field-values"],
  "/cluster/qemu": ["name", "cpu-flags custom-cpu-models"],
  "/nodes/{node}": [
    "name",
    "aplinfo apt capabilities ceph certificates config disks dns firewall hardware hosts journal lxc migrateall netstat network qemu query-oci-repo-tags query-url-metadata replication report rrd rrddata scan sdn services spiceshell startall status stopall storage subscription suspendall syslog tasks termproxy time version vncshell vzdump wakeonlan",
  ],
  "/nodes/{node}/certificates": ["name", "acme custom info"],
  "/nodes/{node}/disks": ["name", "list initgpt smart lvm lvmthin directory wipedisk zfs"],
  "/nodes/{node}/firewall": ["name", "rules options log"],
  "/nodes/{node}/lxc/{vmid}/firewall": ["name", "rules aliases ipset refs options"],
  "/nodes/{node}/qemu/{vmid}/firewall": ["name", "rules aliases ipset refs options"],
  "/nodes/{node}/sdn": ["name", "fabrics vnets zones"],
  "/nodes/{node}/storage/{storage}": [
    "subdir",
    "content download-url file-restore import-metadata identity oci-registry-pull prunebackups rrd rrddata status upload",
  ],
};

/** The directories of the API. */
export function registerIndexes(lab: LabCore): void {
  for (const [path, [key, names]] of Object.entries(INDEXES)) {
    const entries = names.split(" ").map((name) => ({ [key]: name }));
    lab.route(`GET ${path}`, () => entries);
  }
}
