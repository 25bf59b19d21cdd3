import type { EndpointKey } from "../../vendor/pve-docs/index.ts";

const NODE = "/nodes/{node}";
const VM = `${NODE}/qemu/{vmid}` as const;
const CT = `${NODE}/lxc/{vmid}` as const;

/** For commands that are no API method: the endpoint that comes nearest to what they do. */
export const NEAR_ENDPOINTS: Readonly<Record<string, EndpointKey>> = {
  "ha-manager crm-command stop": "PUT /cluster/ha/resources/{sid}",
  "ha-manager status": "GET /cluster/ha/status/current",
  "pct console": `POST ${CT}/termproxy`,
  "pct remote-migrate": `POST ${CT}/remote_migrate`,
  "pct status": `GET ${CT}/status/current`,
  "pveam available": `GET ${NODE}/aplinfo`,
  "pveam list": `GET ${NODE}/storage/{storage}/content`,
  "pveam remove": `DELETE ${NODE}/storage/{storage}/content/{volume}`,
  "pveceph osd details": `GET ${NODE}/ceph/osd/{osdid}/metadata`,
  "pveceph status": `GET ${NODE}/ceph/status`,
  "pvecm add": "POST /cluster/config/join",
  "pvecm nodes": "GET /cluster/status",
  "pvecm status": "GET /cluster/status",
  "pvenode acme account register": "POST /cluster/acme/account",
  "pvesm extractconfig": `GET ${NODE}/vzdump/extractconfig`,
  "pvesm prune-backups": `DELETE ${NODE}/storage/{storage}/prunebackups`,
  "pvesr disable": "PUT /cluster/replication/{id}",
  "pvesr enable": "PUT /cluster/replication/{id}",
  "pvesr run": `POST ${NODE}/replication/{id}/schedule_now`,
  "pveum user tfa delete": "DELETE /access/tfa/{userid}/{id}",
  "pveum user tfa list": "GET /access/tfa",
  "pveum user token permissions": "GET /access/permissions",
  "qm disk import": `POST ${VM}/config`,
  "qm guest exec": `POST ${VM}/agent/exec`,
  "qm import": `POST ${NODE}/qemu`,
  "qm importovf": `POST ${NODE}/qemu`,
  "qm monitor": `POST ${VM}/monitor`,
  "qm remote-migrate": `POST ${VM}/remote_migrate`,
  "qm status": `GET ${VM}/status/current`,
  "qm terminal": `POST ${VM}/termproxy`,
  "qm vncproxy": `POST ${VM}/vncproxy`,
  qmrestore: `POST ${NODE}/qemu`,
};
